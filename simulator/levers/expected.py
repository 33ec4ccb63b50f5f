"""What is expected of a tenant after levers: unknown where nothing is seen, sums done again."""

from collections.abc import Iterable
from dataclasses import replace

from simulator.levers.deletion import Deletion
from simulator.levers.hidden import NEEDS, Hidden
from simulator.levers.rights import Rights
from simulator.levers.sums import summed
from simulator.tenant.kit.registry import all_types
from simulator.tenant.least import DIRECTORY_LISTS
from simulator.tenant.model import Tenant, Truth

PERMITTED = "access.collector_rights.permitted"
EXIST = (
    "identity.principals.azure_holders_exist",
    "identity.principals.directory_holders_exist",
    "identity.principals.eligible_holders_exist",
)


def expected(tenant: Tenant, rights: Rights, deleted: Iterable[Deletion] = ()) -> tuple[Truth, ...]:
    """The truth of a tenant (the whole one) as an identity with these rights can know it.

    `deleted` is already gone from the tenant; what follows from that is worked out here.
    """
    truth: Iterable[Truth] = tenant.truth
    every = tuple(deleted)
    if every:
        truth = (summed(tenant, one) for one in truth)
        bereft = _bereft(tenant, {name for one in every for name in one.objects})
        truth = (
            replace(one, expected="fail") if one.check in EXIST and one.subject in bereft else one
            for one in truth
        )
    if rights.withdrawn:
        hidden = Hidden(tenant, rights)
        truth = (_known(one, hidden, rights) for one in truth)
    return tuple(truth)


def _known(one: Truth, hidden: Hidden, rights: Rights) -> Truth:
    if one.check == PERMITTED:
        return _permitted(rights, one)
    return replace(one, expected="unknown") if hidden.hides(one) else one


def _permitted(rights: Rights, one: Truth) -> Truth:
    """Whether the collector may read all that it asks for in a subscription, or even ask that."""
    if not rights.allows("Microsoft.Authorization/permissions/read", one.subject):
        return replace(one, expected="unknown")
    listed = (f"{kind.type}/read" for kind in all_types() if kind.checks() or kind.asked_for)
    asked = {*listed, *(action for needs in NEEDS.values() for action in needs)}
    whole = all(rights.allows(action, one.subject) for action in asked)
    return one if whole else replace(one, expected="fail")


def _bereft(tenant: Tenant, objects: set[str]) -> set[str]:
    """Assignments whose holder was deleted."""
    if not objects:
        return set()
    given = [row for row in tenant.tables["authorizationresources"] if "properties" in row]
    found = {
        str(row["id"])
        for row in given
        if str(row["properties"].get("principalId", "")).lower() in objects
    }
    for path in DIRECTORY_LISTS:
        listed = tenant.graph.get(path, [])
        found |= {
            str(one["id"])
            for one in listed
            if isinstance(one, dict) and str(one.get("principalId", "")).lower() in objects
        }
    return found
