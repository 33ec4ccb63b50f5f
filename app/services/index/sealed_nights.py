"""What the nights of a connection showed, read from the sealed entries: nothing here asks SQL."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from app.controls.folding import Answer, Formers, folded
from app.controls.ground import Facts
from app.controls.nights import History
from app.controls.observed import Night, Removal, SealedRecord, SeenGap
from app.evidence.canonical import parse, sha256
from app.evidence.judged import (
    FormerAnswer,
    JudgedRecord,
    Judging,
    Key,
    Row,
    answers,
    former_answers,
)
from app.evidence.record import RECORD_SCHEMA, Event, derived_key, instant
from app.evidence.rejudged import REJUDGED, rejudgings
from app.evidence.replay import removed_in
from app.evidence.rights import RIGHTS_CHANGED
from app.schedule.connection_history import connection_id_of, described, spells_of
from app.schedule.slots import slots
from app.services.index.catch_up import sealed_record
from app.store.base import Store
from collectors.kit import GapKind, Status

RUN_EVENTS = (
    "run_started",
    "run_completed",
    "run_failed",
    "slot_missed",
    REJUDGED,
    RIGHTS_CHANGED,
)
UNFINISHED = "running"
WAITING = "due, and not collected when this was made"


class SealedNights:
    """One connection: takes the entries of the log in their order, then tells what they say."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.connection: Mapping[str, Any] | None = None
        """As its events describe it last; None when the log has none."""
        self._described: list[Event] = []
        self.rights_changes: list[Mapping[str, Any]] = []
        """Details of the events that tell which rights were lost or gained."""
        self._nights: dict[datetime, Night] = {}
        self._records: list[SealedRecord] = []
        self._gaps: list[SeenGap] = []
        self._removals: list[Removal] = []
        self._events: list[tuple[datetime, int]] = []
        self._judged: dict[str, dict[int, JudgedRecord]] = {}
        """Records of each run with their verdicts, by place in the log."""
        self._completed: dict[datetime, tuple[str, tuple[int, ...]]] = {}
        """Run of each completed slot, and the records that it had then."""

    def record(self, seq: int, digest: str, entry: Mapping[str, Any]) -> None:
        """Take a record."""
        made = sealed_record(seq, digest, entry)
        self._records.append(made)
        self._gaps += [_gap(made, gap) for gap in entry["what"]["gaps"]]
        self._removals += [Removal(slot=made.slot, subject=one) for one in removed_in(entry)]
        sealed = Judging(
            rules=entry["collector"]["rules_sha256"], verdicts=entry["verdicts"]["sha256"]
        )
        judged = JudgedRecord(
            seq=seq, collector_id=made.collector_id, scope=made.scope, sealed=sealed
        )
        self._judged.setdefault(entry["run"]["run_id"], {})[seq] = judged

    def event(self, seq: int, entry: Mapping[str, Any]) -> None:
        """Take an event of this connection."""
        kind, detail = entry["kind"], entry["detail"]
        if connection_id_of(kind, detail) is not None:
            at = instant(entry["at"])
            self.connection = described(self.connection, kind, detail, at)
            self._described.append(Event(kind=kind, at=at, actor=entry["actor"], detail=detail))
        if kind not in RUN_EVENTS:
            return
        slot = instant(detail["slot"])
        self._events.append((slot, seq))
        if kind == RIGHTS_CHANGED:
            self.rights_changes.append(detail)
            return
        if kind == REJUDGED:
            self._judge_again(detail)
            return
        night = self._nights.get(slot)
        if kind == "slot_missed":
            self._nights[slot] = _missed(night, entry, slot)
            return
        begun = _begun(entry, slot)
        night = night or begun
        if night.run_id == begun.run_id:
            self._nights[slot] = _moved_on(night, entry)
            if kind == "run_completed":
                run_id = detail["run_id"]
                self._completed[slot] = (run_id, tuple(self._judged.get(run_id, ())))

    def facts(self, start: datetime, end: datetime) -> Facts:
        """What stands in slots of this time, both ends included, in the order of the index.

        Intervals reach back to where they began, and end with this time at the latest: what later
        nights showed changes nothing. Raises NotFoundError when verdicts are missing.
        """
        completed = {slot: self._answers(slot) for slot in self._completed if slot <= end}
        intervals, counts = folded(completed, self._formers())
        known = [night for slot, night in self._nights.items() if slot <= end]
        history = History.of(known, counts)
        return Facts(
            nights=[night for night in history.nights if start <= night.slot],
            history=history,
            counts=[count for count in counts if start <= count.slot],
            intervals=sorted(
                (one for one in intervals if one.last_slot >= start),
                key=lambda one: (one.check_id, one.subject, one.first_slot),
            ),
            gaps=[gap for gap in self._gaps if start <= gap.slot <= end],
            records=[record for record in self._records if start <= record.slot <= end],
            removals=[one for one in self._removals if start <= one.slot <= end],
        )

    def waiting(self, until: datetime) -> list[Night]:
        """Nights that were due by then and of which no entry tells: nobody has begun them yet."""
        spells = spells_of(self._described)
        if not spells:
            return []
        after = max((n.slot for n in self._nights.values() if not n.manual), default=None)
        return [
            Night(slot=slot, state="planned", run_id=None, finished_at=None, detail=WAITING)
            for slot in slots(spells, after or spells[0].since, until)
            if slot not in self._nights
        ]

    def entries(self, start: datetime, end: datetime) -> list[int]:
        """Numbers of the records, and of the events that tell whether one was left out."""
        events = (seq for slot, seq in self._events if start <= slot <= end)
        records = (record.seq for record in self._records if start <= record.slot <= end)
        return sorted({*events, *records})

    def _judge_again(self, detail: Mapping[str, Any]) -> None:
        known = self._judged.get(detail["run_id"], {})
        for seq, judging in rejudgings(detail):
            if seq in known:
                known[seq] = replace(known[seq], again=judging)

    def _records_of(self, slot: datetime | None) -> list[JudgedRecord]:
        if slot is None:
            return []
        run_id, seqs = self._completed[slot]
        return [self._judged[run_id][seq] for seq in seqs]

    def _answers(self, slot: datetime) -> Iterator[Answer]:
        """Read when they are folded: one night's verdicts are in memory, not a year's."""
        for row in answers(self._records_of(slot), self._rows):
            yield Answer(row[0], row[1], row[2], Status(row[3]), row[4])

    def _formers(self) -> Formers:
        """What other rules said, of each slot that is folded: those without verdicts are none."""
        before: datetime | None = None

        def formers(slot: datetime) -> Mapping[Key, FormerAnswer]:
            nonlocal before
            earlier, before = before, slot
            return former_answers(self._records_of(slot), self._records_of(earlier), self._rows)

        return formers

    def _rows(self, digest: str) -> Iterable[Row]:
        rows: Iterable[Row] = parse(self._store.get(derived_key(digest)))
        return rows


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
    described_here = connection_id_of(entry["kind"], detail)
    if described_here is not None:
        return described_here
    return str(detail["connection_id"]) if entry["kind"] in RUN_EVENTS else None


def _begun(entry: Mapping[str, Any], slot: datetime) -> Night:
    """A run from the first event that tells of it: it began then, or failed before it could."""
    detail = entry["detail"]
    return Night(
        slot=slot,
        state=UNFINISHED,
        run_id=detail["run_id"],
        finished_at=None,
        trigger=detail.get("trigger", "scheduled"),
        started_at=instant(entry["at"]),
    )


def _missed(night: Night | None, entry: Mapping[str, Any], slot: datetime) -> Night:
    detail = entry["detail"]
    reason = detail["reason"]
    if night is None:
        run_id = str(uuid5(UUID(detail["connection_id"]), detail["slot"]))
        return Night(
            slot=slot,
            state="missed",
            run_id=run_id,
            finished_at=None,
            detail=reason,
            trigger=detail.get("trigger", "scheduled"),
        )
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
