"""What a network security group lets in from anywhere, rule by rule in order of priority.

A set of ports is one integer: bit n stands for port n.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from collectors.kit.addresses import (
    FAMILIES,
    Network,
    network,
    open_families,
    whole_families,
)
from collectors.kit.amounts import whole

ALL_PORTS = (1 << 65536) - 1
TCP, UDP = "tcp", "udp"
_PROTOCOLS = frozenset({TCP, UDP, "icmp", "icmpv6", "esp", "ah", "*"})
_DIRECTIONS, _ACCESS = frozenset({"inbound", "outbound"}), frozenset({"allow", "deny"})
_ANYWHERE = frozenset({"*", "any", "internet"})
_RENTED = "azurecloud"
"""Service tag of every public address of Azure, where anybody can rent a machine."""
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
    senders: tuple[Network, ...] = ()
    """Networks that the rule names, for those that anybody is not among already."""


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

    Rules that each name few senders open what they allow together, if together these are many.
    https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview
    """
    ordered = [rule for rule in rules if rule.protocol in (protocol, "*")]
    return tuple(opening for family in FAMILIES for opening in _open(ordered, family))


def opened(openings: Iterable[Opening]) -> int:
    """The set of all ports that are open."""
    found = 0
    for opening in openings:
        found |= opening.ports
    return found


def port_set(ports: Iterable[int]) -> int:
    """The set of these ports."""
    return sum(1 << port for port in set(ports))


def port_list(ports: int) -> list[int]:
    """The ports of a set, in order."""
    found = []
    while ports:
        found.append((ports & -ports).bit_length() - 1)
        ports &= ports - 1
    return found


def _open(rules: Iterable[InboundRule], family: int) -> Iterator[Opening]:
    decided = 0
    few: list[Opening] = []
    for rule in rules:
        left = rule.ports & ~decided
        if family not in rule.families:
            few += [Opening(rule=rule, ports=left)] if rule.allows and left else []
            continue
        if rule.allows and left:
            yield Opening(rule=rule, ports=left)
        if rule.allows or not rule.partial:
            decided |= rule.ports
    yield from _together(few, family)


def _together(few: list[Opening], family: int) -> Iterator[Opening]:
    """What rules for few senders each open to many, port by port."""
    if len(few) < 2:
        return
    if family not in open_families(sender for one in few for sender in one.rule.senders):
        return
    parts = [opened(few)]
    for one in few:
        parts = [cut for part in parts for cut in (part & one.ports, part & ~one.ports) if cut]
    for part in parts:
        joint = [one.rule for one in few if one.ports & part]
        if family in open_families(sender for rule in joint for sender in rule.senders):
            named = replace(joint[0], name=f"{joint[0].name}, with others,")
            yield Opening(rule=named, ports=part)


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
    prefixes = _sources(facts, name)
    families = _families(tuple(prefixes), allows=allows)
    few = allows and len(families) < len(FAMILIES)
    return InboundRule(
        name=name,
        priority=priority,
        allows=allows,
        protocol=_one_of(facts, "protocol", name, _PROTOCOLS),
        families=families,
        senders=tuple(_networks(prefixes)) if few else (),
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


def _sources(facts: Mapping[str, Any], name: str) -> list[str]:
    prefixes = _values(facts, "sourceAddressPrefix", "sourceAddressPrefixes")
    if not prefixes and not facts.get("sourceApplicationSecurityGroups"):
        raise RuleError(f"Azure returned no source of rule {name}")
    return prefixes


@lru_cache(maxsize=4096)
def _families(prefixes: tuple[str, ...], *, allows: bool) -> frozenset[int]:
    if _ANYWHERE.intersection(prefixes):
        return frozenset(FAMILIES)
    if allows and any(prefix.partition(".")[0] == _RENTED for prefix in prefixes):
        return frozenset(FAMILIES)
    networks = _networks(prefixes)
    return open_families(networks) if allows else whole_families(networks)


def _networks(prefixes: Iterable[str]) -> list[Network]:
    return [one for one in map(network, prefixes) if one is not None]


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
