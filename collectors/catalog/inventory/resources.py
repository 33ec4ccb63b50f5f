"""Every subscription and resource, seen by two routes, and who owns what."""

from collections.abc import Mapping

from collectors.kit import (
    Arm,
    Check,
    Collector,
    Expectations,
    Item,
    Owner,
    Population,
    ResourceGraph,
    ResourceList,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.tags import CLASSIFICATION, tag, tags_withheld


def owner_tag(resource: Item, _: Expectations) -> Verdict:
    """Somebody answers for the resource."""
    return _tagged(resource, "owner")


def classified(resource: Item, _: Expectations) -> Verdict:
    """It is stated how sensitive the data is."""
    return _tagged(resource, CLASSIFICATION)


def _tagged(resource: Item, name: str) -> Verdict:
    value = tag(resource, name)
    if value is not None:
        return passed(f"carries the tag {name} = {value}")
    if tags_withheld(resource):
        return unknown("Azure returned no tags")
    return failed(f"carries no tag {name}")


def complete(listed: Population, _: Expectations) -> Mapping[str, Verdict]:
    """Both routes see the same resources. Subject: the subscription."""
    by_list = {item.id.lower() for item in listed}
    by_graph = {item.id.lower() for item in listed.siblings["resources"]}
    said = f"resources by Resource Manager: {len(by_list)}, by Resource Graph: {len(by_graph)}"
    apart = sorted(by_list ^ by_graph)
    verdict = failed(f"{said}; only one of the two has {apart[0]}") if apart else passed(said)
    return {str(listed.scope.subscription_id): verdict}


def subscription_enabled(subscription: Item, _: Expectations) -> Verdict:
    """The subscription is in use and paid for."""
    match subscription["state"]:
        case "Enabled":
            return passed("the subscription is enabled")
        case str() as state:
            return failed(f"the subscription is in the state {state}, not Enabled")
        case _:
            return unknown("Azure returned no state of the subscription")


COLLECTOR = Collector(
    id="inventory.resources",
    title="Subscriptions and resources",
    reads={
        "subscriptions": Arm(
            path="/subscriptions",
            api_version="2022-12-01",
            per="tenant",
            needs=("Microsoft.Resources/subscriptions/read",),
        ),
        "resources": ResourceGraph(
            table="resources",
            project=(
                "id",
                "name",
                "type",
                "kind",
                "location",
                "resourceGroup",
                "subscriptionId",
                "tags",
            ),
            needs=("*/read",),
        ),
        "listed": ResourceList(),
    },
    checks=(
        Check(
            id="owner_tag",
            title="Every resource names its owner",
            on="resources",
            judge=owner_tag,
            controls=("A.5.9",),
            remedy="az tag update --resource-id <id> --operation Merge --tags owner=<team>",
            owner=Owner.CLOUD,
        ),
        Check(
            id="classified",
            title="Every resource states how sensitive its data is",
            on="resources",
            judge=classified,
            controls=("A.5.12",),
            remedy=(
                "az tag update --resource-id <id> --operation Merge"
                " --tags dataClassification=<PHI|Internal|Public>"
            ),
            owner=Owner.COMPLIANCE,
        ),
        Check(
            id="complete",
            title="Two independent lists of the subscription's resources agree",
            on="listed",
            uses=("resources",),
            judge_all=complete,
            controls=("A.5.9",),
            remedy="az role assignment create --role Reader --assignee <collector> --scope <id>",
            owner=Owner.COMPLIANCE,
        ),
        Check(
            id="subscription_enabled",
            title="Subscriptions are enabled",
            on="subscriptions",
            judge=subscription_enabled,
            controls=("A.5.9",),
            remedy="Azure portal > Subscriptions > <name> > Reactivate, or cancel it for good",
            owner=Owner.CLOUD,
        ),
    ),
)
