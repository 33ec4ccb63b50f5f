"""Lists that several sources ask in the same words: equal reads are asked once a night."""

from collectors.kit.reads import Arm, Graph, ResourceGraph, child, rows

SUBSCRIPTIONS = Arm(
    path="/subscriptions",
    api_version="2022-12-01",
    per="tenant",
    needs=("Microsoft.Resources/subscriptions/read",),
)
EVERYTHING = ResourceGraph(
    table="resources",
    project=(
        "id",
        "name",
        "type",
        "kind",
        "location",
        "resourceGroup",
        "subscriptionId",
        "sku",
        "tags",
    ),
    needs=("*/read",),
)
"""Every resource, by what all resources have."""
CONTAINERS = rows("Microsoft.Resources/subscriptions", "Microsoft.Management/managementGroups")
"""Subscriptions with the groups above them, and these groups."""
ROLE_ASSIGNMENTS = rows("Microsoft.Authorization/roleAssignments")
ROLE_DEFINITIONS = rows("Microsoft.Authorization/roleDefinitions", never_empty=True)
WORKSPACES = rows("Microsoft.OperationalInsights/workspaces")
TABLES_OF_WORKSPACES = child(
    "workspaces",
    "Microsoft.OperationalInsights/workspaces/tables",
    "2022-10-01",
    each=True,
    never_empty=True,
)
"""Of a sibling read `workspaces`."""
CONDITIONAL_ACCESS = Graph(
    path="/identity/conditionalAccess/policies",
    select=("id", "displayName", "state", "conditions", "grantControls"),
    needs=("Policy.Read.All",),
)
DIRECTORY_ELIGIBLE = Graph(
    path="/roleManagement/directory/roleEligibilityScheduleInstances",
    needs=("RoleEligibilitySchedule.Read.Directory",),
)
DIRECTORY_ACTIVE = Graph(
    path="/roleManagement/directory/roleAssignmentScheduleInstances",
    needs=("RoleAssignmentSchedule.Read.Directory",),
)
