"""What is expected of a tenant after levers: what cannot be seen is unknown, sums are done again.

A verdict needs more than its subject: the table names what else is read for it.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simulator.levers.document import arm_id, inside
from simulator.levers.graph_permissions import OBJECT_PERMISSIONS
from simulator.levers.rights import Rights, matches
from simulator.levers.sight import shows
from simulator.tenant.grants import OWNERS
from simulator.tenant.management_groups import scope as group_scope
from simulator.tenant.model import Tenant, Truth
from simulator.tenant.policy_states import EVALUATED
from simulator.tenant.roles import OWNER

PERMITTED = "access.collector_rights.permitted"
COMPLETE = "inventory.resources.complete"
MOST_OWNERS = 3
_AUTHORIZATION = "Microsoft.Authorization"
_ASSIGNMENTS = f"{_AUTHORIZATION}/roleAssignments/read"
_DEFINITIONS = f"{_AUTHORIZATION}/roleDefinitions/read"
_INSTANCES = f"{_AUTHORIZATION}/roleAssignmentScheduleInstances/read"
_ELIGIBLE = f"{_AUTHORIZATION}/roleEligibilityScheduleInstances/read"
_POLICIES = f"{_AUTHORIZATION}/roleManagementPolicyAssignments/read"
_SETTINGS = "Microsoft.Insights/diagnosticSettings/read"
_WORKSPACES = "Microsoft.OperationalInsights/workspaces"
_SQL = "Microsoft.Sql/servers"

NEEDS: dict[str, tuple[str, ...]] = {
    "access.pim_azure.eligibility_expires": (_ELIGIBLE,),
    "access.pim_azure.no_standing_access": (_INSTANCES,),
    "access.pim_azure": (_POLICIES,),
    "access.role_assignments.custom_role_wildcard": (_DEFINITIONS,),
    "access.role_assignments.privileged_to_people": (_ASSIGNMENTS, _DEFINITIONS, _INSTANCES),
    "access.role_assignments.owners_limit": (_ASSIGNMENTS, _DEFINITIONS),
    "identity.principals.azure_holders_exist": (_ASSIGNMENTS,),
    "logging.diagnostic_settings": (_SETTINGS,),
    "logging.workspace_retention.table_retention": (f"{_WORKSPACES}/tables/read",),
    "logging.activity": (f"{_WORKSPACES}/query/read", f"{_WORKSPACES}/tables/read"),
    "sql.databases.auditing": (f"{_SQL}/auditingSettings/read",),
    "sql.databases.tde": (f"{_SQL}/databases/transparentDataEncryption/read",),
    "storage.blob_services": ("Microsoft.Storage/storageAccounts/blobServices/read",),
}
"""Azure actions, at the subject, by check or by collector: the longest name that fits."""
GRAPH_NEEDS: dict[str, tuple[str, ...]] = {
    "identity.app_credentials": ("Application.Read.All",),
    "identity.pim_directory.eligibility_expires": ("RoleEligibilitySchedule.Read.Directory",),
    "identity.pim_directory.no_standing_access": (
        "RoleAssignmentSchedule.Read.Directory",
        "RoleManagement.Read.Directory",
    ),
    "identity.pim_directory": (
        "RoleManagementPolicy.Read.Directory",
        "RoleManagement.Read.Directory",
    ),
    "identity.principals.directory_holders_exist": ("RoleAssignmentSchedule.Read.Directory",),
    "identity.principals.eligible_holders_exist": ("RoleEligibilitySchedule.Read.Directory",),
}
"""Permissions of Microsoft Graph, likewise."""


def expected(tenant: Tenant, rights: Rights, *, deleted: bool) -> tuple[Truth, ...]:
    """The truth of a tenant (the whole one) as an identity with these rights can know it."""
    truth: Iterable[Truth] = tenant.truth
    if deleted:
        truth = (_summed(tenant, one) for one in truth if _is_asked(tenant, one))
    if rights.withdrawn:
        hidden = _Hidden(tenant, rights)
        truth = (
            _permitted(rights, one)
            if one.check == PERMITTED
            else replace(one, expected="unknown")
            if hidden.from_(one)
            else one
            for one in truth
        )
    return tuple(truth)


def _permitted(rights: Rights, one: Truth) -> Truth:
    """Whether the collector may read all that it asks for in a subscription, or even ask that."""
    if not rights.allows(f"{_AUTHORIZATION}/permissions/read", one.subject):
        return replace(one, expected="unknown")
    asked = {action for needs in NEEDS.values() for action in needs}
    whole = all(rights.allows(action, one.subject) for action in asked)
    return one if whole else replace(one, expected="fail")


class _Hidden:
    def __init__(self, tenant: Tenant, rights: Rights) -> None:
        self._rights = rights
        rows = [row for rows in tenant.tables.values() for row in rows]
        self._unseen = {str(row["id"]).lower() for row in rows if not shows(row, rights)}
        self._short = {
            str(row["subscriptionId"])
            for row in tenant.tables.get("resources", ())
            if str(row["id"]).lower() in self._unseen
        }

        self._evaluated = {
            row["properties"].get("policyAssignmentId")
            for row in tenant.tables.get("policyresources", ())
            if str(row["id"]).lower() in self._unseen
        }
        """Assignments of which a state is hidden."""

    def from_(self, one: Truth) -> bool:
        """Whether the answer cannot be known."""
        here = one.subject if "/" in one.subject else f"/subscriptions/{one.subject}"
        if one.check == COMPLETE and one.subject in self._short:
            return True
        if one.check == EVALUATED:
            return one.subject in self._evaluated
        graph = _longest(GRAPH_NEEDS, one.check)
        if not all(self._rights.grants(needed) for needed in graph):
            return True
        if one.check.startswith("identity.principals.") and not any(
            self._rights.grants(needed) for needed in OBJECT_PERMISSIONS
        ):
            return True
        if one.check.startswith("identity.") and not here.startswith("/subscriptions/"):
            return one.subject.lower() in self._unseen
        needs = _longest(NEEDS, one.check)
        return one.subject.lower() in self._unseen or not all(
            self._rights.allows(needed, _scope(here)) for needed in (*needs, *_own(here))
        )


def _longest(table: dict[str, tuple[str, ...]], check: str) -> tuple[str, ...]:
    fitting = [name for name in table if check == name or check.startswith(f"{name}.")]
    return table[max(fitting, key=len)] if fitting else ()


def _own(here: str) -> tuple[str, ...]:
    """Reading the subject, for those that no table of Resource Graph holds."""
    if here.count("/") == 2 and here.startswith("/subscriptions/"):
        return ("Microsoft.Resources/subscriptions/read",)
    return ()


def _scope(here: str) -> str:
    """Where the right must be: assignments and what is like them are read where they were made."""
    return here.rpartition("/providers/Microsoft.Authorization/")[0] or here


def _summed(tenant: Tenant, one: Truth) -> Truth:
    """Sums over a subscription, done again after something went."""
    if one.check == COMPLETE:
        return replace(one, expected="pass" if _routes_agree(tenant, one.subject) else "fail")
    if one.check == OWNERS:
        many = len(_owners(tenant, one.subject)) > MOST_OWNERS
        return replace(one, expected="fail" if many else "pass")
    if one.check == EVALUATED:
        broken = any(_is_broken(tenant, state) for state in states_of(tenant, one.subject))
        return replace(one, expected="fail" if broken else "pass")
    return one


def _is_asked(tenant: Tenant, one: Truth) -> bool:
    return one.check != EVALUATED or bool(states_of(tenant, one.subject))


def states_of(tenant: Tenant, assignment: str) -> list[dict[str, Any]]:
    """Rows of Azure Policy's states under an assignment."""
    return [
        row
        for row in tenant.tables.get("policyresources", ())
        if row["properties"].get("policyAssignmentId") == assignment
    ]


