"""What a check answered on a subject: on a day, since when, and which record shows it."""

from dataclasses import dataclass
from datetime import date, datetime

from app.controls.coverage import subscription_of
from app.db.evidence import records
from app.db.verdicts import night_counts, verdict_on
from app.errors import NotFoundError
from app.evidence.observed import Former, SealedRecord
from app.services.connections import Connection
from app.services.ports import Ports
from app.services.reading import instants
from collectors.kit import Collector, Status
from collectors.kit.level import is_tenant_wide


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
    since: datetime
    """First slot with this very answer, collected night after collected night."""
    until: datetime
    """Last slot with it, so far."""
    record_ids: tuple[str, ...]
    """Records of that night that hold it."""
    former: Former | None
    """What other rules said, where they said something else."""


def look_up_verdict(
    ports: Ports, connection: Connection, check_id: str, subject: str, day: date | None
) -> VerdictOn:
    """The verdict of a day (UTC), or of the newest night. Case of the subject does not matter.

    Raises NotFoundError for an unknown check, a day on which it was not asked, or a subject that
    it was not asked of that night.
    """
    collector, tenant_wide = _checked(ports, check_id)
    first, last = instants(day or date.min, day or date.max)
    with ports.database.read() as session:
        asked = night_counts(session, connection.id, [check_id], first, last)
        if not asked:
            when = f"on {day}" if day else "yet"
            raise NotFoundError(f"{check_id} was asked of nothing {when}", code="verdict_unknown")
        night = asked[-1].slot
        found = verdict_on(session, connection.id, check_id, subject, night)
        sealed = records(session, connection.id, night, night, [collector.id])
    if found is None:
        raise NotFoundError(
            f"{check_id} was not asked of {subject!r} in the night of {night:%Y-%m-%d %H:%M} UTC; "
            "subjects are named by their whole id",
            code="verdict_unknown",
        )
    return VerdictOn(
        check_id=check_id,
        subject=found.subject,
        subject_name=found.subject_name,
        status=found.status,
        reason=found.reason,
        night=night,
        since=found.first_slot,
        until=found.last_slot,
        record_ids=tuple(r.record_id for r in sealed if _holds(r, subject, tenant_wide)),
        former=found.former,
    )


def _checked(ports: Ports, check_id: str) -> tuple[Collector, bool]:
    for collector in ports.collectors:
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
