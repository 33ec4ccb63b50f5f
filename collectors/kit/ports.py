"""What a network security group lets in from anywhere, rule by rule in order of priority.

A set of ports is one integer: bit n stands for port n.
"""

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

ALL_PORTS = (1 << 65536) - 1
TCP, UDP = "tcp", "udp"
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
_FAMILIES = (4, 6)
_ANYWHERE = {
    "*": frozenset(_FAMILIES),
    "any": frozenset(_FAMILIES),
    "internet": frozenset(_FAMILIES),
}
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
    """IP versions (4, 6) of which every sender is meant; empty when only some senders are."""
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
    if _word(facts, "direction", name) != "inbound":
        return None
    priority = facts.get("priority")
    if not isinstance(priority, int):
        raise RuleError(f"Azure returned no priority of rule {name}")
    return InboundRule(
        name=name,
        priority=priority,
        allows=_word(facts, "access", name) == "allow",
        protocol=_word(facts, "protocol", name),
        families=_families(facts, name),
        ports=_ports(facts, name),
        partial=_partial(facts, name),
    )


def _word(facts: Mapping[str, Any], key: str, name: str) -> str:
    value = facts.get(key)
    if not isinstance(value, str) or not value:
        raise RuleError(f"Azure returned no {key} of rule {name}")
    return value.lower()


def _values(facts: Mapping[str, Any], one: str, many: str) -> list[str]:
    """Azure fills the single field or the list, and leaves the other empty."""
    listed = facts.get(many)
    values = [facts.get(one), *(listed if isinstance(listed, list) else ())]
    return [value.strip().lower() for value in values if isinstance(value, str) and value.strip()]


def _families(facts: Mapping[str, Any], name: str) -> frozenset[int]:
    prefixes = _values(facts, "sourceAddressPrefix", "sourceAddressPrefixes")
    if not prefixes and not facts.get("sourceApplicationSecurityGroups"):
        raise RuleError(f"Azure returned no source of rule {name}")
    named = [_ANYWHERE.get(prefix, frozenset()) for prefix in prefixes]
    networks = [network for network in map(_network, prefixes) if network is not None]
    return _whole_families(networks).union(*named)


def _whole_families(networks: list[Network]) -> frozenset[int]:
    """IP versions whose whole address space these networks cover together."""
    four = [n for n in networks if isinstance(n, ipaddress.IPv4Network)]
    six = [n for n in networks if isinstance(n, ipaddress.IPv6Network)]
    joined: list[Network] = [*ipaddress.collapse_addresses(four)]
    joined += ipaddress.collapse_addresses(six)
    return frozenset(network.version for network in joined if network.prefixlen == 0)


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
