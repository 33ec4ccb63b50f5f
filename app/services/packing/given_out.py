"""Checkpoints and packs that left the house, and who cosigned: as the sealed entries tell it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from app.evidence.canonical import sealed_json
from app.evidence.events.access_events import PackIssued
from app.evidence.events.fact import Fact
from app.evidence.events.kinds import fact_of
from app.evidence.events.log_events import CheckpointCosigned, CheckpointSent
from app.evidence.events.shape import naming
from app.evidence.record import entry_key, sealed_event
from app.packs.view.facts import GivenOut

TELLING: tuple[type[Fact], ...] = (CheckpointSent, CheckpointCosigned, PackIssued)
_MARKS = tuple(f'"kind":"{fact.KIND}"'.encode() for fact in TELLING)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Told:
    seq: int
    at: datetime
    what: str
    whom: str
    size: int


class GivenOutLedger:
    """Sees the entries of the log pass by, and keeps those that tell of what was given out."""

    def __init__(self) -> None:
        self._told: list[_Told] = []

    def seeing(self, entries: Iterable[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
        """The same entries, in the order of the log. Raises MalformedEventError."""
        for seq, data in entries:
            if any(mark in data for mark in _MARKS):
                self._take(seq, data)
            yield seq, data

    def rows(self, size: int) -> tuple[GivenOut, ...]:
        """What the first `size` entries tell, one row for each recipient and kind."""
        rows: dict[tuple[str, str], GivenOut] = {}
        for one in self._told:
            if one.seq >= size:
                break
            before = rows.get((one.what, one.whom))
            rows[one.what, one.whom] = GivenOut(
                what=one.what,
                whom=one.whom,
                times=1 + (before.times if before else 0),
                first=before.first if before else one.at,
                first_size=before.first_size if before else one.size,
                last=one.at,
                last_size=one.size,
            )
        return tuple(rows.values())

    def _take(self, seq: int, data: bytes) -> None:
        entry = sealed_json(data)
        if "kind" not in entry:
            return  # a record in which somebody wrote these words
        event = sealed_event(entry)
        with naming(entry_key(seq)):
            fact = fact_of(event, TELLING)
        match fact:
            case CheckpointSent():
                told = ("checkpoint sent", fact.notice, fact.checkpoint_size, event.at)
            case CheckpointCosigned():
                told = ("cosigned by", fact.witness, fact.checkpoint_size, fact.cosigned_at)
            case PackIssued():
                whom = fact.auditor or f"not told (engagement {fact.engagement})"
                told = ("pack issued", whom, fact.checkpoint_size, event.at)
            case _:
                return
        what, whom, size, at = told
        self._told.append(_Told(seq=seq, at=at, what=what, whom=whom, size=size))
