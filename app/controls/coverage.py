"""What the records of a period prove to have been asked: on which nights, of each check."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.controls.observed import Night, SealedRecord
from collectors.kit import Check, Collector
from collectors.kit.level import is_tenant_wide

COLLECTED_RECORDS = frozenset({"collected", "empty", "partial"})
SUBSCRIPTION = "subscription/"
BARE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """Records that hold something, by what they can answer for."""

    _asked: Mapping[tuple[str, bool], AbstractSet[datetime]]
    """Slots by collector and kind of scope (True: the tenant)."""
    late: Mapping[str, int]
    """Records by collector that were collected once the next night had begun: they do not speak
    for theirs."""

    def nights(self, collector: Collector, check: Check) -> AbstractSet[datetime]:
        """Nights on which a check was asked, in the scopes it is asked in.

        A record of the tenant says nothing of a read that is asked subscription by subscription.
        """
        return self._asked.get((collector.id, is_tenant_wide(collector.reads[check.on])), set())


def coverage_of(nights: Iterable[Night], records: Iterable[SealedRecord]) -> Coverage:
    """What these records prove."""
    ends = _ends(nights)
    asked: dict[tuple[str, bool], set[datetime]] = {}
    late = Counter[str]()
    for record in records:
        if record.slot not in ends or record.outcome not in COLLECTED_RECORDS:
            continue
        if record.collected_at > ends[record.slot]:
            late[record.collector_id] += 1
            continue
        of_tenant = not record.scope.startswith(SUBSCRIPTION)
        asked.setdefault((record.collector_id, of_tenant), set()).add(record.slot)
    return Coverage(_asked=asked, late=late)


def subscription_of(subject: str) -> str | None:
    """Subscription of an ARM id, or a bare subscription id; in lower case."""
    parts = subject.lower().split("/")
    if len(parts) > 2 and parts[1] == "subscriptions":
        return parts[2]
    return parts[0] if BARE_ID.fullmatch(subject.lower()) else None


def _ends(nights: Iterable[Night]) -> dict[datetime, datetime]:
    """Collected nights, each with the instant from which evidence is no longer of that night.

    That is the first slot of a later day, whatever became of it; a day, while none is known.
    """
    known = sorted(nights, key=lambda night: night.slot, reverse=True)
    ends: dict[datetime, datetime] = {}
    next_day: datetime | None = None
    for place, night in enumerate(known):
        newer = known[place - 1].slot if place else None
        if newer is not None and _day(newer) != _day(night.slot):
            next_day = newer
        if night.collected:
            ends[night.slot] = next_day or night.slot + timedelta(days=1)
    return ends


def _day(slot: datetime) -> object:
    return slot.astimezone(UTC).date()
