"""What a network security group lets in from anywhere, rule by rule in order of priority.

A set of ports is one integer: bit n stands for port n.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from collectors.kit.network.addresses import FAMILIES, Network, open_families, whole_families
from collectors.kit.network.rule_fields import (
    ALL_PORTS,
    ANYWHERE,
    RuleError,
    networks,
    one_of,
    places,
    ports,
    reached,
)
from collectors.kit.values.amounts import whole

TCP, UDP = "tcp", "udp"
_PROTOCOLS = frozenset({TCP, UDP, "icmp", "icmpv6", "esp", "ah", "*"})
_DIRECTIONS, _ACCESS = frozenset({"inbound", "outbound"}), frozenset({"allow", "deny"})
_ANYBODY = ANYWHERE | {"internet"}
_RENTED = "azurecloud"
"""Service tag of every public address of Azure, where anybody can rent a machine."""


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
    covers: frozenset[int]
    """IP versions for which it holds whatever the destination and the source port are."""
    senders: tuple[Network, ...] = ()
    """Networks that the rule names, for those that anybody is not among already."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """Ports that a rule opens to anywhere, with nothing of higher priority to shut them."""

    rule: InboundRule
    ports: int


class UnreadableRuleError(RuleError):
    """A rule cannot be read; those that Azure looks at before it can."""

    def __init__(self, reason: str, before: "tuple[InboundRule, ...]") -> None:
        super().__init__(reason)
        self.before = before


def inbound_rules(rules: Any) -> tuple[InboundRule, ...]:
    """Inbound rules as Azure lists them, by priority. Raises UnreadableRuleError."""
    if not isinstance(rules, list):
        raise UnreadableRuleError("Azure returned no list of security rules", ())
    found: list[InboundRule] = []
    unreadable: list[tuple[int, str]] = []
    for element in rules:
        try:
            rule = _rule(element)
        except RuleError as error:
            unreadable.append((_place(element), str(error)))
        else:
            found += [rule] if rule else []
    ordered = sorted(found, key=lambda rule: rule.priority)
    if unreadable:
        first, reason = min(unreadable)
        before = tuple(rule for rule in ordered if rule.priority < first)
        raise UnreadableRuleError(reason, before)
    return tuple(ordered)


def _place(element: Any) -> int:
    """Priority of a rule that cannot be read; the first where that cannot be read either."""
    facts = element.get("properties") if isinstance(element, Mapping) else None
    priority = whole(facts.get("priority")) if isinstance(facts, Mapping) else None
    return 0 if priority is None else priority


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
        if rule.allows or family in rule.covers:
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
    if one_of(facts, "direction", name, _DIRECTIONS) != "inbound":
        return None
    allows = one_of(facts, "access", name, _ACCESS) == "allow"
    priority = whole(facts.get("priority"))
    if priority is None:
        raise RuleError(f"Azure returned no priority of rule {name}")
    senders = places(facts, "source", name)
    some, every = reached(places(facts, "destination", name))
    families = _families(senders, allows=allows) & some
    few = allows and families != some
    return InboundRule(
        name=name,
        priority=priority,
        allows=allows,
        protocol=one_of(facts, "protocol", name, _PROTOCOLS),
        families=families,
        senders=tuple(one for one in networks(senders) if one.version in some) if few else (),
        ports=_served(facts, name),
        covers=every if ports(facts, "source", name) in (0, ALL_PORTS) else frozenset(),
    )


@lru_cache(maxsize=4096)
def _families(senders: tuple[str, ...], *, allows: bool) -> frozenset[int]:
    if _ANYBODY.intersection(senders):
        return frozenset(FAMILIES)
    if allows and any(sender.partition(".")[0] == _RENTED for sender in senders):
        return frozenset(FAMILIES)
    return open_families(networks(senders)) if allows else whole_families(networks(senders))


def _served(facts: Mapping[str, Any], name: str) -> int:
    found = ports(facts, "destination", name)
    if not found:
        raise RuleError(f"Azure returned no destination port of rule {name}")
    return found
