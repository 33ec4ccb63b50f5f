"""The bulk work of folding a night: what stands, what changes, and writing it in few statements."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import Row, bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from app.db.engine.tables import night_count, verdict_interval
from app.evidence.judged import FormerAnswer
from collectors.kit import Status

_CHUNK = 500
"""Values a statement; with a few dozen checks well below SQLite's limit of 32,766."""

_WORDS = (
    "reason",
    "subject",
    "subject_name",
    "former_status",
    "former_reason",
    "former_since",
)
"""Columns that a later night may say otherwise while the verdict goes on."""
_COLUMN = {Status.PASS: "passed", Status.FAIL: "failed", Status.UNKNOWN: "unknown"}

StandingKey = tuple[str, str, datetime | None]
StandingRow = Row[tuple[Any, ...]]


class _Verdict(Protocol):
    @property
    def check_id(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def subject_name(self) -> str: ...
    @property
    def status(self) -> Status: ...
    @property
    def reason(self) -> str: ...


def standing(
    session: Session,
    connection_id: str,
    keys: Iterable[tuple[str, str]],
    slot: datetime,
    previous: datetime | None,
) -> dict[StandingKey, StandingRow]:
    """Intervals of these checks that end in this slot or in the previous one.

    Subjects are compared here and not in SQL, where `lower` differs between databases.
    """
    table = verdict_interval.c
    asked = select(verdict_interval).where(
        table.connection_id == connection_id,
        table.check_id.in_(sorted({check for check, _ in keys})),
        table.last_slot.in_([slot] if previous is None else [slot, previous]),
    )
    return {
        (*standing_key(row.check_id, row.subject), row.last_slot): row
        for row in session.execute(asked)
    }


def standing_key(check_id: str, subject: str) -> tuple[str, str]:
    """What a verdict goes on under, in whatever case Azure spells its subject tonight."""
    return check_id, subject.lower()


class Fold:
    """Collects what one slot changes, then writes it. Used once."""

    def __init__(self, connection_id: str, slot: datetime, previous: datetime | None) -> None:
        self._connection_id = connection_id
        self._slot = slot
        self._previous = previous
        self._counts: dict[str, Counter[str]] = {}
        self._inserted: list[dict[str, Any]] = []
        self._inserted_beside: list[dict[str, Any]] = []
        """Those that other rules gave otherwise."""
        self._extended: list[int] = []
        self._shortened: list[int] = []
        self._deleted: list[int] = []
        self._reworded: list[dict[str, Any]] = []

    def take(
        self,
        row: _Verdict,
        now: StandingRow | None,
        before: StandingRow | None,
        other: FormerAnswer | None,
    ) -> None:
        """Decide what becomes of one verdict. `now` ends in this slot, `before` in the last.

        `other` is what other rules said.
        """
        if other is not None and other.status is row.status:
            other = None
        if now is not None and now.status == row.status.value:
            self._reword(row, now, other)
            return
        if now is not None:
            before = self._withdraw(now, before)
        self._count(row.check_id, row.status, 1)
        if before is not None and before.status == row.status.value:
            self._extended.append(before.id)
            self._reword(row, before, other)
        else:
            self._open(row, other)

    def write(self, session: Session) -> None:
        """Write everything. What ends in this slot goes before what is made to end in it."""
        table = verdict_interval.c
        for part in _chunks(self._deleted):
            session.execute(delete(verdict_interval).where(table.id.in_(part)))
        for ids, end in ((self._shortened, self._previous), (self._extended, self._slot)):
            for part in _chunks(ids):
                change = update(verdict_interval).where(table.id.in_(part))
                session.execute(change.values(last_slot=end))
        if self._reworded:
            change = update(verdict_interval).where(table.id == bindparam("row_id"))
            worded = change.values({name: bindparam(f"new_{name}") for name in _WORDS})
            session.connection().execute(worded, self._reworded)
        for rows in (self._inserted, self._inserted_beside):
            for part in _chunks(rows):
                session.execute(insert(verdict_interval), part)
        self._write_counts(session)

    def _withdraw(self, now: StandingRow, before: StandingRow | None) -> StandingRow | None:
        """Take back what this slot said before; returns the interval that then ends before it."""
        self._count(now.check_id, Status(now.status), -1)
        if now.first_slot == self._slot:
            self._deleted.append(now.id)
            return before
        self._shortened.append(now.id)
        return None

    def _open(self, row: _Verdict, other: FormerAnswer | None) -> None:
        # what has no former answer goes without its columns: thousands of rows, half the memory
        into = self._inserted if other is None else self._inserted_beside
        into.append(
            {
                "connection_id": self._connection_id,
                "check_id": row.check_id,
                "subject": row.subject,
                "subject_name": row.subject_name,
                "status": row.status.value,
                "reason": row.reason,
                "first_slot": self._slot,
                "last_slot": self._slot,
                **(self._former(other) if other else {}),
            }
        )

    def _former(self, other: FormerAnswer) -> dict[str, Any]:
        return {
            "former_status": other.status.value,
            "former_reason": other.reason,
            "former_since": self._slot if other.since_here else None,
        }

    def _reword(self, row: _Verdict, held: StandingRow, other: FormerAnswer | None) -> None:
        new = {
            "reason": row.reason,
            "subject": row.subject,
            "subject_name": row.subject_name,
            **(self._former(other) if other else {}),
        }
        if any(getattr(held, name) != value for name, value in new.items()):
            kept = {name: getattr(held, name) for name in _WORDS}
            told = {f"new_{name}": value for name, value in {**kept, **new}.items()}
            self._reworded.append({"row_id": held.id, **told})

    def _count(self, check_id: str, status: Status, change: int) -> None:
        self._counts.setdefault(check_id, Counter())[_COLUMN[status]] += change

    def _write_counts(self, session: Session) -> None:
        if not self._counts:
            return
        dialect = session.get_bind().dialect.name
        made = (sqlite if dialect == "sqlite" else postgresql).insert(night_count)
        added = made.on_conflict_do_update(
            index_elements=["connection_id", "slot", "check_id"],
            set_={
                name: night_count.c[name] + made.excluded[name] for name in sorted(_COLUMN.values())
            },
        )
        session.execute(
            added,
            [
                {"connection_id": self._connection_id, "slot": self._slot, "check_id": check_id}
                | {name: counts[name] for name in _COLUMN.values()}
                for check_id, counts in sorted(self._counts.items())
            ],
        )


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]
