"""Subscriptions that are none to collect from."""

from collectors.kit.item import Item

BILLING_QUOTA = "aad_2015-09-01"
"""Offer of "Access to Azure Active Directory": a shell by which Entra ID was billed. It cannot hold
resources, and nobody but Microsoft sees its roles.

Seen in Azure/GuardrailsSolutionAccelerator issue 403 and
JulianHayward/Azure-MG-Sub-Governance-Reporting issue 161.
"""


def is_billing_shell(subscription: Item) -> bool:
    """Is this the tenant's billing shell, by its offer?"""
    quota = subscription["subscriptionPolicies.quotaId"]
    return isinstance(quota, str) and quota.lower() == BILLING_QUOTA
