"""What a check answered on a subject: on a day, since when, and which record shows it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime

from app.controls.coverage import subscription_of
from app.controls.night_state import NightState
from app.controls.nights import (
    ON_OR_BEFORE,
    History,
    holes_words,
    late_by,
    late_words,
    state_of,
)
from app.db.rows.evidence import records
from app.db.rows.runs import nights
from app.db.rows.verdicts import first_asked, night_counts, verdict_on
from app.errors import NotFoundError
from app.evidence.observed import Former, Interval, Night, SealedRecord
from app.schedule.connection import Connection
from app.services.connections.missed_slots import overdue, unbegun
from app.services.home.installation import Ports
from app.services.reading.evidence import instants
from collectors.kit import Collector, Status
from collectors.kit.level import is_tenant_wide


@dataclass(frozen=True, kw_only=True, slots=True)
class SlotAnswer:
    """One night of the day asked for, and what it answered."""

    slot: datetime
    state: NightState
    manual: bool
    status: Status | None
    """None where this night shows nothing of the subject."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictOn:
    """A verdict of one night, and the nights around it that answered the same."""

    check_id: str
    subject: str
    subject_name: str
    status: Status
    reason: str
    night: datetime
    """The slot it was asked in: the newest of the day."""
    late: str
    """`collected 12 h late` where it shows Azure of then; empty otherwise."""
    since_is: str
    """`on or before` where `since` is the first slot in which the check was asked at all: it may
    have been so for longer. Else `on`."""
    since: datetime
    """First slot with this very answer, collected night after collected night."""
    until: datetime
    """Last slot with it, so far."""
    not_collected: tuple[datetime, ...]
    """Slots between the two that were missed or failed: nobody knows of these."""
    lost_since: int
    """Slots after `until` that were missed, failed, or are due and not begun."""
    of_day: tuple[SlotAnswer, ...]
    """Every night of that day, oldest first."""
    record_ids: tuple[str, ...]
    """Records of that night that hold it."""
    former: Former | None
    """What other rules said, where they said something else."""

    @property
    def span(self) -> str:
        """`on or before 2026-03-01 02:00 to 2026-03-09 02:00, with 2 slots not collected`."""
        before = f"{self.since_is} " if self.since_is == ON_OR_BEFORE else ""
        holes = holes_words(len(self.not_collected))
        said = f"{before}{self.since:%Y-%m-%d %H:%M} to {self.until:%Y-%m-%d %H:%M}"
        return f"{said}, {holes}" if holes else said


def look_up_verdict(
    ports: Ports, connection: Connection, check_id: str, subject: str, day: date | None
) -> VerdictOn:
    """The verdict of a day (UTC), or of the newest night. Case of the subject does not matter.

    Raises NotFoundError for an unknown check, a day on which it was not asked, or a subject that
    it was not asked of that night.
    """
    collector, tenant_wide = _checked(ports.collectors, check_id)
    first, last = instants(day or date.min, day or date.max)
    begun = unbegun(overdue(ports, connection, ports.now()), ports.now())
    with ports.database.read() as session:
        asked = night_counts(session, connection.id, [check_id], first, last)
        if not asked:
            of_day = nights(session, connection.id, first, last) if day else []
            raise _not_asked(check_id, day, of_day)
        night = asked[-1].slot
        found = verdict_on(session, connection.id, check_id, subject, night)
        sealed = records(session, connection.id, night, night, [collector.id])
        every = nights(session, connection.id, *instants(date.min, date.max))
        history = History(nights=every, first_asked=first_asked(session, connection.id))
        day_of = instants(night.astimezone(UTC).date(), night.astimezone(UTC).date())
        of_day = [one for one in every if day_of[0] <= one.slot <= day_of[1]]
        answers = {
            one.slot: verdict_on(session, connection.id, check_id, subject, one.slot)
            for one in of_day
        }
    if found is None:
        raise NotFoundError(
            f"{check_id} was not asked of {subject!r} in the night of {night:%Y-%m-%d %H:%M} UTC; "
            "subjects are named by their whole id",
            code="verdict_unknown",
        )
    until = found.last_slot
    late = next((late_by(one) for one in of_day if one.slot == night), None)
    return VerdictOn(
        check_id=check_id,
        subject=found.subject,
        subject_name=found.subject_name,
        status=found.status,
        reason=found.reason,
        night=night,
        late=late_words(late) if late else "",
        since_is=history.since_is(check_id, found.first_slot),
        since=found.first_slot,
        until=until,
        not_collected=history.not_collected(found.first_slot, until),
        lost_since=len(history.not_collected(until, every[-1].slot)) + begun,
        of_day=tuple(_answer(one, answers[one.slot]) for one in of_day),
        record_ids=tuple(r.record_id for r in sealed if _holds(r, subject, tenant_wide)),
        former=found.former,
    )


def _not_asked(check_id: str, day: date | None, of_day: Sequence[Night]) -> NotFoundError:
    when = f"on {day}" if day else "yet"
    told = ", ".join(f"{one.slot:%H:%M} {one.state.replace('_', ' ')}" for one in of_day)
    why = f" (nights of that day: {told})" if told else ""
    return NotFoundError(f"{check_id} was asked of nothing {when}{why}", code="verdict_unknown")


def _answer(night: Night, found: Interval | None) -> SlotAnswer:
    return SlotAnswer(
        slot=night.slot,
        state=state_of(night),
        manual=night.manual,
        status=found.status if found else None,
    )


def _checked(collectors: tuple[Collector, ...], check_id: str) -> tuple[Collector, bool]:
    for collector in collectors:
        for check in collector.checks:
            if f"{collector.id}.{check.id}" == check_id:
                return collector, is_tenant_wide(collector.reads[check.on])
    raise NotFoundError(
        f"there is no check {check_id!r}; `annexa collectors` lists them", code="check_unknown"
    )


def _holds(record: SealedRecord, subject: str, tenant_wide: bool) -> bool:  # noqa: FBT001 - private
    if tenant_wide:
        return record.scope == "tenant"
    return record.scope.lower() == f"subscription/{subscription_of(subject)}"
