"""Privileged Identity Management of Entra ID roles: eligible, active, and rules of activation."""

from collectors.kit import (
    Check,
    Collector,
    Expectations,
    Graph,
    Item,
    Owner,
    Verdict,
)
from collectors.kit.naming import role_of
from collectors.kit.pim_rules import (
    activation_approval,
    activation_duration,
    activation_justification,
    activation_mfa,
)
from collectors.kit.roles import DIRECTORY_PRIVILEGED, may_be
from collectors.kit.standing import eligibility_ends, privilege_is_lent

SETTINGS = (
    "Entra admin center > Identity Governance > Privileged Identity Management >"
    " Microsoft Entra roles > Settings > <role> > Edit"
)


def may_be_privileged(item: Item) -> bool:
    """Roles that can change who may do what, and those that Entra ID did not name."""
    return may_be(item["roleDefinitionId"], DIRECTORY_PRIVILEGED)


def eligibility_expires(eligibility: Item, _: Expectations) -> Verdict:
    """Somebody has to ask again."""
    return eligibility_ends(eligibility.data, role_of(eligibility))


def no_standing_access(assignment: Item, _: Expectations) -> Verdict:
    """Privilege is activated for a while, not held."""
    return privilege_is_lent(assignment.data, role_of(assignment))


def mfa(policy: Item, _: Expectations) -> Verdict:
    """Activation needs a second factor."""
    return activation_mfa(policy["policy.rules"], role_of(policy))


def justification(policy: Item, _: Expectations) -> Verdict:
    """Activation needs a reason."""
    return activation_justification(policy["policy.rules"], role_of(policy))


def approval(policy: Item, _: Expectations) -> Verdict:
    """Activation needs a second person."""
    return activation_approval(policy["policy.rules"], role_of(policy))


def longest(policy: Item, expectations: Expectations) -> Verdict:
    """Activation ends soon."""
    hours = expectations["activation_hours"]
    return activation_duration(policy["policy.rules"], role_of(policy), hours)


COLLECTOR = Collector(
    id="identity.pim_directory",
    title="Privileged Identity Management of Entra ID roles",
    reads={
        "eligible": Graph(
            path="/roleManagement/directory/roleEligibilityScheduleInstances",
            needs=("RoleEligibilitySchedule.Read.Directory",),
        ),
        "active": Graph(
            path="/roleManagement/directory/roleAssignmentScheduleInstances",
            needs=("RoleAssignmentSchedule.Read.Directory",),
        ),
        "policies": Graph(
            path="/policies/roleManagementPolicyAssignments",
            filter="scopeId eq '/' and scopeType eq 'DirectoryRole'",
            expand="policy($expand=rules)",
            needs=("RoleManagementPolicy.Read.Directory",),
        ),
    },
    checks=(
        Check(
            id="eligibility_expires",
            title="The right to activate an Entra ID role ends",
            on="eligible",
            judge=eligibility_expires,
            controls=("A.5.18",),
            remedy=f"{SETTINGS}: expire eligible assignments",
            owner=Owner.SECURITY,
        ),
        Check(
            id="no_standing_access",
            title="Privileged Entra ID roles are activated, not held",
            on="active",
            when=may_be_privileged,
            judge=no_standing_access,
            controls=("A.8.2",),
            remedy=(
                "Entra admin center > Identity Governance > Privileged Identity Management >"
                " Microsoft Entra roles > Assignments > Active: make it eligible, remove it here"
            ),
            owner=Owner.SECURITY,
        ),
        Check(
            id="activation_mfa",
            title="Activating a privileged Entra ID role needs multi-factor authentication",
            on="policies",
            when=may_be_privileged,
            judge=mfa,
            controls=("A.8.2", "A.8.5"),
            remedy=f"{SETTINGS}: on activation, require Azure MFA",
            owner=Owner.SECURITY,
        ),
        Check(
            id="activation_justification",
            title="Activating a privileged Entra ID role needs a justification",
            on="policies",
            when=may_be_privileged,
            judge=justification,
            controls=("A.8.2",),
            remedy=f"{SETTINGS}: require justification on activation",
            owner=Owner.SECURITY,
        ),
        Check(
            id="activation_approval",
            title="Activating a privileged Entra ID role needs approval",
            on="policies",
            when=may_be_privileged,
            judge=approval,
            controls=("A.5.3", "A.8.2"),
            remedy=f"{SETTINGS}: require approval to activate",
            owner=Owner.SECURITY,
        ),
        Check(
            id="activation_duration",
            title="The activation of a privileged Entra ID role ends soon",
            on="policies",
            when=may_be_privileged,
            judge=longest,
            controls=("A.8.2",),
            expectation="activation_hours",
            remedy=f"{SETTINGS}: activation maximum duration",
            owner=Owner.SECURITY,
        ),
    ),
)
