"""Privileged Identity Management of Azure roles: eligible, active, and the rules of activation.

The lists of a subscription hold what it inherits as well; the policies of a management group are
asked of it, since a role that is given there is activated by its rules.
"""

from collectors.kit import Arm, Collector, Graph, Item, ResourceGraph
from collectors.kit.access.pim_checks import DEFINITIONS, Pim, activation_checks, pim_checks
from collectors.kit.access.privilege import Privilege
from collectors.kit.access.roles import azure_privilege

PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.Authorization"
PORTAL = "Azure portal > Privileged Identity Management > Azure resources > <scope>"
MANAGEMENT_GROUP = "microsoft.management/managementgroups"
VERSION = "2020-10-01"


def privilege(item: Item) -> Privilege:
    """What is known of the role that an assignment, an eligibility or a policy is about."""
    return azure_privilege(item["properties.roleDefinitionId"], item.near(DEFINITIONS))


PIM = Pim(
    role="Azure role",
    facts="properties",
    rules="properties.effectiveRules",
    privilege=privilege,
    settings=f"{PORTAL} > Settings > <role> > Edit",
    assignments=f"{PORTAL} > Assignments",
)

COLLECTOR = Collector(
    id="access.pim_azure",
    title="Privileged Identity Management of Azure roles",
    reads={
        "definitions": ResourceGraph(
            table="authorizationresources",
            types=("microsoft.authorization/roledefinitions",),
            needs=("Microsoft.Authorization/roleDefinitions/read",),
            never_empty=True,
        ),
        "conditional_access": Graph(
            path="/identity/conditionalAccess/policies",
            select=("id", "displayName", "state", "conditions", "grantControls"),
            needs=("Policy.Read.All",),
        ),
        "containers": ResourceGraph(
            table="resourcecontainers",
            types=("microsoft.resources/subscriptions", MANAGEMENT_GROUP),
            needs=(
                "Microsoft.Resources/subscriptions/read",
                "Microsoft.Management/managementGroups/read",
            ),
        ),
        "group_policies": Arm(
            path="{id}/providers/Microsoft.Authorization/roleManagementPolicyAssignments",
            api_version=VERSION,
            per="management_group",
            of="containers",
            types=(MANAGEMENT_GROUP,),
            each=True,
            needs=("Microsoft.Authorization/roleManagementPolicyAssignments/read",),
            never_empty=True,
        ),
        "eligible": Arm(
            path=f"{PROVIDER}/roleEligibilityScheduleInstances",
            api_version=VERSION,
            per="subscription",
            needs=("Microsoft.Authorization/roleEligibilityScheduleInstances/read",),
        ),
        "active": Arm(
            path=f"{PROVIDER}/roleAssignmentScheduleInstances",
            api_version=VERSION,
            per="subscription",
            needs=("Microsoft.Authorization/roleAssignmentScheduleInstances/read",),
        ),
        "policies": Arm(
            path=f"{PROVIDER}/roleManagementPolicyAssignments",
            api_version=VERSION,
            per="subscription",
            needs=("Microsoft.Authorization/roleManagementPolicyAssignments/read",),
            never_empty=True,
        ),
    },
    checks=(
        *pim_checks(PIM),
        *activation_checks(PIM, "group_policies", "group", " of a management group"),
    ),
)
