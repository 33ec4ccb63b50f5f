"""How many wrong tokens came of late, from one address and from all: guessing is slowed down."""

import math
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address

ADDRESSES = 4_096
"""Remembered; the one that was wrong the longest ago is forgotten first. All count together."""
ALL = 10
"""How many times as much all addresses together may be wrong as one."""


@dataclass(slots=True)
class _Level:
    """Of wrong tokens: it falls with time, and rises no higher than twice what may be."""

    level: float
    at: float


class WrongTokens:
    """What is wrong is counted; what is right never is. Times are seconds of one steady clock."""

    def __init__(self, a_minute: int) -> None:
        self._most = a_minute
        self._of: OrderedDict[str, _Level] = OrderedDict()
        self._all = _Level(0.0, 0.0)

    def wait(self, address: str, now: float) -> int:
        """Seconds until one more from there is answered as the first was; 0 when it is now."""
        one = self._of.get(origin(address), _Level(0.0, now))
        return max(_wait(one, self._most, now), _wait(self._all, self._most * ALL, now))

    def count(self, address: str, now: float) -> None:
        """One more was wrong."""
        key = origin(address)
        one = self._of.setdefault(key, _Level(0.0, now))
        self._of.move_to_end(key)
        _raise(one, self._most, now)
        _raise(self._all, self._most * ALL, now)
        if len(self._of) > ADDRESSES:
            self._of.popitem(last=False)


def origin(address: str) -> str:
    """Whose an address is: of IPv6 the network of 64 bits, which one household has to itself."""
    try:
        parsed = ip_address(address.partition("%")[0])
    except ValueError:
        return ""
    if isinstance(parsed, IPv6Address):
        return str(parsed.ipv4_mapped or IPv6Address(int(parsed) >> 64 << 64))
    return str(parsed)


def _now(one: _Level, most: int, now: float) -> float:
    return max(0.0, one.level - max(0.0, now - one.at) * most / 60)


def _wait(one: _Level, most: int, now: float) -> int:
    over = _now(one, most, now) - (most - 1)
    return math.ceil(over * 60 / most) if over > 0 else 0


def _raise(one: _Level, most: int, now: float) -> None:
    one.level, one.at = min(_now(one, most, now) + 1, 2.0 * most), now
