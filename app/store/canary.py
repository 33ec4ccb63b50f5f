"""Attacks on an object that is there to be attacked: what a store really refuses.

No part of the Store port, which has neither delete nor overwrite. Only `annexa verify-worm` uses
this, on objects of its own under `canary/`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from app.store.base import Protection

PREFIX = "canary/"
NewKey = Callable[[], str]


class Outcome(StrEnum):
    """What came of one attempt."""

    POLICY = "refused by policy"
    RIGHTS = "refused for lack of rights"
    CONDITION = "refused by condition"
    """Because the request itself asked for that: If-None-Match `*`."""
    OTHERWISE = "refused otherwise"
    """Refused, and not for a reason that protects: not supported, not enabled."""
    KEPT = "accepted, sealed version kept"
    """The request was obeyed; read back, the sealed bytes and their protection still stand."""
    PERMITTED = "permitted"
    ABSENT = "nothing to try"


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One attempt and its answer."""

    name: str
    outcome: Outcome
    status: int | None = None
    """HTTP status of a refusal."""
    code: str = ""
    """The store's own error code of a refusal."""
    detail: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Trial:
    """All attempts, and what was read back of the canary before the first of them."""

    canaries: tuple[str, ...]
    """Keys of the objects written: a new one after each attempt that was obeyed."""
    protection: Protection
    attempts: tuple[Attempt, ...]


class Attackable(Protocol):
    """A store that lets its canaries be attacked."""

    def attack(self, new_key: NewKey) -> Trial:
        """Write canaries as evidence is written, and try everything that must not succeed.

        Raises UnavailableError when a canary cannot be written, or the store does not answer: no
        answer is no refusal.
        """
        ...
