"""Seeded draws: the same question always gets the same answer, whatever else is asked."""

from base64 import urlsafe_b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import TypeVar
from uuid import UUID

from simulator.tenant.model import Truth

T = TypeVar("T")

BAD_SHARE = 0.12
RESTLESS_SHARE = 0.1
"""Share of (check, subject) pairs whose verdict may change every few nights."""


@dataclass(frozen=True, slots=True)
class Dice:
    """Draws of one tenant in one night. Only `bad` depends on the night."""

    seed: int
    night: int

    def share(self, *keys: object) -> float:
        """A number in [0, 1) that depends on the seed and the keys alone."""
        return int.from_bytes(self._digest(8, keys), "big") / 2**64

    def number(self, low: int, high: int, *keys: object) -> int:
        """An integer from low to high, both inclusive."""
        return low + int(self.share(*keys) * (high - low + 1))

    def pick(self, options: Sequence[T], *keys: object) -> T:
        """One of the options."""
        return options[self.number(0, len(options) - 1, *keys)]

    def guid(self, *keys: object) -> str:
        """A version 4 UUID as Azure writes it."""
        return str(UUID(bytes=self._digest(16, keys), version=4))

    def hexadecimal(self, size: int, *keys: object) -> str:
        """`size` upper-case hexadecimal digits: an etag, a thumbprint."""
        return self._digest(size // 2, keys).hex().upper()

    def opaque(self, *keys: object) -> str:
        """43 letters and digits that mean nothing and keep their case: a Microsoft Graph id."""
        return urlsafe_b64encode(self._digest(32, ("opaque", *keys))).decode().rstrip("=")

    def era(self, length: int, *keys: object) -> int:
        """Which stretch of `length` nights this is; the borders differ by keys."""
        return (self.night + self.number(0, length - 1, "phase", *keys)) // length

    def bad(self, check: str, subjects: Iterable[str], *, share: float = BAD_SHARE) -> set[str]:
        """Subjects that shall fail the check this night.

        Most answers hold for months, a restless tenth may change every 2 to 4 nights. Of two or
        more subjects at least one fails and at least one passes, so that every check is tested.
        """
        everyone = sorted(set(subjects))
        failing = {subject for subject in everyone if self._fails(check, subject, share)}
        if len(everyone) < 2 or 0 < len(failing) < len(everyone):
            return failing
        first = min(everyone, key=lambda subject: self.share("forced", check, subject))
        return failing - {first} if failing else {first}

    def _fails(self, check: str, subject: str, share: float) -> bool:
        temper = self.share("temper", check, subject)
        restless = temper < RESTLESS_SHARE
        length = 2 + int(temper * 30) if restless else 30 + int(temper * 90)
        era = self.era(length, check, subject)
        return self.share("verdict", check, subject, era) < share

    def _digest(self, size: int, keys: tuple[object, ...]) -> bytes:
        text = "\x1f".join((str(self.seed), *map(str, keys)))
        return blake2b(text.encode(), digest_size=size).digest()


class Ledger:
    """Decides verdicts before there is a configuration, and remembers them as truth."""

    def __init__(self, dice: Dice) -> None:
        """Start an empty ledger for the night of the dice."""
        self._dice = dice
        self._truth: list[Truth] = []

    def decide(self, check: str, subjects: Iterable[str], *, share: float = BAD_SHARE) -> set[str]:
        """Draw and write down who fails; everybody else passes."""
        everyone = list(subjects)
        failing = self._dice.bad(check, everyone, share=share)
        for subject in everyone:
            self.expect(check, subject, "fail" if subject in failing else "pass")
        return failing

    def expect(self, check: str, subject: str, verdict: str) -> None:
        """Write down one answer: pass, fail or unknown."""
        self._truth.append(Truth(subject=subject, check=check, expected=verdict))

    @property
    def truth(self) -> tuple[Truth, ...]:
        """Everything written so far."""
        return tuple(self._truth)
