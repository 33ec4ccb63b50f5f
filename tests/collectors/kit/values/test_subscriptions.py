"""The subscription that only bills Entra ID is known by its offer."""

from typing import Any

import pytest

from collectors.kit import Item
from collectors.kit.values.subscriptions import is_billing_shell


@pytest.mark.parametrize(
    ("policies", "found"),
    [
        ({"quotaId": "AAD_2015-09-01"}, True),
        ({"quotaId": "aad_2015-09-01"}, True),
        ({"quotaId": "EnterpriseAgreement_2014-09-01"}, False),
        ({"quotaId": None}, False),
        ({}, False),
        (None, False),
        ("AAD_2015-09-01", False),
    ],
)
def test_the_offer_decides_and_not_the_name(policies: Any, found: bool) -> None:  # noqa: FBT001 - a value of the table
    data = {"displayName": "Access to Azure Active Directory", "subscriptionPolicies": policies}

    assert is_billing_shell(Item(id="/subscriptions/1", data=data)) is found
