"""Privileged Identity Management of Azure roles: eligible, active, and the rules of activation.

The lists of a subscription hold what it inherits as well; the policies of a management group are
asked of it, since a role that is given there is activated by its rules.
"""

from collectors.kit import Collector, Item, Owner, in_groups, in_subscription
from collectors.kit.access.pim_checks import DEFINITIONS, Pim, activation_checks, pim_checks
from collectors.kit.access.privilege import Privilege
from collectors.kit.access.roles import azure_privilege
from collectors.kit.catalogue.lists import CONDITIONAL_ACCESS, CONTAINERS, ROLE_DEFINITIONS

ROLES = "Microsoft.Authorization"
PORTAL = "Azure portal > Privileged Identity Management > Azure resources > <scope>"
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
    owner=Owner.SECURITY,
    reads={
        "definitions": ROLE_DEFINITIONS,
        "conditional_access": CONDITIONAL_ACCESS,
        "containers": CONTAINERS,
        "group_policies": in_groups(
            "containers", f"{ROLES}/roleManagementPolicyAssignments", VERSION, never_empty=True
        ),
        "eligible": in_subscription(f"{ROLES}/roleEligibilityScheduleInstances", VERSION),
        "active": in_subscription(f"{ROLES}/roleAssignmentScheduleInstances", VERSION),
        "policies": in_subscription(
            f"{ROLES}/roleManagementPolicyAssignments", VERSION, never_empty=True
        ),
    },
    checks=(
        *pim_checks(PIM),
        *activation_checks(PIM, "group_policies", "group", " of a management group"),
    ),
)
