"""One section of a pack: a control, its checks, deviations, gaps and evidence items."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from app.controls.assessment import Assessment, ControlCheck, Deviation, State
from app.controls.catalogue import Control, Related
from app.controls.expectations import Expectation
from app.controls.nights import Expected, History, holes_words
from app.controls.observed import NightCount, SealedRecord, SeenGap
from app.controls.period import Period
from app.packs.place import name_of, place_of
from app.packs.view.calendar import trend_cells
from app.packs.view.other_rules import other_rules_table
from app.packs.view.pack import (
    CheckBlock,
    ControlSection,
    DeviationGroup,
    DeviationRow,
    EvidenceRow,
    GapRow,
    SourceRow,
)
from app.packs.view.populations import population_file
from app.packs.view.sources import source_rows
from collectors.kit.level import is_tenant_wide

DEVIATIONS_PRINTED = 40
"""For each check; the rest is in deviations.csv."""
GAPS_PRINTED = 30
EVIDENCE_PRINTED = 60
"""Rows of evidence items; records.csv has all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Material:
    """What all sections are cut from."""

    period: Period
    expectations: Mapping[str, Expectation]
    counts: Sequence[NightCount]
    records: Sequence[SealedRecord]
    titles: Mapping[str, str]
    """Titles of collectors by id."""
    attached: frozenset[str]
    subscriptions: Mapping[str, str]
    """Display names of subscriptions by id in lower case."""
    history: History
    expected: Expected


def control_section(
    control: Control,
    assessment: Assessment,
    checks: Sequence[ControlCheck],
    related: Related | None,
    material: Material,
) -> ControlSection:
    """The section of a control that has checks."""
    by_id = {check.id: check for check in checks}
    last = max((f.last_slot for f in assessment.figures if f.last_slot), default=None)
    own = _own_records(checks, material)
    groups = _deviation_groups(assessment, by_id, own, material)
    gaps = _gap_rows(assessment.gaps, material)
    cited = {row.record_seq for group in groups for row in group.rows}
    cited |= {row.record_seq for row in gaps[:GAPS_PRINTED]}
    still_open = sum(deviation.open for deviation in assessment.deviations)
    ended = sum(deviation.ended for deviation in assessment.deviations)
    titles = {check.id: check.check.title for check in checks}
    return ControlSection(
        control_id=control.id,
        slug=slug(control.id),
        title=control.title,
        theme=control.theme,
        state=assessment.state,
        headline=_headline(assessment, still_open, ended),
        checks=_check_blocks(assessment, by_id, material),
        last_night=last,
        open_deviations=still_open,
        ended_deviations=ended,
        deviations=groups,
        other_rules=other_rules_table(assessment, titles, material.subscriptions),
        incomplete=assessment.incomplete,
        gaps=gaps[:GAPS_PRINTED],
        gaps_left_out=max(0, len(gaps) - GAPS_PRINTED),
        trend=trend_cells([c for c in material.counts if c.check_id in by_id], material.period),
        sources=_sources(checks),
        evidence=_evidence(own, cited, last, material),
        records_in_period=len(own),
        manual_evidence=control.manual_evidence,
        note=control.note,
        related=related,
    )


def slug(control_id: str) -> str:
    """Anchor of a control: letters and digits only, so that no outside text enters an id."""
    return control_id.replace(".", "-").lower()


def counted(number: int, noun: str) -> str:
    """`1 night`, `2 nights`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def _headline(assessment: Assessment, still_open: int, ended: int) -> str:
    answers = sum(figure.population for figure in assessment.figures)
    passed = sum(figure.passed for figure in assessment.figures)
    said = [f"{passed:,} of {counted(answers, 'answer')} pass on the last night"]
    if still_open or ended or assessment.state is State.DEVIATIONS:
        said.append(f"deviations of the period: {still_open:,} open, {ended:,} ended")
    return "; ".join(said) + "."


def _check_blocks(
    assessment: Assessment, by_id: Mapping[str, ControlCheck], material: Material
) -> tuple[CheckBlock, ...]:
    blocks = []
    for figure in assessment.figures:
        check = by_id[figure.check_id].check
        expectation = material.expectations.get(check.expectation or "")
        name = population_file(figure.check_id)
        blocks.append(
            CheckBlock(
                id=figure.check_id,
                title=check.title,
                expectation=_measure(expectation) if expectation else "",
                owner=check.owner,
                remedy=check.advice,
                population=figure.population,
                passed=figure.passed,
                failed=figure.failed,
                unknown=figure.unknown,
                nights_collected=figure.nights_collected,
                nights=material.expected.number,
                file=name if name in material.attached else "",
            )
        )
    return tuple(blocks)


def _measure(expectation: Expectation) -> str:
    unit = f" {expectation.unit}" if isinstance(expectation.value, int) else ""
    return f"{expectation.title}: {expectation.value}{unit}"


def _own_records(checks: Iterable[ControlCheck], material: Material) -> list[SealedRecord]:
    """Records of the period that the control's checks read, in the order of the log."""
    scopes: dict[str, set[bool]] = {}
    for check in checks:
        wide = is_tenant_wide(check.collector.reads[check.check.on])
        scopes.setdefault(check.collector.id, set()).add(wide)
    return sorted(
        (
            record
            for record in material.records
            if (record.scope == "tenant") in scopes.get(record.collector_id, set())
        ),
        key=lambda record: record.seq,
    )


