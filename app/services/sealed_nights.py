"""What the nights of a connection showed, read from the sealed entries: nothing here asks SQL."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from app.controls.document import Facts
from app.controls.folding import Answer, folded
from app.controls.observed import Night, SealedRecord, SeenGap
from app.evidence.canonical import parse, sha256
from app.evidence.record import RECORD_SCHEMA, derived_key, instant
from app.services.indexing import sealed_record
from app.store.base import Store
from collectors.kit import GapKind, Status

RUN_EVENTS = ("run_started", "run_completed", "run_failed", "slot_missed")
UNFINISHED = "running"


class SealedNights:
    """One connection: takes the entries of the log in their order, then tells what they say."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.connection: Mapping[str, Any] | None = None
        """As its `connection_added` says; None when the log has none."""
        self._nights: dict[datetime, Night] = {}
        self._records: list[SealedRecord] = []
        self._gaps: list[SeenGap] = []
        self._events: list[tuple[datetime, int]] = []
        self._verdicts: dict[str, list[str]] = {}
        """Digests of the verdicts of each run."""
        self._completed: dict[datetime, tuple[str, ...]] = {}

    def record(self, seq: int, digest: str, entry: Mapping[str, Any]) -> None:
        """Take a record."""
        made = sealed_record(seq, digest, entry)
        self._records.append(made)
        self._gaps += [_gap(made, gap) for gap in entry["what"]["gaps"]]
        verdicts = self._verdicts.setdefault(entry["run"]["run_id"], [])
        verdicts.append(entry["verdicts"]["sha256"])

    def event(self, seq: int, entry: Mapping[str, Any]) -> None:
        """Take an event of this connection."""
        kind, detail = entry["kind"], entry["detail"]
        if kind == "connection_added":
            self.connection = detail
        if kind not in RUN_EVENTS:
            return
        slot = instant(detail["slot"])
        self._events.append((slot, seq))
        night = self._nights.get(slot)
        if kind == "slot_missed":
            self._nights[slot] = _missed(night, entry, slot)
            return
        begun = Night(slot=slot, state=UNFINISHED, run_id=detail["run_id"], finished_at=None)
        night = night or begun
        if night.run_id == begun.run_id:
            self._nights[slot] = _moved_on(night, entry)
            if kind == "run_completed":
                self._completed[slot] = tuple(self._verdicts.get(detail["run_id"], ()))

    def facts(self, start: datetime, end: datetime) -> Facts:
        """What stands in slots of this time, both ends included, in the order of the index.

        Intervals reach back to where they began, and end with this time at the latest: what later
        nights showed changes nothing. Raises NotFoundError when verdicts are missing.
        """
        completed = {slot: self._answers(of) for slot, of in self._completed.items() if slot <= end}
        intervals, counts = folded(completed)
        return Facts(
            nights=[n for slot, n in sorted(self._nights.items()) if start <= slot <= end],
            counts=[count for count in counts if start <= count.slot],
            intervals=sorted(
                (one for one in intervals if one.last_slot >= start),
                key=lambda one: (one.check_id, one.subject, one.first_slot),
            ),
            gaps=[gap for gap in self._gaps if start <= gap.slot <= end],
            records=[record for record in self._records if start <= record.slot <= end],
        )

    def entries(self, start: datetime, end: datetime) -> list[int]:
        """Numbers of the records, and of the events that tell whether one was left out."""
        events = (seq for slot, seq in self._events if start <= slot <= end)
        records = (record.seq for record in self._records if start <= record.slot <= end)
        return sorted({*events, *records})

    def _answers(self, digests: Iterable[str]) -> Iterator[Answer]:
        """Read when they are folded: one night's verdicts are in memory, not a year's."""
        for digest in digests:
            for check, subject, name, status, reason in parse(self._store.get(derived_key(digest))):
                yield Answer(check, subject, name, Status(status), reason)


def sealed_nights(
    store: Store, entries: Iterable[tuple[int, bytes]], only: str | None = None
) -> dict[str, SealedNights]:
    """By connection id, from the (number, bytes) of all entries; `only` one if it is named."""
    found: dict[str, SealedNights] = {}
    for seq, data in entries:
        entry = parse(data)
        is_record = entry["schema"] == RECORD_SCHEMA
        connection_id = _connection(entry, is_record=is_record)
        if connection_id is None or only not in {None, connection_id}:
            continue
        nights = found.setdefault(connection_id, SealedNights(store))
        if is_record:
            nights.record(seq, sha256(data), entry)
        else:
            nights.event(seq, entry)
    return found


def _connection(entry: Mapping[str, Any], *, is_record: bool) -> str | None:
    if is_record:
        return str(entry["run"]["connection_id"])
    detail = entry["detail"]
    if entry["kind"] == "connection_added":
        return str(detail["id"])
    return str(detail["connection_id"]) if entry["kind"] in RUN_EVENTS else None


def _missed(night: Night | None, entry: Mapping[str, Any], slot: datetime) -> Night:
    detail = entry["detail"]
    reason = detail["reason"]
    if night is None:
        run_id = str(uuid5(UUID(detail["connection_id"]), detail["slot"]))
        return Night(slot=slot, state="missed", run_id=run_id, finished_at=None, detail=reason)
    if night.state != UNFINISHED:
        return night
    return replace(night, state="missed", finished_at=instant(entry["at"]), detail=reason)


def _moved_on(night: Night, entry: Mapping[str, Any]) -> Night:
    detail = entry["detail"]
    match entry["kind"]:
        case "run_completed":
            state, reason = "complete_with_gaps" if detail["gaps"] else "complete", ""
        case "run_failed":
            state, reason = "failed", detail["reason"]
        case _:
            return night
    return replace(night, state=state, finished_at=instant(entry["at"]), detail=reason)


def _gap(record: SealedRecord, gap: Mapping[str, Any]) -> SeenGap:
    return SeenGap(
        slot=record.slot,
        collector_id=record.collector_id,
        scope=record.scope,
        read=gap["read"],
        subject=gap["subject"],
        kind=GapKind(gap["kind"]),
        detail=gap["detail"],
        record_seq=record.seq,
    )
