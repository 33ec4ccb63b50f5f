"""What a network security group lets in from anywhere, rule by rule in order of priority.

A set of ports is one integer: bit n stands for port n.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from collectors.kit.amounts import whole

ALL_PORTS = (1 << 65536) - 1
TCP, UDP = "tcp", "udp"
_PROTOCOLS = frozenset({TCP, UDP, "icmp", "icmpv6", "esp", "ah", "*"})
_DIRECTIONS, _ACCESS = frozenset({"inbound", "outbound"}), frozenset({"allow", "deny"})
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_FAMILIES = (4, 6)
_ANYWHERE = frozenset({"*", "any", "internet"})
_RENTED = "azurecloud"
"""Service tag of every public address of Azure, where anybody can rent a machine."""
_PUBLIC = {4: 2**32, 6: 2**125}
"""Addresses that senders can have: all of IPv4, and 2000::/3 of IPv6 (RFC 4291, section 2.4)."""
_MANY = 8
"""A source that holds an eighth of these or more keeps nobody out."""
_WHOLE_NETWORK = frozenset({"*", "any", "0.0.0.0/0", "::/0", "virtualnetwork"})


@dataclass(frozen=True, kw_only=True, slots=True)
class InboundRule:
    """One inbound rule of a group."""

    name: str
    priority: int
    allows: bool
    protocol: str
    """tcp, udp, icmp, esp, ah or *."""
    families: frozenset[int]
    """IP versions (4, 6) the rule is about: for what it denies those of which every sender is
    meant, for what it allows those of which so many are meant that anybody can be among them."""
    ports: int
    partial: bool
    """True when the rule holds for some destinations or source ports only."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """Ports that a rule opens to anywhere, with nothing of higher priority to shut them."""

    rule: InboundRule
    ports: int


class RuleError(ValueError):
    """A rule lacks what is needed to say what it does."""


def inbound_rules(rules: Any) -> tuple[InboundRule, ...]:
    """Inbound rules as Azure lists them, by priority. Raises RuleError."""
    if not isinstance(rules, list):
        raise RuleError("Azure returned no list of security rules")
    found = [_rule(rule) for rule in rules]
    return tuple(sorted((r for r in found if r), key=lambda rule: rule.priority))


def openings(rules: Iterable[InboundRule], protocol: str) -> tuple[Opening, ...]:
    """What is open to every sender of IPv4 or of IPv6, the first matching rule deciding.

    https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
    """
    ordered = [rule for rule in rules if rule.protocol in (protocol, "*")]
    return tuple(opening for family in _FAMILIES for opening in _open(ordered, family))


def port_set(ports: Iterable[int]) -> int:
    """The set of these ports."""
    return sum(1 << port for port in set(ports))


def port_list(ports: int) -> list[int]:
    """The ports of a set, in order."""
    return [port for port in range(ports.bit_length()) if ports >> port & 1]


def _open(rules: Iterable[InboundRule], family: int) -> Iterable[Opening]:
    decided = 0
    for rule in rules:
        if family not in rule.families:
            continue
        left = rule.ports & ~decided
        if rule.allows and left:
            yield Opening(rule=rule, ports=left)
        if rule.allows or not rule.partial:
            decided |= rule.ports


def _rule(element: Any) -> InboundRule | None:
    """The rule if it is an inbound one, else None."""
    facts = element.get("properties") if isinstance(element, Mapping) else None
    if not isinstance(facts, Mapping):
        raise RuleError("Azure returned a security rule without properties")
    name = str(element.get("name") or "without name")
    if _one_of(facts, "direction", name, _DIRECTIONS) != "inbound":
        return None
    allows = _one_of(facts, "access", name, _ACCESS) == "allow"
    priority = whole(facts.get("priority"))
    if priority is None:
        raise RuleError(f"Azure returned no priority of rule {name}")
    return InboundRule(
        name=name,
        priority=priority,
        allows=allows,
        protocol=_one_of(facts, "protocol", name, _PROTOCOLS),
        families=_families(facts, name, allows=allows),
        ports=_ports(facts, name),
        partial=_partial(facts, name),
    )


def _one_of(facts: Mapping[str, Any], key: str, name: str, known: frozenset[str]) -> str:
    value = facts.get(key)
    if not isinstance(value, str) or not value:
        raise RuleError(f"Azure returned no {key} of rule {name}")
    if value.lower() not in known:
        raise RuleError(f"rule {name} has the unknown {key} {value!r}")
    return value.lower()


def _values(facts: Mapping[str, Any], one: str, many: str) -> list[str]:
    """Azure fills the single field or the list, and leaves the other empty."""
    listed = facts.get(many)
    values = [facts.get(one), *(listed if isinstance(listed, list) else ())]
    return [value.strip().lower() for value in values if isinstance(value, str) and value.strip()]


def _families(facts: Mapping[str, Any], name: str, *, allows: bool) -> frozenset[int]:
    prefixes = _values(facts, "sourceAddressPrefix", "sourceAddressPrefixes")
    if not prefixes and not facts.get("sourceApplicationSecurityGroups"):
        raise RuleError(f"Azure returned no source of rule {name}")
    if _ANYWHERE.intersection(prefixes):
        return frozenset(_FAMILIES)
    if allows and any(prefix.partition(".")[0] == _RENTED for prefix in prefixes):
        return frozenset(_FAMILIES)
    networks = [network for network in map(_network, prefixes) if network is not None]
    joined = _joined(networks)
    if not allows:
        return frozenset(network.version for network in joined if network.prefixlen == 0)
    return frozenset(family for family in _FAMILIES if _covers_many(joined, family))


def _joined(networks: list[Network]) -> list[Network]:
    """The same addresses in as few networks as possible, none counted twice."""
    four = [n for n in networks if isinstance(n, ipaddress.IPv4Network)]
    six = [n for n in networks if isinstance(n, ipaddress.IPv6Network)]
    return [*ipaddress.collapse_addresses(four), *ipaddress.collapse_addresses(six)]


def _covers_many(networks: Iterable[Network], family: int) -> bool:
    covered = sum(network.num_addresses for network in networks if network.version == family)
    return covered * _MANY >= _PUBLIC[family]


def _network(prefix: str) -> Network | None:
    try:
        return ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return None  # A service tag such as VirtualNetwork.


def _ports(facts: Mapping[str, Any], name: str) -> int:
    ranges = _values(facts, "destinationPortRange", "destinationPortRanges")
    if not ranges:
        raise RuleError(f"Azure returned no destination port of rule {name}")
    found = 0
    for text in ranges:
        found |= _range(text, name)
    return found


def _range(text: str, name: str) -> int:
    if text == "*":
        return ALL_PORTS
    low, _, high = text.partition("-")
    try:
        first, last = int(low), int(high or low)
    except ValueError as error:
        raise RuleError(f"rule {name} has the unreadable port range {text!r}") from error
    if not 0 <= first <= last <= 65535:
        raise RuleError(f"rule {name} has the impossible port range {text!r}")
    return (1 << (last + 1)) - (1 << first)


def _partial(facts: Mapping[str, Any], name: str) -> bool:
    places = _values(facts, "destinationAddressPrefix", "destinationAddressPrefixes")
    if not places and not facts.get("destinationApplicationSecurityGroups"):
        raise RuleError(f"Azure returned no destination of rule {name}")
    sent_from = _values(facts, "sourcePortRange", "sourcePortRanges")
    narrow = bool(sent_from) and not {"*", "0-65535"} & set(sent_from)
    return narrow or not _WHOLE_NETWORK & set(places)