def _is_broken(tenant: Tenant, state: dict[str, Any]) -> bool:
    properties = state["properties"]
    old = datetime.fromisoformat(properties["timestamp"][:19] + "+00:00")
    long_ago = tenant.as_of - old > timedelta(days=3)
    return properties["complianceState"] in ("Conflict", "Error") or long_ago


def _routes_agree(tenant: Tenant, subscription: str) -> bool:
    listed = tenant.arm.get(f"/subscriptions/{subscription}/resources".lower(), [])
    first = {
        arm_id(row["id"])
        for row in tenant.tables["resources"]
        if row["subscriptionId"] == subscription
    }
    return first == {arm_id(one["id"]) for one in listed if isinstance(one, dict)}


def _owners(tenant: Tenant, subscription: str) -> set[str]:
    """Who owns a subscription: there, at its management groups, or at the root."""
    rows = tenant.tables["authorizationresources"]
    owning = {str(row["name"]).lower() for row in rows if _gives_roles(row)} | {OWNER}
    above = _above(tenant, subscription)
    return {
        row["properties"]["principalId"]
        for row in rows
        if "principalId" in row["properties"]
        and arm_id(row["properties"]["scope"]) in above
        and str(row["properties"]["roleDefinitionId"]).rsplit("/", 1)[-1].lower() in owning
    }


def _above(tenant: Tenant, subscription: str) -> set[str]:
    container = next(
        row
        for row in tenant.tables["resourcecontainers"]
        if inside(arm_id(row["id"]), arm_id(f"subscriptions/{subscription}"))
    )
    chain = container["properties"].get("managementGroupAncestorsChain", [])
    groups = {arm_id(group_scope(one["name"])) for one in chain}
    return {"", arm_id(f"subscriptions/{subscription}"), *groups}


def _gives_roles(row: dict[str, Any]) -> bool:
    """Whether a role lets its holder give roles away."""
    wanted = f"{_AUTHORIZATION}/roleAssignments/write"
    if row["properties"].get("type") != "CustomRole":
        return False
    return any(
        any(matches(action, wanted) for action in one["actions"])
        and not any(matches(action, wanted) for action in one["notActions"])
        for one in row["properties"]["permissions"]
    )
