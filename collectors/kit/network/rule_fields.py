"""The fields of a network security rule: what cannot be read is an error that names it.

A source or destination is a network, `*`, an application security group, or a service tag. Tags
begin with a letter; whatever else is no network stands for addresses that nobody here can tell.
https://learn.microsoft.com/azure/virtual-network/service-tags-overview
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from collectors.kit.network.addresses import FAMILIES, Network, network, whole_families

ALL_PORTS = (1 << 65536) - 1
ANYWHERE = frozenset({"*", "any"})
TAG = re.compile(r"[a-z][a-z0-9_.-]*")
"""A service tag in lower case, with a region or without."""
_NETWORK_ITSELF = "virtualnetwork"
"""As a destination the tag of the network in which the group stands is all there is to reach."""


class RuleError(ValueError):
    """A rule lacks what is needed to say what it does."""


def one_of(facts: Mapping[str, Any], key: str, name: str, known: frozenset[str]) -> str:
    """A word from a list of known ones, in lower case. Raises RuleError."""
    value = facts.get(key)
    if not isinstance(value, str) or not value:
        raise RuleError(f"Azure returned no {key} of rule {name}")
    if value.lower() not in known:
        raise RuleError(f"rule {name} has the unknown {key} {value!r}")
    return value.lower()


def places(facts: Mapping[str, Any], end: str, name: str) -> tuple[str, ...]:
    """Networks and tags of a `source` or a `destination`, in lower case; none but for groups.

    Raises RuleError.
    """
    found = _values(facts, f"{end}AddressPrefix", f"{end}AddressPrefixes", name)
    groups = facts.get(f"{end}ApplicationSecurityGroups")
    if not isinstance(groups, list | None) or not (found or groups):
        raise RuleError(f"Azure returned no {end} of rule {name}")
    for text in found:
        if text not in ANYWHERE and network(text) is None and not TAG.fullmatch(text):
            raise RuleError(f"rule {name} has the {end} {text[:60]!r}, which cannot be read")
    return found


def networks(found: Iterable[str]) -> list[Network]:
    """Those of the places that are networks."""
    return [one for one in map(network, found) if one is not None]


def reached(found: Iterable[str]) -> tuple[frozenset[int], frozenset[int]]:
    """IP versions of destinations: of any of them, and of every one there is."""
    texts = set(found)
    if texts & ANYWHERE or _NETWORK_ITSELF in texts:
        return frozenset(FAMILIES), frozenset(FAMILIES)
    named = networks(texts)
    some = frozenset(one.version for one in named)
    only_networks = bool(named) and len(named) == len(texts)
    return (some if only_networks else frozenset(FAMILIES)), whole_families(named)


def ports(facts: Mapping[str, Any], end: str, name: str) -> int:
    """The set of ports of a `source` or a `destination`; 0 where none is told. Raises RuleError."""
    found = 0
    for text in _values(facts, f"{end}PortRange", f"{end}PortRanges", name):
        found |= _range(text, name)
    return found


def _values(facts: Mapping[str, Any], one: str, many: str, name: str) -> tuple[str, ...]:
    """Azure fills the single field or the list, and leaves the other empty or out."""
    single, listed = facts.get(one), facts.get(many)
    if not isinstance(single, str | None):
        raise RuleError(f"rule {name} has a {one} that is no text")
    if not isinstance(listed, list | None):
        raise RuleError(f"rule {name} has {many} that are no list")
    texts = [single] if single and single.strip() else []
    for value in listed or ():
        if not isinstance(value, str) or not value.strip():
            raise RuleError(f"rule {name} has {many} that hold something other than texts")
        texts.append(value)
    return tuple(text.strip().lower() for text in texts)


def _range(text: str, name: str) -> int:
    if text == "*":
        return ALL_PORTS
    low, dash, high = text.partition("-")
    if not _is_number(low) or not _is_number(high if dash else low):
        raise RuleError(f"rule {name} has the unreadable port range {text[:60]!r}")
    first, last = int(low), int(high if dash else low)
    if not 0 <= first <= last <= 65535:
        raise RuleError(f"rule {name} has the impossible port range {text!r}")
    return (1 << (last + 1)) - (1 << first)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5
