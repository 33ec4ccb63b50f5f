"""A firewall that denies by default closes a resource, unless its list lets nearly everybody in."""

from typing import Any

import pytest

from collectors.kit import Expectations, Item
from collectors.kit.network.firewall import closed_network
from collectors.kit.network.private_endpoints import private_endpoint
from tests.collectors.case_files import AS_OF

NOTHING = Expectations(values={}, as_of=AS_OF)
CLOSED = closed_network(
    "properties.networkRuleSet", absent={}, bypass="properties.networkRuleBypassOptions"
)
ENDPOINT = private_endpoint(absent={})


def item(**properties: Any) -> Item:
    return Item(id="/x", data={"properties": properties})


def connection(state: object) -> dict[str, Any]:
    return {"properties": {"privateLinkServiceConnectionState": {"status": state}}}


@pytest.mark.parametrize(
    ("properties", "status", "reason"),
    [
        ({"publicNetworkAccess": "Disabled"}, "pass", "public network access is disabled"),
        (
            {"networkRuleSet": {"defaultAction": "Deny"}, "networkRuleBypassOptions": "None"},
            "pass",
            "networks that are not listed are refused",
        ),
        (
            {"networkRuleSet": {"defaultAction": "Deny"}},
            "pass",
            "networks that are not listed are refused, but for trusted services of Azure",
        ),
        (
            {"networkRuleSet": {"defaultAction": "Deny"}, "networkRuleBypassOptions": "All"},
            "unknown",
            "Azure returned bypass 'All', a value not known",
        ),
        (
            {"networkRuleSet": {"defaultAction": "Deny", "ipRules": [{"value": "0.0.0.0/1"}]}},
            "fail",
            "the default is to deny, yet the listed addresses are nearly the Internet",
        ),
        (
            {"networkRuleSet": {"defaultAction": "Allow"}, "publicNetworkAccess": "Enabled"},
            "fail",
            "every network may connect (default action Allow, expected Deny)",
        ),
        ({"networkRuleSet": {}}, "unknown", "Azure returned no defaultAction"),
        ({"publicNetworkAccess": "Enabled"}, "unknown", "Azure returned no networkRuleSet"),
        (
            {"publicNetworkAccess": "disabled"},
            "unknown",
            "Azure returned publicNetworkAccess 'disabled', a value that is not known",
        ),
    ],
)
def test_a_network_is_closed_by_either_of_two_settings(
    properties: dict[str, Any], status: str, reason: str
) -> None:
    verdict = CLOSED(item(**properties), NOTHING)

    assert (verdict.status.value, verdict.reason) == (status, reason)


@pytest.mark.parametrize(
    ("connections", "status"),
    [
        ([connection("Approved")], "pass"),
        ([connection("Rejected"), connection("Approved")], "pass"),
        ([connection("Pending")], "fail"),
        ([], "fail"),
        ([connection("Soon")], "unknown"),
        ([{}], "unknown"),
        ([None], "unknown"),
        ({}, "unknown"),
        (None, "unknown"),
    ],
)
def test_a_private_endpoint_counts_once_it_is_approved(connections: Any, status: str) -> None:
    verdict = ENDPOINT(item(privateEndpointConnections=connections), NOTHING)

    assert verdict.status.value == status
