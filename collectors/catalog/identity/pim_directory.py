"""Privileged Identity Management of Entra ID roles: eligible, active, and rules of activation."""

from collectors.kit import Collector, Graph, Item, Owner
from collectors.kit.access.directory_roles import directory_privilege
from collectors.kit.access.pim_checks import DEFINITIONS, Pim, pim_checks
from collectors.kit.access.privilege import Privilege
from collectors.kit.catalogue.lists import CONDITIONAL_ACCESS, DIRECTORY_ACTIVE, DIRECTORY_ELIGIBLE

PORTAL = (
    "Entra admin center > Identity Governance > Privileged Identity Management >"
    " Microsoft Entra roles"
)


def privilege(item: Item) -> Privilege:
    """What is known of the role that an assignment, an eligibility or a policy is about."""
    return directory_privilege(item["roleDefinitionId"], item.near(DEFINITIONS))


COLLECTOR = Collector(
    id="identity.pim_directory",
    title="Privileged Identity Management of Entra ID roles",
    owner=Owner.SECURITY,
    reads={
        "definitions": Graph(
            path="/roleManagement/directory/roleDefinitions",
            needs=("RoleManagement.Read.Directory",),
            never_empty=True,
        ),
        "conditional_access": CONDITIONAL_ACCESS,
        "eligible": DIRECTORY_ELIGIBLE,
        "active": DIRECTORY_ACTIVE,
        "policies": Graph(
            path="/policies/roleManagementPolicyAssignments",
            filter="scopeId eq '/' and scopeType eq 'DirectoryRole'",
            expand="policy($expand=rules)",
            needs=("RoleManagementPolicy.Read.Directory",),
            never_empty=True,
        ),
    },
    checks=pim_checks(
        Pim(
            role="Entra ID role",
            facts=None,
            rules="policy.rules",
            privilege=privilege,
            settings=f"{PORTAL} > Settings > <role> > Edit",
            assignments=f"{PORTAL} > Assignments",
        )
    ),
)
