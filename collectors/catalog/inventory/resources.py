"""Every subscription and resource, seen by two routes, and who owns what."""

from collections.abc import Mapping

from collectors.kit import Check, Collector, Expectations, Item, Owner, Population, ResourceList
from collectors.kit.catalogue.lists import EVERYTHING, SUBSCRIPTIONS
from collectors.kit.settings import setting
from collectors.kit.values.arm_ids import type_of
from collectors.kit.values.subscriptions import is_billing_shell
from collectors.kit.values.tags import CLASSIFICATION, PHI, tag, tags_withheld
from collectors.kit.verdicts import Status, Verdict, failed, passed, unknown

LONGEST_ID = 60
"""Characters of a tag that a reason quotes."""
LONGEST_NAME = 40
"""Characters of a name that a reason quotes."""


SAYS_NOTHING = frozenset(
    {
        "none",
        "n/a",
        "na",
        "nil",
        "null",
        "tbd",
        "tba",
        "todo",
        "unknown",
        "undefined",
        "?",
        "-",
        "x",
    }
)
"""Words that fill a tag without stating anything, in lower case."""
CLASSES = frozenset({PHI, "internal", "public", "confidential"})
MASTER = ("microsoft.sql/servers/databases", "master")


def takes_tags(resource: Item) -> bool:
    """The question is about what can carry tags: the master database of a SQL server cannot.

    https://learn.microsoft.com/azure/azure-resource-manager/management/tag-support
    """
    return (resource.type, resource.id.rsplit("/", 1)[-1].lower()) != MASTER


def owner_tag(resource: Item, _: Expectations) -> Verdict:
    """Somebody answers for the resource."""
    return _tagged(resource, "owner")


def classified(resource: Item, _: Expectations) -> Verdict:
    """It is stated how sensitive the data is, in the organisation's own words.

    Whoever holds PHI has to call it so: by this word, in any case, the questions about PHI are
    asked, and of another word the reason says that they are not.
    """
    verdict = _tagged(resource, CLASSIFICATION)
    value = tag(resource, CLASSIFICATION) or ""
    if verdict.status is not Status.PASS or value.strip().lower() in CLASSES:
        return verdict
    return passed(f"{verdict.reason}, a word of its own, so nothing is asked about PHI")


def _tagged(resource: Item, name: str) -> Verdict:
    value = tag(resource, name)
    if value is not None and _stated(value):
        return passed(f"carries the tag {name} = {value[:LONGEST_ID]}")
    if tags_withheld(resource):
        return unknown("Azure returned no tags")
    if value is not None:
        return failed(f"carries the tag {name} = {value[:LONGEST_ID]}, which states nothing")
    return failed(f"carries no tag {name}")


def _stated(value: str) -> bool:
    plain = value.strip().lower()
    return any(one.isalnum() for one in plain) and plain not in SAYS_NOTHING


def complete(listed: Population, _: Expectations) -> Mapping[str, Verdict]:
    """Both routes see the same resources of each type. Subject: the subscription."""
    by_list = {item.id.lower(): item for item in listed}
    by_graph = {item.id.lower(): item for item in listed.siblings["resources"]}
    said = f"resources by Resource Manager: {len(by_list)}, by Resource Graph: {len(by_graph)}"
    apart = by_list.keys() ^ by_graph.keys()
    if not apart:
        return {str(listed.scope.subscription_id): passed(said)}
    kinds = sorted({type_of(one) for one in apart})
    first = kinds[0]
    counts = [sum(type_of(one) == first for one in seen) for seen in (by_list, by_graph)]
    lacking = min(one for one in apart if type_of(one) == first)
    route = "Resource Graph" if lacking in by_list else "Resource Manager"
    named = _last({**by_list, **by_graph}[lacking].id)
    where = f"{first}: {counts[0]} and {counts[1]}, {route} lacks {named}{_more(len(kinds) - 1)}"
    return {str(listed.scope.subscription_id): failed(f"{said}; {where}")}


def _more(types: int) -> str:
    return f"; {types} more {'type differs' if types == 1 else 'types differ'}" if types else ""


def _last(item_id: str) -> str:
    """The name at the end of an id, as much of it as fits into a reason."""
    name = item_id.rsplit("/", 1)[-1]
    return name if len(name) <= LONGEST_NAME else f"…{name[-LONGEST_NAME:]}"


def subscription_enabled(subscription: Item, _: Expectations) -> Verdict:
    """The subscription is in use and paid for.

    https://learn.microsoft.com/azure/cost-management-billing/manage/subscription-states
    """
    verdict = _STATE(subscription, _)
    if verdict.status is not Status.PASS or not is_billing_shell(subscription):
        return verdict
    held = subscription.near("resources").seen
    if any(item.subscription_id == subscription.subscription_id for item in held):
        return passed("enabled; by its offer it only bills Entra ID, yet it holds resources")
    return passed(
        "enabled; it only bills Entra ID and cannot hold resources, so none are asked for"
    )


_STATE = setting(
    "state",
    {
        "Enabled": passed("the subscription is enabled"),
        "Warned": failed("the subscription is in the state Warned, not Enabled"),
        "PastDue": failed("the subscription is in the state PastDue, not Enabled"),
        "Disabled": failed("the subscription is in the state Disabled, not Enabled"),
        "Deleted": failed("the subscription is in the state Deleted, not Enabled"),
    },
)


COLLECTOR = Collector(
    id="inventory.resources",
    title="Subscriptions and resources",
    owner=Owner.CLOUD,
    reads={
        "subscriptions": SUBSCRIPTIONS,
        "resources": EVERYTHING,
        "listed": ResourceList(),
    },
    checks=(
        Check(
            id="owner_tag",
            title="Every resource names its owner",
            on="resources",
            when=takes_tags,
            judge=owner_tag,
            controls=("A.5.9",),
            remedy="az tag update --resource-id <id> --operation Merge --tags owner=<team>",
            policy="871b6d14-10aa-478d-b590-94f262ecfa99",
            differs="a tag that is empty, or whose value states nothing, is no owner",
        ),
        Check(
            id="classified",
            title="Every resource states how sensitive its data is",
            on="resources",
            when=takes_tags,
            judge=classified,
            controls=("A.5.12",),
            remedy=(
                "az tag update --resource-id <id> --operation Merge"
                " --tags dataClassification=<PHI|Internal|Public>"
            ),
            owner=Owner.COMPLIANCE,
            policy="871b6d14-10aa-478d-b590-94f262ecfa99",
            differs="a tag that is empty, or whose value states nothing, is no classification",
        ),
        Check(
            id="complete",
            title="Two independent lists of the subscription's resources agree",
            on="listed",
            uses=("resources",),
            judge_all=complete,
            compares=True,
            controls=("A.5.9",),
            remedy=(
                "az resource list --subscription <id> shows what Resource Manager lists; where"
                " Resource Graph lacks something: az role assignment create --role Reader"
                " --assignee <collector> --scope <id>"
            ),
            owner=Owner.COMPLIANCE,
        ),
        Check(
            id="subscription_enabled",
            title="Subscriptions are enabled",
            beside=("resources",),
            judge=subscription_enabled,
            controls=("A.5.9",),
            remedy="Azure portal > Subscriptions > <name> > Reactivate, or cancel it for good",
        ),
    ),
)
