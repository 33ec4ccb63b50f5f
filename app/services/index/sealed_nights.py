"""What the nights of a connection showed, read from the sealed entries: nothing here asks SQL."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.controls.folding import Answer, Formers, folded
from app.controls.ground import Facts
from app.controls.nights import History
from app.controls.observed import Night, Removal, SealedRecord, SeenGap
from app.evidence.basis import Basis, BasisChange, basis_of, changes
from app.evidence.canonical import sealed_json, sha256
from app.evidence.events.access_events import PackDrawn
from app.evidence.events.connection_events import OfConnection
from app.evidence.events.fact import Fact
from app.evidence.events.kinds import fact_of
from app.evidence.events.run_events import (
    BasisChanged,
    OfSlot,
    Rejudged,
    RightsChanged,
    RunCompleted,
    RunStarted,
    SlotsReopened,
)
from app.evidence.events.shape import naming
from app.evidence.judged import FormerAnswer, JudgedRecord, Key, Row, answers, former_answers
from app.evidence.record import RECORD_SCHEMA, derived_key, entry_key, sealed_event
from app.evidence.replay import removed_in
from app.evidence.run import LIFE, Run, after, slot_by_slot, still_told
from app.evidence.run_state import RunState
from app.evidence.sealed_record import gap_of, judged_record, sealed_record, seen_gap
from app.schedule.connection import Connection
from app.schedule.connection_history import described, spells_of
from app.schedule.slots import slots
from app.store.base import Store
from collectors.kit import Status

TELLING: tuple[type[Fact], ...] = (*LIFE, Rejudged, RightsChanged, BasisChanged)
"""Kinds of events that tell whether a record was left out, and what a night could not see."""
READ: tuple[type[Fact], ...] = (OfConnection, *TELLING, SlotsReopened, PackDrawn)
WAITING = "due, and not collected when this was made"


class SealedNights:
    """One connection: takes the entries of the log in their order, then tells what they say."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.connection: Connection | None = None
        """As its events describe it last; None when the log has none."""
        self._described: list[tuple[OfConnection, datetime]] = []
        self.rights_changes: list[RightsChanged] = []
        self._bases: list[tuple[datetime, str, Basis]] = []
        self._settings: dict[str, Mapping[str, str] | None] = {}
        """By the run that told them when it began."""
        self._basis_changes: dict[str, BasisChanged] = {}
        """By the run that they came with."""
        self._runs: dict[datetime, Run] = {}
        """By slot: one has one run."""
        self._records: list[SealedRecord] = []
        self._gaps: list[SeenGap] = []
        self._removals: list[Removal] = []
        self._events: list[tuple[datetime, int]] = []
        self._chain: list[tuple[int, datetime | None, bool]] = []
        """Of each event of its chain the place, the later of its instant and of its nights (None
        where it names none), and whether it is of the schedule."""
        self._judged: dict[str, dict[int, JudgedRecord]] = {}
        """Records of each run with their verdicts, by place in the log."""
        self._completed: dict[datetime, tuple[str, tuple[int, ...]]] = {}
        """Run of each completed slot, and the records that it had then."""

    def record(self, seq: int, digest: str, entry: Mapping[str, Any]) -> None:
        """Take a record."""
        made = sealed_record(seq, digest, entry)
        self._records.append(made)
        self._gaps += [seen_gap(made, gap_of(gap)) for gap in entry["what"]["gaps"]]
        self._removals += [Removal(slot=made.slot, subject=one) for one in removed_in(entry)]
        run_id = entry["run"]["run_id"]
        self._bases.append((made.slot, run_id, basis_of(entry, self._settings.get(run_id))))
        judged = judged_record(made, entry)
        self._judged.setdefault(entry["run"]["run_id"], {})[seq] = judged

    def event(self, seq: int, fact: Fact, at: datetime) -> None:
        """Take an event of this connection."""
        if fact.CHAINED:
            of_nights = [at, *(one.slot for one in slot_by_slot(fact))]
            newest = max(of_nights) if len(of_nights) > 1 else None
            self._chain.append((seq, newest, isinstance(fact, OfConnection)))
        if isinstance(fact, OfConnection):
            self.connection = described(self.connection, fact, at)
            self._described.append((fact, at))
            return
        if isinstance(fact, SlotsReopened):
            self._runs = still_told(self._runs, fact)
        for one in slot_by_slot(fact):
            self._events.append((one.slot, seq))
            self._of_slot(one, at)

    def _of_slot(self, fact: OfSlot, at: datetime) -> None:
        match fact:
            case RightsChanged():
                self.rights_changes.append(fact)
            case BasisChanged():
                self._basis_changes[fact.run_id] = fact
            case Rejudged():
                self._judge_again(fact)
            case _:
                if isinstance(fact, RunStarted):
                    self._settings[fact.run_id] = fact.settings
                self._move_on(fact, at)

    def _move_on(self, fact: OfSlot, at: datetime) -> None:
        run = after(self._runs.get(fact.slot), fact, at)
        if run is None:
            return
        self._runs[run.slot] = run
        if isinstance(fact, RunCompleted) and fact.run_id == run.id:
            self._completed[run.slot] = (run.id, tuple(self._judged.get(run.id, ())))

    def facts(self, start: datetime, end: datetime) -> Facts:
        """What stands in slots of this time, both ends included, in the order of the index.

        Intervals reach back to where they began, and end with this time at the latest: what later
        nights showed changes nothing. Raises NotFoundError when verdicts are missing.
        """
        completed = {slot: self._answers(slot) for slot in self._completed if slot <= end}
        intervals, counts = folded(completed, self._formers())
        known = [run.night for slot, run in self._runs.items() if slot <= end]
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

    def changes(self, start: datetime, end: datetime) -> list[BasisChange]:
        """What judged the slots of this time and not the night before them: as records say it.

        Raises NotFoundError when expectations are missing.
        """
        found = changes(self._bases, self._basis_changes, self._values)
        return [one for one in found if start <= one.slot <= end]

    def waiting(self, until: datetime) -> list[Night]:
        """Nights that were due by then and of which no entry tells: nobody has begun them yet."""
        spells = spells_of(self._described)
        if not spells:
            return []
        after = max((r.slot for r in self._runs.values() if not r.night.manual), default=None)
        return [
            Night(slot=slot, state=RunState.PLANNED, run_id=None, finished_at=None, detail=WAITING)
            for slot in slots(spells, after or spells[0].since, until)
            if slot not in self._runs
        ]

    def entries(self, start: datetime, end: datetime) -> list[int]:
        """Numbers of the records, and of the events that tell whether one was left out."""
        events = (seq for slot, seq in self._events if start <= slot <= end)
        records = (record.seq for record in self._records if start <= record.slot <= end)
        return sorted({*events, *records})

    def chain(self, start: datetime) -> list[int]:
        """Numbers of the events that show by themselves that no night since `start` is left out.

        Its chain from the end back to the first event told before `start`, of nights before it,
        and every event that changed its schedule.
        """
        found = {seq for seq, _, of_schedule in self._chain if of_schedule}
        for seq, newest, _ in reversed(self._chain):
            found.add(seq)
            if newest is not None and newest < start:
                break
        return sorted(found)

    def _judge_again(self, fact: Rejudged) -> None:
        known = self._judged.get(fact.run_id, {})
        for seq, judging in fact.judgings():
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

    def _values(self, digest: str) -> Mapping[str, Any]:
        values: Mapping[str, Any] = sealed_json(self._store.get(derived_key(digest)))
        return values

    def _rows(self, digest: str) -> Iterable[Row]:
        rows: Iterable[Row] = sealed_json(self._store.get(derived_key(digest)))
        return rows


def sealed_nights(
    store: Store, entries: Iterable[tuple[int, bytes]], only: str | None = None
) -> dict[str, SealedNights]:
    """By connection id, from the (number, bytes) of all entries; `only` one if it is named."""
    found: dict[str, SealedNights] = {}
    for seq, data in entries:
        entry = sealed_json(data)
        if entry["schema"] == RECORD_SCHEMA:
            connection_id = entry["run"]["connection_id"]
            if only in {None, connection_id}:
                _of(found, store, connection_id).record(seq, sha256(data), entry)
            continue
        event = sealed_event(entry)
        with naming(entry_key(seq)):
            fact = fact_of(event, READ)
        if fact is not None and only in {None, _connection_of(fact)}:
            _of(found, store, _connection_of(fact)).event(seq, fact, event.at)
    return found


def _of(found: dict[str, SealedNights], store: Store, connection_id: str) -> SealedNights:
    return found.setdefault(connection_id, SealedNights(store))


def _connection_of(fact: Fact) -> str:
    return fact.connection_id if isinstance(fact, OfSlot) else fact.chain
