"""What the records of a period prove to have been seen: of each check, and of each subscription."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.controls.observed import Night, SealedRecord, SeenGap
from collectors.kit import Check, Collector, Graph, GraphBatch
from collectors.kit.level import is_tenant_wide

COLLECTED_NIGHTS = frozenset({"complete", "complete_with_gaps"})
COLLECTED_RECORDS = frozenset({"collected", "empty", "partial"})
SUBSCRIPTION = "subscription/"
BARE_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Coverage:
    """Records that hold something, by what they can answer for."""

    _asked: Mapping[tuple[str, bool], AbstractSet[datetime]]
    """Slots by collector and kind of scope (True: the tenant)."""
    _own: Mapping[tuple[str, str], AbstractSet[datetime]]
    """Slots by collector and subscription."""
    _shown: Mapping[str, AbstractSet[datetime]]
    """Slots by subscription of which some record, without a gap, holds something."""
    late: Mapping[str, int]
    """Records by collector that were collected once the next night had begun: they do not speak
    for theirs."""

    def nights(self, collector: Collector, check: Check) -> AbstractSet[datetime]:
        """Nights on which a check was asked, in the scopes it is asked in.

        A record of the tenant says nothing of a read that is asked subscription by subscription.
        """
        return self._asked.get((collector.id, is_tenant_wide(collector.reads[check.on])), set())

    def looked_after(
        self, collector: Collector, check: Check, subject: str, night: datetime
    ) -> bool:
        """Whether the subject would have been seen on some night after this one, were it there.

        Its subscription must have been seen: by the check's own collector, or for a list of the
        whole tenant by any.
        """
        read = collector.reads[check.on]
        home = None if isinstance(read, Graph | GraphBatch) else subscription_of(subject)
        slots = self.nights(collector, check)
        if home is not None and is_tenant_wide(read):
            slots = slots & self._shown.get(home, set())
        elif home is not None:
            slots = slots & self._own.get((collector.id, home), set())
        return any(slot > night for slot in slots)


def coverage_of(
    nights: Iterable[Night], records: Iterable[SealedRecord], gaps: Iterable[SeenGap]
) -> Coverage:
    """What these records prove. `records` and `gaps` are those of the same nights."""
    ends = _ends(nights)
    blinded = {gap.record_seq for gap in gaps}
    asked: dict[tuple[str, bool], set[datetime]] = {}
    own: dict[tuple[str, str], set[datetime]] = {}
    shown: dict[str, set[datetime]] = {}
    late = Counter[str]()
    for record in records:
        if record.slot not in ends or record.outcome not in COLLECTED_RECORDS:
            continue
        if record.collected_at > ends[record.slot]:
            late[record.collector_id] += 1
            continue
        of_tenant = not record.scope.startswith(SUBSCRIPTION)
        asked.setdefault((record.collector_id, of_tenant), set()).add(record.slot)
        if not of_tenant:
            place = record.scope.removeprefix(SUBSCRIPTION).lower()
            own.setdefault((record.collector_id, place), set()).add(record.slot)
            if record.outcome == "collected" and record.seq not in blinded:
                shown.setdefault(place, set()).add(record.slot)
    return Coverage(_asked=asked, _own=own, _shown=shown, late=late)


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
        if night.state in COLLECTED_NIGHTS:
            ends[night.slot] = next_day or night.slot + timedelta(days=1)
    return ends


def _day(slot: datetime) -> object:
    return slot.astimezone(UTC).date()
