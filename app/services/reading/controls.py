"""Controls over a period, from what the index holds of a connection."""

from dataclasses import dataclass
from datetime import UTC, date, timedelta

from app.controls.assessment import Assessment, ControlCheck, assess, checks_of
from app.controls.catalogue import Control
from app.controls.ground import Facts, Ground
from app.controls.nights import History
from app.controls.period import Period
from app.db.rows.evidence import gaps, records, removals
from app.db.rows.runs import nights
from app.db.rows.verdicts import first_asked, intervals, night_counts
from app.errors import NotFoundError, UsageError
from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.reading.evidence import instants

LONGEST = timedelta(days=1_100)
"""Three years: longer than any certification cycle."""
USUAL = timedelta(days=89)


@dataclass(frozen=True, kw_only=True, slots=True)
class AssessedControl:
    """A control, its checks and what may be said of it."""

    control: Control
    checks: tuple[ControlCheck, ...]
    assessment: Assessment
    history: History
    """Every night so far, and since when each check is asked."""
    not_applicable: str | None
    """Reason of the Statement of Applicability, if the control does not apply."""


def period_of(ports: Ports, first: date | None, last: date | None) -> Period:
    """The days asked for, as far as they have passed; the last 90 unless said otherwise.

    Raises UsageError for days in the wrong order, a period that has not begun, or too long a one.
    """
    today = ports.now().astimezone(UTC).date()
    end = min(last or today, today)
    start = first or max(end, date.min + USUAL) - USUAL
    if last is not None and start > last:
        raise UsageError(f"the period ends on {last}, before it begins on {start}")
    if start > end:
        raise UsageError(f"the period begins on {start}; there is no evidence of it yet")
    if end - start > LONGEST:
        raise UsageError(
            f"a period is {LONGEST.days:,} days at most; {(end - start).days:,} were asked for"
        )
    return Period(first=start, last=end)


def assess_controls(
    ports: Ports, connection: Connection, period: Period, control_id: str | None = None
) -> list[AssessedControl]:
    """All 93 controls in the order of the standard, or one. Raises NotFoundError."""
    chosen = [c for c in ports.catalogue if control_id in {None, c.id}]
    if not chosen:
        raise NotFoundError(
            f"Annex A of ISO/IEC 27001:2022 has no control {control_id}", code="control_unknown"
        )
    start, end = instants(period.first, period.last)
    with ports.database.read() as session:
        every = nights(session, connection.id, *instants(date.min, period.last))
        history = History(nights=every, first_asked=first_asked(session, connection.id))
        facts = Facts(
            nights=nights(session, connection.id, start, end),
            counts=night_counts(session, connection.id, None, start, end),
            intervals=intervals(session, connection.id, None, start, end),
            gaps=gaps(session, connection.id, start, end),
            records=records(session, connection.id, start, end),
            removals=removals(session, connection.id, start, end),
            history=history,
        )
    ground = Ground.of(facts, period)
    assessed = []
    for control in chosen:
        checks = checks_of(control.id, ports.collectors)
        reason = ports.settings.not_applicable.get(control.id)
        assessment = assess(control, checks, ground, applicable=reason is None)
        assessed.append(
            AssessedControl(
                control=control,
                checks=checks,
                assessment=assessment,
                history=history,
                not_applicable=reason,
            )
        )
    return assessed
