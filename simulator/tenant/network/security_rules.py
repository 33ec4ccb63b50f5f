"""Rules of network security groups, of every form that Azure accepts, good and bad.

Shaped by recorded answers of 2022-01-01 and 2020-08-01: a rule names one place or port in the
singular and leaves the list empty, or several in the list and leaves the singular out; the protocol
comes in any case; ports may be one range, several ranges, or all of them spelled out.
"""

from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

from simulator.tenant.estate.estate import Resource
from simulator.tenant.kit import Scene

CHECK = "network.security_groups."
INBOUND = (
    ("AllowVnetInBound", "VirtualNetwork", "VirtualNetwork", "Allow", 65000),
    ("AllowAzureLoadBalancerInBound", "AzureLoadBalancer", "*", "Allow", 65001),
    ("DenyAllInBound", "*", "*", "Deny", 65500),
)
OUTBOUND = (
    ("AllowVnetOutBound", "VirtualNetwork", "VirtualNetwork", "Allow", 65000),
    ("AllowInternetOutBound", "*", "Internet", "Allow", 65001),
    ("DenyAllOutBound", "*", "*", "Deny", 65500),
)
ANY_SOURCE: tuple[str | list[str], ...] = (
    "*",
    "Internet",
    "0.0.0.0/0",
    ["198.51.100.0/24", "0.0.0.0/0"],
    ["10.20.0.0/16", "Internet"],
    "AzureCloud",
    ["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"],
)
SOME_SOURCE: tuple[str | list[str], ...] = (
    "VirtualNetwork",
    "10.20.0.0/16",
    "AzureFrontDoor.Backend",
    ["203.0.113.0/28", "198.51.100.7/32"],
)
MANAGEMENT: tuple[str | list[str], ...] = (
    "22",
    "3389",
    "20-25",
    "3380-3400",
    ["443", "5985-5986"],
    ["80", "22"],
)
DATABASES: tuple[str | list[str], ...] = (
    "1433",
    "5432",
    "3300-3310",
    "6379",
    ["8443", "27017"],
    ["1521-1522", "443"],
)
PARTLY: dict[str, tuple[list[str], str]] = {
    "Management": (["22", "3389"], "3389"),
    "Database": (["1433", "5432"], "1433"),
}
"""What is allowed, and the part of it that a denial above takes back."""
ALL_MANAGEMENT = ["22", "3389", "5985-5986"]
ALL_DATABASES = ["1433", "3306", "5432", "1521", "27017", "6379"]
ALL_PORTS: tuple[str | list[str], ...] = (
    "*",
    "*",
    "1-65535",
    "0-65535",
    ["0-30000", "30001-65535"],
)
"""Every port, as people write it."""
ALL_BUT_WEB = ["0-442", "444-65535"]
HARMLESS: tuple[str | list[str], ...] = ("443", ["80", "443"], "8443", "8080-8090")


Rule: TypeAlias = tuple[str, str, str | list[str], str | list[str], str, str]
"""Name, access, source, destination ports, protocol, direction."""


def own_rules(scene: Scene) -> list[dict[str, Any]]:
    """The rules that somebody wrote, as the verdicts of the group ask for."""
    return list(_numbered(scene.resource, _rules(scene)))


def _rules(scene: Scene) -> Iterator[Rule]:
    """Rules in the order of their priority: what comes first wins."""
    if scene.fails(f"{CHECK}any_port"):
        yield from _all_ports_open(scene)
    elif "fail" not in scene.verdicts.values() and scene.share("shut above") < 0.1:
        yield "DenyRest", "Deny", "*", ALL_BUT_WEB, "*", "Inbound"
        yield "AllowEverything", "Allow", "*", "*", "*", "Inbound"
    else:
        management = scene.fails(f"{CHECK}management_ports")
        yield from _ports(scene, "Management", MANAGEMENT, failing=management)
        databases = scene.fails(f"{CHECK}database_ports")
        yield from _ports(scene, "Database", DATABASES, failing=databases)
    web = scene.pick(HARMLESS, "web")
    yield "AllowWeb", "Allow", scene.pick(ANY_SOURCE, "web source"), web, "Tcp", "Inbound"
    yield "AllowAllOut", "Allow", "*", "*", "*", "Outbound"