def _evidence(
    own: Sequence[SealedRecord],
    cited: AbstractSet[int | None],
    last: datetime | None,
    material: Material,
) -> tuple[EvidenceRow, ...]:
    """Records that deviations and gaps point to, and those of the last night, up to a limit."""
    others = [record for record in own if record.slot == last and record.seq not in cited]
    kept = [record for record in own if record.seq in cited]
    kept += others[: max(0, EVIDENCE_PRINTED - len(kept))]
    return tuple(
        EvidenceRow(
            seq=record.seq,
            record_id=record.record_id,
            what=material.titles.get(record.collector_id, record.collector_id),
            scope=record.scope,
            outcome=record.outcome,
            collected_at=record.collected_at,
            items=record.items,
            sha256=record.sha256,
        )
        for record in sorted(kept, key=lambda record: record.seq)
    )


def _record_of(
    deviation: Deviation, check: ControlCheck, own: Iterable[SealedRecord]
) -> SealedRecord | None:
    """The record of the deviation's last night that shows its subject."""
    there = [
        record
        for record in own
        if record.slot == deviation.last_slot and record.collector_id == check.collector.id
    ]
    if is_tenant_wide(check.collector.reads[check.check.on]):
        wanted = "tenant"
    else:
        parts = deviation.subject.lower().split("/")
        wanted = f"subscription/{parts[2] if len(parts) > 2 else parts[-1]}"
    return next((record for record in there if record.scope.lower() == wanted), None)


def _deviation_groups(
    assessment: Assessment,
    by_id: Mapping[str, ControlCheck],
    own: Sequence[SealedRecord],
    material: Material,
) -> tuple[DeviationGroup, ...]:
    order = {check_id: place for place, check_id in enumerate(by_id)}
    found = sorted(assessment.deviations, key=lambda d: order[d.check_id])
    groups = []
    for check_id, members in groupby(found, key=lambda d: d.check_id):
        rows = [_row(member, by_id[check_id], own, material) for member in members]
        check = by_id[check_id].check
        groups.append(
            DeviationGroup(
                check_id=check_id,
                title=check.title,
                owner=check.owner,
                remedy=check.advice,
                rows=tuple(rows[:DEVIATIONS_PRINTED]),
                left_out=max(0, len(rows) - DEVIATIONS_PRINTED),
            )
        )
    return tuple(groups)


def _row(
    deviation: Deviation,
    check: ControlCheck,
    own: Sequence[SealedRecord],
    material: Material,
) -> DeviationRow:
    record = _record_of(deviation, check, own)
    holes = material.history.not_collected(deviation.first_slot, deviation.last_slot)
    return DeviationRow(
        subject=deviation.subject,
        name=name_of(deviation.subject, deviation.subject_name, material.subscriptions),
        place=place_of(deviation.subject, material.subscriptions),
        reason=deviation.reason,
        first=deviation.first_slot,
        first_is=material.history.since_is(deviation.check_id, deviation.first_slot),
        last=deviation.last_slot,
        holes=holes_words(len(holes)),
        ending=deviation.ending,
        record_seq=record.seq if record else None,
        other_rules=deviation.former.sentence if deviation.former else "",
    )


def _gap_rows(gaps: Iterable[SeenGap], material: Material) -> tuple[GapRow, ...]:
    """Equal gaps of several nights and subjects as one row, newest evidence first."""
    grouped: dict[tuple[str, str, str, str, str], list[SeenGap]] = {}
    for gap in gaps:
        key = (gap.collector_id, gap.scope, gap.read, str(gap.kind), gap.detail)
        grouped.setdefault(key, []).append(gap)
    rows = []
    for (collector_id, scope, read, kind, detail), members in sorted(grouped.items()):
        subjects = sorted({member.subject for member in members if member.subject})
        rows.append(
            GapRow(
                source=material.titles.get(collector_id, collector_id),
                read=read,
                scope=scope,
                subject=subjects[0] if len(subjects) == 1 else _several(len(subjects)),
                kind=kind.replace("_", " "),
                detail=detail,
                first=min(member.slot for member in members),
                last=max(member.slot for member in members),
                nights=len({member.slot for member in members}),
                record_seq=max(member.record_seq for member in members),
            )
        )
    return tuple(sorted(rows, key=lambda row: (row.last, row.nights), reverse=True))


def _several(subjects: int) -> str:
    return f"{subjects:,} subjects" if subjects else ""


def _sources(checks: Iterable[ControlCheck]) -> tuple[SourceRow, ...]:
    reads: dict[str, set[str]] = {}
    collectors = {}
    for check in checks:
        collectors[check.collector.id] = check.collector
        reads.setdefault(check.collector.id, set()).update(
            {check.check.on, *check.check.uses, *check.check.beside}
        )
    rows = [
        row for cid, collector in collectors.items() for row in source_rows(collector, reads[cid])
    ]
    return tuple(rows)
