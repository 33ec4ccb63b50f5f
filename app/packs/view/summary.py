"""What a pack says before its sections: figures, nights, completeness, the 93 controls."""

import csv
import hashlib
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from app.controls.assessment import Assessment, ControlCheck, State
from app.controls.catalogue import Catalogue
from app.controls.nights import History
from app.controls.observed import Interval, SealedRecord, SeenGap
from app.controls.period import Period
from app.errors import UsageError
from app.packs.place import name_of
from app.packs.view.azure_policy import DISAGREEMENTS
from app.packs.view.facts import Engagement
from app.packs.view.pack import (
    AttachedFile,
    CompletenessRow,
    ControlSection,
    PopulationRow,
    StatementRow,
    Totals,
)
from app.packs.view.populations import (
    CSV,
    DEVIATIONS,
    OTHER_RULES,
    RECORDS,
    population_file,
    workbook_file,
)
from app.packs.view.section import counted, slug
from collectors.kit import Collector

SECOND_ROUTE = "inventory.resources.complete"
"""The check that counts resources by a second route."""


def period_until(engagement: Engagement, now: datetime) -> Period:
    """The engagement's period as far as it has passed. Raises UsageError before its first day."""
    today = now.astimezone(UTC).date()
    if engagement.last < engagement.first:
        raise UsageError(
            f"the period ends on {engagement.last}, before it begins on {engagement.first}"
        )
    if today < engagement.first:
        raise UsageError(f"the period begins on {engagement.first}; there is no evidence of it yet")
    return Period(first=engagement.first, last=min(engagement.last, today))


def totals_of(
    assessments: Iterable[Assessment], checks: Mapping[str, Sequence[ControlCheck]]
) -> Totals:
    """Sum over all controls."""
    made = [
        assessment for assessment in assessments if assessment.state is not State.NOT_APPLICABLE
    ]
    figures = {figure.check_id: figure for a in made for figure in a.figures}
    deviations = {(d.check_id, d.subject, d.first_slot): d for a in made for d in a.deviations}
    owners = {check.id: str(check.check.owner) for group in checks.values() for check in group}
    tally = Counter(owners[d.check_id] for d in deviations.values() if d.open)
    return Totals(
        answers=sum(figure.population for figure in figures.values()),
        unknown=sum(figure.unknown for figure in figures.values()),
        open=sum(d.open for d in deviations.values()),
        ended=sum(d.ended for d in deviations.values()),
        owners=tuple(sorted(tally.items(), key=lambda entry: (-entry[1], entry[0]))),
    )


def lead_of(sections: Sequence[ControlSection], collected: int, expected: int) -> str:
    """The pack in two sentences."""
    states = Counter(section.state for section in sections)
    verb = "was" if expected == 1 else "were"
    parts = [
        f"{states[state]} {state}"
        for state in (State.CLEAN, State.DEVIATIONS, State.INCOMPLETE)
        if states[state]
    ]
    return (
        f"{counted(len(sections), 'control')} of Annex A {'has' if len(sections) == 1 else 'have'} "
        f"evidence from Azure: {', '.join(parts) or 'none yet'}. "
        f"{collected} of {counted(expected, 'night')} of the period {verb} collected."
    )


def statement_of(
    catalogue: Catalogue,
    assessments: Mapping[str, Assessment],
    sections: Iterable[ControlSection],
    not_applicable: Mapping[str, str],
) -> tuple[StatementRow, ...]:
    """All 93 controls with their state."""
    with_section = {section.control_id for section in sections}
    return tuple(
        StatementRow(
            control_id=control.id,
            title=control.title,
            mode=control.mode,
            state=assessments[control.id].state,
            slug=slug(control.id) if control.id in with_section else "",
            evidence=not_applicable.get(control.id, "; ".join(control.manual_evidence)),
        )
        for control in catalogue
    )


def completeness_of(
    collectors: Iterable[Collector], records: Sequence[SealedRecord], gaps: Sequence[SeenGap]
) -> tuple[CompletenessRow, ...]:
    """Announced against received for each collector, on its newest night, and its gaps.

    Azure announces only what the identity may see: a list can agree with its total and be short.
    """
    rows = []
    for collector in collectors:
        own = [record for record in records if record.collector_id == collector.id]
        newest = max((record.slot for record in own), default=None)
        last = [record for record in own if record.slot == newest]
        announced = [record for record in last if record.announced is not None]
        rows.append(
            CompletenessRow(
                collector=collector.id,
                title=collector.title,
                records=len(last),
                pages=sum(record.pages for record in last),
                items=sum(record.items for record in last),
                announced=sum(r.announced or 0 for r in announced) if announced else None,
                seen=sum(r.seen or 0 for r in announced) if announced else None,
                gaps=sum((gap.collector_id, gap.slot) == (collector.id, newest) for gap in gaps),
            )
        )
    return tuple(rows)


def second_route_of(
    intervals: Iterable[Interval],
    records: Iterable[SealedRecord],
    subscriptions: Mapping[str, str],
    history: History,
) -> tuple[PopulationRow, ...]:
    """Counts by the second route on the newest night of the inventory."""
    collector_id = SECOND_ROUTE.rpartition(".")[0]
    newest = max((r.slot for r in records if r.collector_id == collector_id), default=None)
    return tuple(
        PopulationRow(
            subject=interval.subject,
            name=name_of(interval.subject, interval.subject_name, subscriptions),
            status=interval.status,
            reason=interval.reason,
            since=interval.first_slot,
            since_is=history.since_is(interval.check_id, interval.first_slot),
        )
        for interval in sorted(intervals, key=lambda interval: interval.subject)
        if interval.check_id == SECOND_ROUTE
        and newest is not None
        and interval.first_slot <= newest <= interval.last_slot
    )


def attached_files(
    attachments: Mapping[str, bytes], collectors: Iterable[Collector]
) -> tuple[AttachedFile, ...]:
    """Index of the attachments with whole digests."""
    says = {
        population_file(f"{collector.id}.{check.id}"): check.title
        for collector in collectors
        for check in collector.checks
    }
    says |= {
        DEVIATIONS: "Every failed verdict of the period, with its first and last night",
        OTHER_RULES: "Every verdict that other rules gave otherwise, with what those said",
        DISAGREEMENTS: "Every verdict that Azure Policy's own state contradicts, with the cause",
        RECORDS: "All records of the period, with the digest of each",
    }
    rows = {name: _rows(data) for name, data in attachments.items() if name.endswith(CSV)}
    says |= {workbook_file(name): f"{said}, as text cells" for name, said in says.items()}
    rows |= {workbook_file(name): number for name, number in rows.items()}
    return tuple(
        AttachedFile(
            name=name,
            says=says.get(name, ""),
            rows=rows.get(name, 0),
            sha256=hashlib.sha256(data).hexdigest(),
        )
        for name, data in sorted(attachments.items())
    )


def _rows(data: bytes) -> int:
    """Rows of a CSV under its heading."""
    return max(0, sum(1 for _ in csv.reader(io.StringIO(data.decode("utf-8"), newline=""))) - 1)
