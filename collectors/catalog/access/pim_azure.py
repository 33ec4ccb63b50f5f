"""Privileged Identity Management of Azure roles: eligible, active, and the rules of activation."""

from collectors.kit import (
    Arm,
    Check,
    Collector,
    Expectations,
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
from collectors.kit.roles import AZURE_PRIVILEGED, may_be
from collectors.kit.standing import eligibility_ends, privilege_is_lent

PROVIDER = "/subscriptions/{subscription}/providers/Microsoft.Authorization"
SETTINGS = (
    "Azure portal > Privileged Identity Management > Azure resources > <subscription> > Settings >"
    " <role> > Edit"
)


def may_be_privileged(item: Item) -> bool:
    """Roles that can change who may do what, and those that Azure did not name."""
    return may_be(item["properties.roleDefinitionId"], AZURE_PRIVILEGED)


def eligibility_expires(eligibility: Item, _: Expectations) -> Verdict:
    """Somebody has to ask again."""
    return eligibility_ends(eligibility["properties"], role_of(eligibility))


def no_standing_access(assignment: Item, _: Expectations) -> Verdict:
    """Privilege is activated for a while, not held."""
    return privilege_is_lent(assignment["properties"], role_of(assignment))


def mfa(policy: Item, _: Expectations) -> Verdict:
    """Activation needs a second factor."""
    return activation_mfa(policy["properties.effectiveRules"], role_of(policy))


def justification(policy: Item, _: Expectations) -> Verdict:
    """Activation needs a reason."""
    return activation_justification(policy["properties.effectiveRules"], role_of(policy))


def approval(policy: Item, _: Expectations) -> Verdict:
    """Activation needs a second person."""
    return activation_approval(policy["properties.effectiveRules"], role_of(policy))


def longest(policy: Item, expectations: Expectations) -> Verdict:
    """Activation ends soon."""
    hours = expectations["activation_hours"]
    return activation_duration(policy["properties.effectiveRules"], role_of(policy), hours)


COLLECTOR = Collector(
    id="access.pim_azure",
    title="Privileged Identity Management of Azure roles",
    reads={
        "eligible": Arm(
            path=f"{PROVIDER}/roleEligibilityScheduleInstances",
            api_version="2020-10-01",
            per="subscription",
            needs=("Microsoft.Authorization/roleEligibilityScheduleInstances/read",),
        ),
        "active": Arm(
            path=f"{PROVIDER}/roleAssignmentScheduleInstances",
            api_version="2020-10-01",
            per="subscription",
            needs=("Microsoft.Authorization/roleAssignmentScheduleInstances/read",),
        ),
        "policies": Arm(
            path=f"{PROVIDER}/roleManagementPolicyAssignments",
            api_version="2020-10-01",
            per="subscription",
            needs=("Microsoft.Authorization/roleManagementPolicyAssignments/read",),
        ),
    },
    checks=(
        Check(
            id="eligibility_expires",
            title="The right to activate an Azure role ends",
            on="eligible",
            judge=eligibility_expires,
            controls=("A.5.18",),
            remedy=f"{SETTINGS}: expire eligible assignments",
            owner=Owner.SECURITY,
        ),
        Check(
            id="no_standing_access",
            title="Privileged Azure roles are activated, not held",
            on="active",
            when=may_be_privileged,
            judge=no_standing_access,
            controls=("A.8.2",),
            remedy=(
                "Azure portal > Privileged Identity Management > Azure resources > <subscription>"
                " > Assignments > Active: make it eligible and remove it here"
            ),
            owner=Owner.SECURITY,
        ),
        Check(
            id="activation_mfa",
            title="Activating a privileged Azure role needs multi-factor authentication",
            on="policies",
            when=may_be_privileged,
            judge=mfa,
            controls=("A.8.2", "A.8.5"),
            remedy=f"{SETTINGS}: on activation, require Azure MFA",
            owner=Owner.SECURITY,
        ),
        Check(
            id="activation_justification",
            title="Activating a privileged Azure role needs a justification",
            on="policies",
            when=may_be_privileged,
            judge=justification,
            controls=("A.8.2",),
            remedy=f"{SETTINGS}: require justification on activation",
            owner=Owner.SECURITY,
        ),
        Check(
            id="activation_approval",
            title="Activating a privileged Azure role needs approval",
            on="policies",
            when=may_be_privileged,
            judge=approval,
            controls=("A.5.3", "A.8.2"),
            remedy=f"{SETTINGS}: require approval to activate",
            owner=Owner.SECURITY,
        ),
        Check(
            id="activation_duration",
            title="The activation of a privileged Azure role ends soon",
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
