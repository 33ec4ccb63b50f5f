"""What the collecting identity itself may read: evidence of how far all other evidence reaches.

Lists leave out in silence what the identity may not read, so a right that is withdrawn shrinks what
is seen. Its effective permissions, its roles and its Microsoft Graph grants are kept every night.
"""

from dataclasses import replace

from collectors.kit import Check, Collector, Expectations, Graph, Item, Owner, child
from collectors.kit.catalogue.lists import ROLE_ASSIGNMENTS, SUBSCRIPTIONS
from collectors.kit.catalogue.permissions import needed_actions
from collectors.kit.missing.rights import API_VERSION, rights_in
from collectors.kit.reads import Among
from collectors.kit.verdicts import Verdict, failed, passed, unknown

SHOWN = 2
"""Missing permissions that a reason names."""


def permitted(subscription: Item, _: Expectations) -> Verdict:
    """Every read of every collector is allowed in the subscription, as Azure computes it."""
    rights = rights_in(subscription["value"])
    if rights is None:
        return unknown("Azure did not say what the collecting identity may do")
    lacking = [action for action in needed_actions() if not rights.may(action)]
    if not lacking:
        return passed("the collecting identity may read all that is asked for")
    if not rights.allowed:
        return failed("the collecting identity has no permission at all in the subscription")
    named = ", ".join(lacking[:SHOWN])
    more = f" and {len(lacking) - SHOWN} more" if len(lacking) > SHOWN else ""
    return failed(f"the collecting identity lacks {named}{more}")


COLLECTOR = Collector(
    id="access.collector_rights",
    title="Rights of the collecting identity",
    owner=Owner.SECURITY,
    reads={
        "subscriptions": replace(SUBSCRIPTIONS, never_empty=True),
        "permissions": child("subscriptions", "Microsoft.Authorization/permissions", API_VERSION),
        "roles": replace(
            ROLE_ASSIGNMENTS, among=Among(path="properties.principalId", values=("{self}",))
        ),
        "grants": Graph(
            path="/servicePrincipals/{self}/appRoleAssignments",
            needs=("Application.Read.All",),
        ),
    },
    checks=(
        Check(
            id="permitted",
            title="The collector may read all that it is asked to show",
            on="permissions",
            judge=permitted,
            controls=("A.5.28",),
            remedy=(
                "az role assignment create --role Reader --assignee <collector> --scope"
                " /subscriptions/<id>; the least role is printed by `annexa permissions`"
            ),
        ),
    ),
)
