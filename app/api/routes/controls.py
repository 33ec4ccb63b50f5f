"""Controls: what may be said of each of the 93 over a period, and on which evidence."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from app.api.http.asked import Answers, From, OneConnection, Part, To, Working
from app.api.http.auth import ReadsEvidence
from app.api.http.cursors import Listing
from app.api.http.problems import problems
from app.controls.assessment import CheckFigures, ControlCheck, Deviation, State
from app.controls.catalogue import Mode, Theme
from app.controls.period import Period
from app.evidence.observed import Interval, SeenGap
from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.reading.controls import AssessedControl, assess_controls, period_of

router = APIRouter(prefix="/controls", tags=["controls"], dependencies=[ReadsEvidence])
ControlId = Annotated[str, Path(pattern=r"^A\.[5-8]\.[0-9]{1,2}$")]
SHOWN = 100
"""Deviations and gaps shown with a control; their own lists go on."""


class ControlRow(BaseModel):
    """A control in the list of all."""

    id: str
    title: str
    theme: Theme
    mode: Mode
    state: State
    checks: int
    passed: int
    """Answers on the last night."""
    failed: int
    unknown: int
    open_deviations: int
    corrected_deviations: int
    judged_otherwise: int
    """Verdicts of the period that other rules gave otherwise; see `…/other-rules`."""
    gaps: int
    incomplete: list[str]
    """Why the evidence is incomplete; empty when it is complete."""
    not_applicable: str | None


class Controls(BaseModel):
    """All controls over a period."""

    connection: str
    first: date
    last: date
    items: list[ControlRow]


class CheckView(BaseModel):
    """A check and its figures."""

    id: str
    title: str
    owner: str
    remedy: str
    policy: str | None
    """Microsoft's built-in policy definition that asks the same, by its GUID."""
    expectation: str | None
    expected: Any
    """The organisation's own criterion, where the check has one."""
    figures: CheckFigures


@dataclass(frozen=True, kw_only=True, slots=True)
class DeviationView(Deviation):
    """A deviation, and what its span leaves open."""

    first_is: str
    """`on or before` where `first_slot` is the first slot in which the check was asked at all: it
    may have been so for longer. Else `on`."""
    slots_not_collected: int
    """Slots between first and last that were missed or failed."""


class ControlView(ControlRow):
    """One control with its checks, its first deviations and its first gaps."""

    connection: str
    first: date
    last: date
    manual_evidence: list[str]
    note: str
    figures: list[CheckView]
    deviations: list[DeviationView]
    deviations_total: int
    seen_gaps: list[SeenGap]
    seen_gaps_total: int


@router.get("", responses=problems(400, 404))
async def read_controls(
    ports: Working,
    answers: Answers,
    connection: OneConnection,
    first: From = None,
    last: To = None,
) -> Controls:
    """All 93 in the order of the standard; the last 90 days unless said otherwise."""
    period = period_of(ports, first, last)

    def assessed() -> Controls:
        rows = [ControlRow(**_row(one)) for one in assess_controls(ports, connection, period)]
        name = connection.name
        return Controls(connection=name, first=period.first, last=period.last, items=rows)

    return await answers.answer(("controls", connection.id, period), assessed)


@dataclass(frozen=True, kw_only=True, slots=True)
class AskedControl:
    """The control of a request, assessed over its period."""

    ports: Ports
    connection: Connection
    period: Period
    assessed: AssessedControl

    @property
    def named(self) -> tuple[object, ...]:
        """What a list of it was asked with."""
        return self.connection.id, self.assessed.control.id, self.period


async def _asked(
    control_id: ControlId,
    ports: Working,
    answers: Answers,
    connection: OneConnection,
    first: From = None,
    last: To = None,
) -> AskedControl:
    period = period_of(ports, first, last)
    [one] = await answers.answer(
        ("controls", connection.id, period, control_id),
        lambda: assess_controls(ports, connection, period, control_id),
    )
    return AskedControl(ports=ports, connection=connection, period=period, assessed=one)


@router.get("/{control_id}", responses=problems(400, 404))
def read_control(asked: Annotated[AskedControl, Depends(_asked)]) -> ControlView:
    """One control: its checks, and its first 100 deviations and gaps."""
    return _view(asked.ports, asked.connection.name, asked.period, asked.assessed)


@router.get("/{control_id}/deviations", responses=problems(400, 404))
def read_deviations(
    asked: Annotated[AskedControl, Depends(_asked)], part: Part
) -> Listing[DeviationView]:
    """Every deviation of a control in the period, open ones first."""
    return part.of(_deviations(asked.assessed), "deviations", *asked.named)


@router.get("/{control_id}/other-rules", responses=problems(400, 404))
def read_other_rules(
    asked: Annotated[AskedControl, Depends(_asked)], part: Part
) -> Listing[Interval]:
    """Every verdict of a control in the period that other rules gave otherwise, with theirs."""
    return part.of(asked.assessed.assessment.by_rules, "other-rules", *asked.named)


@router.get("/{control_id}/gaps", responses=problems(400, 404))
def read_gaps(asked: Annotated[AskedControl, Depends(_asked)], part: Part) -> Listing[SeenGap]:
    """Every gap that touches a control's checks in the period, in the order sealed."""
    return part.of(asked.assessed.assessment.gaps, "gaps", *asked.named)


def _deviations(one: AssessedControl) -> list[DeviationView]:
    return [
        DeviationView(
            **{field.name: getattr(each, field.name) for field in fields(each)},
            first_is=one.history.since_is(each.check_id, each.first_slot),
            slots_not_collected=len(one.history.not_collected(each.first_slot, each.last_slot)),
        )
        for each in one.assessment.deviations
    ]


def _row(one: AssessedControl) -> dict[str, Any]:
    control, assessment = one.control, one.assessment
    still = sum(deviation.open for deviation in assessment.deviations)
    ended = sum(deviation.ended for deviation in assessment.deviations)
    return {
        "id": control.id,
        "title": control.title,
        "theme": control.theme,
        "mode": control.mode,
        "state": assessment.state,
        "checks": len(one.checks),
        "passed": sum(figure.passed for figure in assessment.figures),
        "failed": sum(figure.failed for figure in assessment.figures),
        "unknown": sum(figure.unknown for figure in assessment.figures),
        "open_deviations": still,
        "corrected_deviations": ended,
        "judged_otherwise": len(assessment.by_rules),
        "gaps": len(assessment.gaps),
        "incomplete": list(assessment.incomplete),
        "not_applicable": one.not_applicable,
    }


def _view(ports: Ports, name: str, period: Period, one: AssessedControl) -> ControlView:
    figures = {figure.check_id: figure for figure in one.assessment.figures}
    values = ports.expectation_values
    return ControlView(
        **_row(one),
        connection=name,
        first=period.first,
        last=period.last,
        manual_evidence=list(one.control.manual_evidence),
        note=one.control.note,
        figures=[_check(check, figures[check.id], values) for check in one.checks],
        deviations=_deviations(one)[:SHOWN],
        deviations_total=len(one.assessment.deviations),
        seen_gaps=list(one.assessment.gaps[:SHOWN]),
        seen_gaps_total=len(one.assessment.gaps),
    )


def _check(
    check: ControlCheck, figures: CheckFigures, expectations: Mapping[str, Any]
) -> CheckView:
    facts = check.check
    return CheckView(
        id=check.id,
        title=facts.title,
        owner=facts.owner.value,
        remedy=facts.remedy,
        policy=facts.policy,
        expectation=facts.expectation,
        expected=expectations.get(facts.expectation) if facts.expectation else None,
        figures=figures,
    )