def _all_ports_open(scene: Scene) -> Iterator[Rule]:
    """Everything is allowed; denials above it save those ports whose verdict shall be good."""
    protocol = scene.pick(("Tcp", "*"), "open protocol")
    if not scene.fails(f"{CHECK}management_ports"):
        yield "DenyManagement", "Deny", "*", ALL_MANAGEMENT, protocol, "Inbound"
    if not scene.fails(f"{CHECK}database_ports"):
        yield "DenyDatabases", "Deny", "*", ALL_DATABASES, protocol, "Inbound"
    source = scene.pick(ANY_SOURCE, "open source")
    ports = scene.pick(ALL_PORTS, "every port")
    if scene.share("two rules") < 0.3:
        yield "AllowLow", "Allow", source, "0-32767", protocol, "Inbound"
        yield "AllowHigh", "Allow", source, "32768-65535", protocol, "Inbound"
    else:
        yield "AllowEverything", "Allow", source, ports, protocol, "Inbound"


def _ports(
    scene: Scene, word: str, ports: tuple[str | list[str], ...], *, failing: bool
) -> Iterator[Rule]:
    chosen, anyone = scene.pick(ports, word), scene.pick(ANY_SOURCE, word, "any")
    some = scene.pick(SOME_SOURCE, word, "some")
    protocol = scene.pick(("Tcp", "*", "TCP"), word, "protocol")
    most = 4 if word == "Management" else 3
    form = scene.number(0, most if failing else 3, word, "form")
    allow: Rule = (f"Allow{word}", "Allow", anyone, chosen, protocol, "Inbound")
    deny: Rule = (f"Deny{word}", "Deny", "*", chosen, "*", "Inbound")
    if failing and form == 0:  # the denial covers some sources only
        yield f"Deny{word}Some", "Deny", some, chosen, "*", "Inbound"
        yield allow
    elif failing and form == 1:  # the denial comes too late
        yield allow
        yield deny
    elif failing and form == 2:  # the denial leaves a port open
        both, denied = PARTLY[word]
        yield f"Deny{word}Part", "Deny", "*", denied, "*", "Inbound"
        yield f"Allow{word}", "Allow", anyone, list(both), protocol, "Inbound"
    elif failing and form == 4:  # remote desktops over UDP alone
        yield "AllowDesktops", "Allow", anyone, "3389", "Udp", "Inbound"
    elif failing:
        yield allow
    elif form == 3:  # what listens on TCP only is not reached by UDP
        harmless = "22" if word == "Management" else "1433"
        yield f"Allow{word}Udp", "Allow", anyone, harmless, "Udp", "Inbound"
    elif form == 0:  # the denial wins
        yield deny
        yield allow
    elif form == 1:  # only for known sources
        yield f"Allow{word}", "Allow", some, chosen, protocol, "Inbound"
    else:  # outbound is another question
        yield f"Allow{word}Out", "Allow", "*", chosen, protocol, "Outbound"


def _numbered(one: Resource, rules: Iterable[Rule]) -> Iterator[dict[str, Any]]:
    """Azure lists rules in the order they were made, not by priority: so the order is turned."""
    numbered = list(enumerate(rules, start=1))
    for place, (name, access, source, ports, protocol, direction) in reversed(numbered):
        yield _rule(
            f"{one.id}/securityRules/{name}",
            name,
            {
                "protocol": protocol,
                "sourcePortRange": "*",
                "sourcePortRanges": [],
                "destinationAddressPrefix": "*",
                "destinationAddressPrefixes": [],
                "access": access,
                "priority": 90 + 10 * place,
                "direction": direction,
                **_one_or_many("sourceAddressPrefix", "sourceAddressPrefixes", source),
                **_one_or_many("destinationPortRange", "destinationPortRanges", ports),
            },
        )


def _one_or_many(one: str, many: str, value: str | list[str]) -> dict[str, Any]:
    """A list leaves the single form out, as Azure does."""
    if isinstance(value, list):
        return {many: list(value)}
    return {one: value, many: []}


def default_rules(one: Resource) -> Iterator[dict[str, Any]]:
    """The rules that Azure writes into every group."""
    for direction, rules in (("Inbound", INBOUND), ("Outbound", OUTBOUND)):
        for name, source, destination, access, priority in rules:
            yield _rule(
                f"{one.id}/defaultSecurityRules/{name}",
                name,
                {
                    "description": f"{name} by default",
                    "protocol": "*",
                    **_one_or_many("sourcePortRange", "sourcePortRanges", "*"),
                    **_one_or_many("destinationPortRange", "destinationPortRanges", "*"),
                    **_one_or_many("sourceAddressPrefix", "sourceAddressPrefixes", source),
                    **_one_or_many(
                        "destinationAddressPrefix", "destinationAddressPrefixes", destination
                    ),
                    "access": access,
                    "priority": priority,
                    "direction": direction,
                },
            )


def _rule(identity: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    rule_type = "/".join(["Microsoft.Network/networkSecurityGroups", identity.split("/")[-2]])
    return {
        "name": name,
        "id": identity,
        "type": rule_type,
        "properties": {"provisioningState": "Succeeded"} | properties,
    }
