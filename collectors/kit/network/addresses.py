"""Sets of IP addresses: do they hold so many that anybody can be among them?"""

import ipaddress
from collections.abc import Iterable
from functools import lru_cache
from typing import TypeAlias

Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
FAMILIES = (4, 6)
"""IP versions."""
PUBLIC = {4: 2**32, 6: 2**125}
"""Addresses that senders can have: all of IPv4, and 2000::/3 of IPv6 (RFC 4291, section 2.4)."""
_MANY = 8
"""Networks that hold an eighth of these or more keep nobody out."""


@lru_cache(maxsize=4096)
def network(prefix: str) -> Network | None:
    """The network of an address or a prefix; None for a service tag such as VirtualNetwork."""
    try:
        return ipaddress.ip_network(prefix, strict=False)
    except ValueError:
        return None


def joined(networks: Iterable[Network]) -> list[Network]:
    """The same addresses in as few networks as possible, none counted twice."""
    held = list(networks)
    four = [n for n in held if isinstance(n, ipaddress.IPv4Network)]
    six = [n for n in held if isinstance(n, ipaddress.IPv6Network)]
    return [*ipaddress.collapse_addresses(four), *ipaddress.collapse_addresses(six)]


def whole_families(networks: Iterable[Network]) -> frozenset[int]:
    """IP versions of which every address is among the networks."""
    return frozenset(one.version for one in joined(networks) if one.prefixlen == 0)


def open_families(networks: Iterable[Network]) -> frozenset[int]:
    """IP versions of which so many addresses are among the networks that anybody can be."""
    held = joined(networks)
    return frozenset(family for family in FAMILIES if _is_many(held, family))


def _is_many(networks: Iterable[Network], family: int) -> bool:
    covered = sum(one.num_addresses for one in networks if one.version == family)
    return covered * _MANY >= PUBLIC[family]
