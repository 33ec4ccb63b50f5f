"""From the facts of an engagement to the view of its pack: pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from app.controls.assessment import assess, checks_of, coverage_in, expected_in
from app.controls.catalogue import Catalogue, Crosswalk
from app.controls.expectations import Expectation
from app.controls.nights import History, tally
from app.controls.observed import Interval, Night, NightCount, Removal, SealedRecord, SeenGap
from app.controls.policy_agreement import PolicyAgreement
from app.controls.removals import Removals
from app.packs.view import summary
from app.packs.view.azure_policy import policy_table
from app.packs.view.calendar import lost_nights, night_cells
from app.packs.view.facts import CheckpointFacts, ConnectionFacts, Engagement, Limits, StoreFacts
from app.packs.view.other_rules import other_rules_counts
from app.packs.view.pack import Command, PackView
from app.packs.view.section import Material, control_section
from collectors.kit import Collector


def build_view(  # noqa: PLR0913 - a pack has many facts, each of its own kind
    *,
    pack_id: str,
    organisation: str,
    engagement: Engagement,
    connection: ConnectionFacts,
    store: StoreFacts,
    checkpoint: CheckpointFacts,
    collectors: Sequence[Collector],
    catalogue: Catalogue,
    crosswalk: Crosswalk,
    expectations: Mapping[str, Expectation],
    nights: Sequence[Night],
    counts: Sequence[NightCount],
    intervals: Sequence[Interval],
    gaps: Sequence[SeenGap],
    records: Sequence[SealedRecord],
    removals: Sequence[Removal],
    attachments: Mapping[str, bytes],
    not_applicable: Mapping[str, str],
    commands: Sequence[Command],
    tool_version: str,
    names_of: datetime | None = None,
    agreement: PolicyAgreement | None = None,
    history: History | None = None,
    waiting: Sequence[Night] = (),
    limits: Limits = Limits(),  # noqa: B008 - frozen
    generated_at: datetime,
) -> PackView:
    """The view of a pack: one section for each control with checks, all 93 in the statement.

    `attachments` come from `pack_attachments`; `not_applicable` gives the reason of the Statement
    of Applicability by control id. The period is cut at `generated_at`, when the pack is issued.
    `history` are all nights of the connection, those of the period without it; `waiting` are due
    and not begun yet: no assessment counts them, the calendar shows them. Raises UsageError when
    the period has not begun, or for a control that Annex A does not have.
    """
    for control_id in not_applicable:
        catalogue[control_id]
    period = summary.period_until(engagement, generated_at)
    titles = {f"{one.id}.{check.id}": check.title for one in collectors for check in one.checks}
    history = history or History.of(nights, counts)
    in_period = [record for record in records if period.holds(record.slot)]
    subscriptions = {key.lower(): name for key, name in connection.subscriptions}
    material = Material(
        period=period,
        expectations=expectations,
        counts=[count for count in counts if period.holds(count.slot)],
        records=in_period,
        titles={collector.id: collector.title for collector in collectors},
        attached=frozenset(attachments),
        history=history,
        expected=expected_in(period, nights),
        subscriptions=subscriptions,
    )
    checks = {control.id: checks_of(control.id, collectors) for control in catalogue}
    coverage = coverage_in(period, nights, in_period)
    proofs = Removals(removals)
    assessments = {
        control.id: assess(
            control,
            checks[control.id],
            counts=counts,
            intervals=intervals,
            gaps=gaps,
            nights=nights,
            records=records,
            removals=proofs,
            period=period,
            applicable=control.id not in not_applicable,
            coverage=coverage,
            expected=material.expected,
        )
        for control in catalogue
    }
    sections = tuple(
        control_section(
            control,
            assessments[control.id],
            checks[control.id],
            crosswalk.related[control.id] if crosswalk.reviewed_by else None,
            material,
        )
        for control in catalogue
        if checks[control.id] and control.id not in not_applicable
    )
    totals = summary.totals_of(assessments.values(), checks)
    own = [night for night in (*nights, *waiting) if period.holds(night.slot)]
    expected = expected_in(period, own)
    collected = expected.covered(night.slot for night in own if night.collected)
    return PackView(
        pack_id=pack_id,
        organisation=organisation,
        engagement=engagement,
        period=period,
        connection=connection,
        store=store,
        checkpoint=checkpoint,
        tool_version=tool_version,
        names_of=names_of,
        generated_at=generated_at,
        limits=limits,
        last_night=max((record.slot for record in in_period), default=None),
        lead=summary.lead_of(sections, collected, expected.number),
        nights=night_cells(own, period),
        tally=tally(own),
        nights_collected=collected,
        nights_expected=expected.number,
        lost=lost_nights(own, period),
        sections=sections,
        statement=summary.statement_of(catalogue, assessments, sections, not_applicable),
        expectations=tuple(expectations.values()),
        completeness=summary.completeness_of(collectors, in_period, gaps),
        second_route=summary.second_route_of(intervals, in_period, material.subscriptions, history),
        owners=totals.owners,
        open_deviations=totals.open,
        ended_deviations=totals.ended,
        other_rules=other_rules_counts(assessments.values()),
        azure_policy=policy_table(agreement, titles, subscriptions) if agreement else None,
        unknown_answers=totals.unknown,
        answers=totals.answers,
        gaps=sum(period.holds(gap.slot) for gap in gaps),
        records=len(in_period),
        attached=summary.attached_files(attachments, collectors),
        commands=tuple(commands),
        cautions=crosswalk.cautions if crosswalk.reviewed_by else (),
    )
