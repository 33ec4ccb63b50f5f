"""Rules of security groups, read here a second way: by asking which packets get in."""

from datetime import UTC, datetime
from typing import Any

from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.generate import generate

TENANT = generate(TenantSpec(resources=3000), 0, datetime(2026, 11, 23, tzinfo=UTC))
GROUPS = [
    row
    for row in TENANT.tables["resources"]
    if row["type"] == "microsoft.network/networksecuritygroups"
]
TRUTH = {(one.check, one.subject): one.expected for one in TENANT.truth}
ANYONE = {"*", "internet", "0.0.0.0/0", "azurecloud", "0.0.0.0/1"}
"""Half of the Internet, or whoever rents a machine in Azure, is anyone too."""
PORTS = {
    "management_ports": {"tcp": (22, 3389, 5985, 5986), "udp": (3389,)},
    "database_ports": {"tcp": (1433, 3306, 5432, 1521, 27017, 6379)},
}
SAMPLE = range(0, 65536, 64)
"""Ports enough to tell a thousand from nearly all."""


def values(rule: dict[str, Any], one: str, many: str) -> list[str]:
    return [rule[one]] if one in rule else list(rule[many])


def covers(rule: dict[str, Any], port: int) -> bool:
    for text in values(rule, "destinationPortRange", "destinationPortRanges"):
        low, _, high = text.partition("-")
        if text == "*" or int(low) <= port <= int(high or low):
            return True
    return False


def from_anyone(rule: dict[str, Any]) -> bool:
    sources = values(rule, "sourceAddressPrefix", "sourceAddressPrefixes")
    return any(source.lower() in ANYONE for source in sources)


def lets_in(group: dict[str, Any], port: int, protocol: str) -> bool:
    rules = [rule["properties"] for rule in group["properties"]["securityRules"]]
    inbound = [rule for rule in rules if rule["direction"] == "Inbound"]
    for rule in sorted(inbound, key=lambda rule: rule["priority"]):
        if covers(rule, port) and from_anyone(rule) and rule["protocol"].lower() in ("*", protocol):
            return bool(rule["access"] == "Allow")
    return False


def test_a_port_is_open_exactly_where_the_truth_says_fail() -> None:
    for group in GROUPS:
        for name, by_protocol in PORTS.items():
            opened = any(
                lets_in(group, port, protocol)
                for protocol, ports in by_protocol.items()
                for port in ports
            )
            expected = TRUTH[f"network.security_groups.{name}", group["id"]]
            assert ("fail" if opened else "pass") == expected, group["properties"]["securityRules"]


def test_thousands_of_ports_are_open_exactly_where_the_truth_says_fail() -> None:
    for group in GROUPS:
        opened = sum(
            any(lets_in(group, port, protocol) for protocol in ("tcp", "udp")) for port in SAMPLE
        )
        expected = TRUTH["network.security_groups.any_port", group["id"]]
        assert ("fail" if opened > 20 else "pass") == expected, opened


def test_every_form_of_rule_occurs() -> None:
    rules = [
        rule["properties"] for group in GROUPS for rule in group["properties"]["securityRules"]
    ]
    assert any("destinationPortRange" not in rule for rule in rules)
    assert any("sourceAddressPrefix" not in rule for rule in rules)
    assert any("-" in rule.get("destinationPortRange", "") for rule in rules)
    assert {"Tcp", "TCP", "Udp", "*"} <= {rule["protocol"] for rule in rules}
    assert {"*", "Internet", "0.0.0.0/0", "VirtualNetwork", "AzureCloud"} <= {
        rule.get("sourceAddressPrefix") for rule in rules
    }


def test_priorities_are_unique_and_allowed() -> None:
    for group in GROUPS:
        for direction in ("Inbound", "Outbound"):
            priorities = [
                rule["properties"]["priority"]
                for rule in group["properties"]["securityRules"]
                if rule["properties"]["direction"] == direction
            ]
            assert len(priorities) == len(set(priorities))
            assert all(100 <= priority <= 4096 for priority in priorities)
