"""From the facts of an engagement to the view of its pack: pure."""

from collections.abc import Mapping, Sequence

from app.controls.assessment import Assessment, ControlCheck, assess, checks_of
from app.controls.azure_policy.agreement import PolicyAgreement
from app.controls.ground import Facts, Ground, expected_in
from app.controls.nights import History, tally
from app.packs.view import summary
from app.packs.view.azure_policy import PolicyTable, policy_table
from app.packs.view.calendar import lost_nights, night_cells
from app.packs.view.facts import Criteria, Issue
from app.packs.view.other_rules import change_rows, other_rules_counts
from app.packs.view.pack import ControlSection, PackView
from app.packs.view.section import Material, control_section

Checks = Mapping[str, Sequence[ControlCheck]]


def build_view(
    issue: Issue,
    criteria: Criteria,
    facts: Facts,
    attachments: Mapping[str, bytes],
    agreement: PolicyAgreement | None = None,
) -> PackView:
    """The view of a pack: one section for each control with checks, all 93 in the statement.

    `attachments` come from `pack_attachments`. The period is cut when the pack is issued. Without
    a history of the connection that of the period serves. Raises UsageError when the period has
    not begun, or for a control that Annex A does not have.
    """
    for control_id in criteria.not_applicable:
        criteria.catalogue[control_id]
    period = summary.period_until(issue.engagement, issue.generated_at)
    ground = Ground.of(facts, period)
    material = _material(issue, criteria, ground, attachments)
    checks = {one.id: checks_of(one.id, criteria.collectors) for one in criteria.catalogue}
    assessments = _assessments(criteria, checks, ground)
    sections = _sections(criteria, assessments, checks, material)
    own = [night for night in (*facts.nights, *issue.waiting) if period.holds(night.slot)]
    expected = expected_in(period, own)
    collected = expected.covered(night.slot for night in own if night.collected)
    reviewed = criteria.crosswalk.reviewed_by
    return PackView(
        issue=issue,
        period=period,
        last_night=max((record.slot for record in material.records), default=None),
        lead=summary.lead_of(sections, collected, expected.number),
        nights=night_cells(own, period),
        tally=tally(own),
        nights_collected=collected,
        nights_expected=expected.number,
        lost=lost_nights(own, period),
        sections=sections,
        statement=summary.statement_of(
            criteria.catalogue, assessments, sections, criteria.not_applicable
        ),
        expectations=tuple(criteria.expectations.values()),
        completeness=summary.completeness_of(criteria.collectors, material.records, facts.gaps),
        second_route=summary.second_route_of(
            facts.intervals, material.records, material.subscriptions, material.history
        ),
        totals=summary.totals_of(assessments.values(), checks),
        other_rules=other_rules_counts(assessments.values()),
        changes=change_rows(issue.changes),
        azure_policy=_policy_table(agreement, criteria, material),
        gaps=sum(period.holds(gap.slot) for gap in facts.gaps),
        records=len(material.records),
        attached=summary.attached_files(attachments, criteria.collectors),
        cautions=criteria.crosswalk.cautions if reviewed else (),
    )


def _material(
    issue: Issue, criteria: Criteria, ground: Ground, attachments: Mapping[str, bytes]
) -> Material:
    period, facts = ground.period, ground.facts
    return Material(
        period=period,
        expectations=criteria.expectations,
        counts=[count for count in facts.counts if period.holds(count.slot)],
        records=[record for record in facts.records if period.holds(record.slot)],
        titles={collector.id: collector.title for collector in criteria.collectors},
        attached=frozenset(attachments),
        history=facts.history if facts.history.nights else History.of(facts.nights, facts.counts),
        expected=ground.expected,
        subscriptions={key.lower(): name for key, name in issue.connection.subscriptions},
    )


def _assessments(criteria: Criteria, checks: Checks, ground: Ground) -> dict[str, Assessment]:
    return {
        control.id: assess(
            control,
            checks[control.id],
            ground,
            applicable=control.id not in criteria.not_applicable,
        )
        for control in criteria.catalogue
    }


def _sections(
    criteria: Criteria,
    assessments: Mapping[str, Assessment],
    checks: Checks,
    material: Material,
) -> tuple[ControlSection, ...]:
    crosswalk = criteria.crosswalk
    return tuple(
        control_section(
            control,
            assessments[control.id],
            checks[control.id],
            crosswalk.related[control.id] if crosswalk.reviewed_by else None,
            material,
        )
        for control in criteria.catalogue
        if checks[control.id] and control.id not in criteria.not_applicable
    )


def _policy_table(
    agreement: PolicyAgreement | None, criteria: Criteria, material: Material
) -> PolicyTable | None:
    if agreement is None:
        return None
    titles = {
        f"{one.id}.{check.id}": check.title for one in criteria.collectors for check in one.checks
    }
    return policy_table(agreement, titles, material.subscriptions)
