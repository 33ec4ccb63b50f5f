"""What is expected of a tenant after levers: what cannot be seen is unknown, sums are done again.

A verdict needs more than its subject: the table names what else is read for it.
"""

from collections.abc import Iterable
from dataclasses import replace

from simulator.levers.deletion import Deletion
from simulator.levers.graph_permissions import OBJECT_PERMISSIONS
from simulator.levers.rights import Rights
from simulator.levers.sight import shows
from simulator.levers.sums import COMPLETE, summed
from simulator.tenant.least import DIRECTORY_LISTS
from simulator.tenant.model import Tenant, Truth

PERMITTED = "access.collector_rights.permitted"
EXIST = (
    "identity.principals.azure_holders_exist",
    "identity.principals.directory_holders_exist",
    "identity.principals.eligible_holders_exist",
)
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

    def from_(self, one: Truth) -> bool:
        """Whether the answer cannot be known."""
        here = one.subject if "/" in one.subject else f"/subscriptions/{one.subject}"
        if one.check == COMPLETE and one.subject in self._short:
            return True
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
