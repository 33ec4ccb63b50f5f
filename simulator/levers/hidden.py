"""Which answers cannot be known where rights were withdrawn.

A verdict needs more than its subject: the tables name what else is read for it.
"""

from typing import Any

from simulator.levers.graph_permissions import OBJECT_PERMISSIONS
from simulator.levers.rights import Rights
from simulator.levers.sight import shows
from simulator.levers.sums import COMPLETE
from simulator.tenant.access.roles import PRIVILEGED
from simulator.tenant.identity.directory import CUSTOM
from simulator.tenant.kit.registry import all_types
from simulator.tenant.least import DIRECTORY_LISTS
from simulator.tenant.model import Tenant, Truth

_AUTHORIZATION = "Microsoft.Authorization"
_ASSIGNMENTS = f"{_AUTHORIZATION}/roleAssignments/read"
_DEFINITIONS = f"{_AUTHORIZATION}/roleDefinitions/read"
_INSTANCES = f"{_AUTHORIZATION}/roleAssignmentScheduleInstances/read"
_ELIGIBLE = f"{_AUTHORIZATION}/roleEligibilityScheduleInstances/read"
_POLICIES = f"{_AUTHORIZATION}/roleManagementPolicyAssignments/read"
_SETTINGS = "Microsoft.Insights/diagnosticSettings/read"
_WORKSPACES = "Microsoft.OperationalInsights/workspaces"

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
    "sql.databases.auditing": ("Microsoft.Sql/servers/auditingSettings/read",),
    **{
        check: (f"{kind.below(child)}/read",)
        for kind in all_types()
        for child in kind.children
        for check in child.faults
    },
}
"""Azure actions, at the subject, by check or by collector: the longest name that fits."""
GRAPH_NEEDS: dict[str, tuple[str, ...]] = {
    "identity.app_credentials": ("Application.Read.All",),
    "identity.pim_directory.eligibility_expires": ("RoleEligibilitySchedule.Read.Directory",),
    "identity.pim_directory.no_standing_access": ("RoleAssignmentSchedule.Read.Directory",),
    "identity.pim_directory": ("RoleManagementPolicy.Read.Directory",),
    "identity.principals.directory_holders_exist": ("RoleAssignmentSchedule.Read.Directory",),
    "identity.principals.eligible_holders_exist": ("RoleEligibilitySchedule.Read.Directory",),
}
"""Permissions of Microsoft Graph, likewise."""
_PERSONAL = "access.role_assignments.privileged_to_people"
_BY_ROLE = ("identity.pim_directory.no_standing_access", "identity.pim_directory.activation_")
_CHANGES = ("*", "Microsoft.Authorization/*", "Microsoft.Authorization/roleAssignments/write")
"""Actions that make a role of the organisation's own a privileged one."""


class Hidden:
    """What one identity cannot know of a tenant."""

    def __init__(self, tenant: Tenant, rights: Rights) -> None:
        """Look through the whole tenant once."""
        self._rights = rights
        rows = [row for rows in tenant.tables.values() for row in rows]
        self._unseen = {str(row["id"]).lower() for row in rows if not shows(row, rights)}
        self._short = {
            str(row["subscriptionId"])
            for row in tenant.tables.get("resources", ())
            if str(row["id"]).lower() in self._unseen
        }
        members = rights.grants("GroupMember.Read.All")
        self._by_members = set() if members else _by_members(rows) - _bereft(tenant)
        roles = rights.grants("RoleManagement.Read.Directory")
        self._own_roles = set() if roles else _of_own_roles(tenant)

    def hides(self, one: Truth) -> bool:
        """Whether this answer cannot be known."""
        if one.check == COMPLETE and one.subject in self._short:
            return True
        return self._in_graph(one) or self._in_azure(one)

    def _in_graph(self, one: Truth) -> bool:
        grants = self._rights.grants
        if not all(grants(needed) for needed in _longest(GRAPH_NEEDS, one.check)):
            return True
        if one.check.startswith("identity.principals."):
            return not any(grants(needed) for needed in OBJECT_PERMISSIONS)
        if one.check == _PERSONAL:
            return one.subject in self._by_members
        return one.check.startswith(_BY_ROLE) and one.subject in self._own_roles

    def _in_azure(self, one: Truth) -> bool:
        if one.subject.lower() in self._unseen:
            return True
        if "/" not in one.subject and one.check.startswith("identity."):
            return False  # an object of the directory
        here = one.subject if "/" in one.subject else f"/subscriptions/{one.subject}"
        needs = (*_longest(NEEDS, one.check), *_own(here))
        return not all(self._rights.allows(needed, _scope(here)) for needed in needs)


def _by_members(rows: list[dict[str, Any]]) -> set[str]:
    """Assignments of privilege to groups: whether people hold it only the members tell."""
    named = {row["name"] for row in rows if _is_privileged(row)} | set(PRIVILEGED)
    return {
        str(row["id"])
        for row in rows
        if row["properties"].get("principalType") == "Group"
        and str(row["properties"]["roleDefinitionId"]).rsplit("/", 1)[-1] in named
    }


def _bereft(tenant: Tenant) -> set[str]:
    """Assignments whose holder no longer exists: no members are asked for."""
    return {
        one.subject
        for one in tenant.truth
        if one.check == "identity.principals.azure_holders_exist" and one.expected == "fail"
    }


def _is_privileged(row: dict[str, Any]) -> bool:
    permissions = row["properties"].get("permissions") or []
    return any(
        set(one["actions"]) & set(_CHANGES) and not _taken(one["notActions"]) for one in permissions
    )


def _taken(actions: list[str]) -> bool:
    return any(one.lower() == _CHANGES[-1].lower() for one in actions)


def _of_own_roles(tenant: Tenant) -> set[str]:
    """Instances and policies of directory roles of the organisation's own.

    What those allow only their definitions tell; of Microsoft's own it is documented.
    """
    lists = (*DIRECTORY_LISTS, "/policies/rolemanagementpolicyassignments")
    return {
        str(one["id"])
        for path in lists
        for one in tenant.graph.get(path, [])
        if isinstance(one, dict) and one["roleDefinitionId"] in CUSTOM
    }


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
