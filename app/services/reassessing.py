"""Assessments computed again from re-performed verdicts, compared with those that were sealed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from app.controls.assessment import Period
from app.controls.catalogue import load_catalogue
from app.controls.document import Facts, assessments
from app.controls.folding import Answer, folded
from app.controls.observed import Night, SealedRecord, SeenGap
from app.evidence.canonical import parse
from app.evidence.record import instant
from app.evidence.reperformance import Difference, Performed, Row
from app.services.indexing import sealed_record
from app.services.sealed_evidence import SealedEvidence
from collectors.kit import Arm, Check, Collector, GapKind, Graph, Owner, Read, Status

STATES = {"run_started": "running", "run_failed": "failed", "slot_missed": "missed"}
Describe = Callable[[str], list[dict[str, Any]]]
Rows = Callable[[], Sequence[Row]]


@dataclass(kw_only=True, slots=True)
class _Run:
    """One run as its events and records tell."""

    slot: datetime
    state: str = "running"
    completed: tuple[str, int, int] | None = None
    """Name of the event that ended it, and the records and gaps it counts."""
    verdicts: list[Rows] = field(default_factory=list)
    records: int = 0
    gaps: int = 0


class Reassessment:
    """Takes events and re-performed records one by one, then compares."""

    def __init__(self, evidence: SealedEvidence) -> None:
        self._evidence = evidence
        self._runs: dict[str, _Run] = {}
        self._records: list[SealedRecord] = []
        self._gaps: list[SeenGap] = []
        self._whole = True

    def event(self, name: str, entry: Mapping[str, Any]) -> None:
        """What became of a night."""
        detail, kind = entry["detail"], entry["kind"]
        run = self._run(detail.get("run_id") or detail["slot"], detail["slot"])
        if kind == "run_completed":
            run.state = "complete_with_gaps" if detail["gaps"] else "complete"
            run.completed = (name, detail["records"], detail["gaps"])
        else:
            run.state = STATES.get(kind, run.state)

    def record(self, entry: Mapping[str, Any], digest: str, found: Performed | None) -> None:
        """A record, with what was made of it; None when nothing could be."""
        run = self._run(entry["run"]["run_id"], entry["run"]["slot"])
        run.records += 1
        if found is None:
            self._whole = False
            return
        run.gaps += len(found.gaps)
        run.verdicts.append(self._rows(entry["verdicts"]["sha256"], found.verdicts))
        sealed = sealed_record(entry["seq"], digest, entry)
        self._records.append(replace(sealed, outcome=found.outcome))
        self._gaps += [_gap(sealed, gap) for gap in found.gaps]

    def whole_runs(self) -> list[Difference]:
        """Completed runs whose records are not all here, or whose gaps are other ones."""
        found = []
        for run in self._runs.values():
            if run.completed is None or run.completed[1:] == (run.records, run.gaps):
                continue
            name, records, gaps = run.completed
            told = Difference(
                code="run_differs",
                object=name,
                about="records and gaps of the run",
                sealed=f"{records} records, {gaps} gaps",
                found=f"{run.records} records, {run.gaps} gaps",
            )
            found.append(told)
        return found

    def compared(self, describe: Describe) -> tuple[int, int, list[Difference]]:
        """How many assessments were computed again, how many are equal, and the others."""
        sealed = self._evidence.assessments()
        if sealed is None:
            return 0, 0, []
        try:
            again = self._again(sealed, describe(sealed["rules_sha256"]))
            differing = list(_differences(sealed, again))
            done = len(sealed["controls"])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            return 1, 0, [_assessment("all", "assessments", f"{type(error).__name__}: {error}")]
        return done, done - len({one.about for one in differing}), differing

    def _again(
        self, sealed: Mapping[str, Any], described: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        held = {r.slot: r for r in self._runs.values() if r.state.startswith("complete")}
        intervals, counts = folded({slot: _answers(run) for slot, run in held.items()})
        nights = [
            Night(slot=run.slot, state=run.state, run_id=run_id, finished_at=None)
            for run_id, run in self._runs.items()
        ]
        facts = Facts(
            nights=nights,
            counts=counts,
            intervals=intervals,
            gaps=self._gaps,
            records=self._records,
        )
        period = Period(
            first=date.fromisoformat(sealed["period"]["first"]),
            last=date.fromisoformat(sealed["period"]["last"]),
        )
        return assessments(
            load_catalogue(),
            [_collector(one) for one in described],
            facts,
            period,
            sealed["not_applicable"],
            sealed["rules_sha256"],
        )

    def _run(self, run_id: str, slot: str) -> _Run:
        return self._runs.setdefault(run_id, _Run(slot=instant(slot)))

    def _rows(self, digest: str, found: Sequence[Row]) -> Rows:
        """Verdicts equal to the sealed ones are read again when wanted: memory stays bounded."""

        def sealed() -> Sequence[Row]:
            rows: Sequence[Row] = parse(self._evidence.derived(digest))
            return rows

        return sealed if sealed() == found else lambda: found


def _answers(run: _Run) -> Iterator[Answer]:
    for rows in run.verdicts:
        for check, subject, name, status, reason in rows():
            yield Answer(check, subject, name, Status(status), reason)


def _gap(sealed: SealedRecord, gap: Mapping[str, Any]) -> SeenGap:
    return SeenGap(
        slot=sealed.slot,
        collector_id=sealed.collector_id,
        scope=sealed.scope,
        read=gap["read"],
        subject=gap["subject"],
        kind=GapKind(gap["kind"]),
        detail=gap["detail"],
        record_seq=sealed.seq,
    )


def _collector(told: Mapping[str, Any]) -> Collector:
    """A collector as far as an assessment looks at it: who leans on whom, which check is on what.

    What is really asked of Azure stays in the rules.
    """
    return Collector(
        id=told["id"],
        title=told["title"],
        reads={name: _read(read) for name, read in told["reads"].items()},
        checks=tuple(
            Check(
                id=check["id"],
                title=check["title"],
                on=check["on"],
                uses=tuple(check["uses"]),
                controls=tuple(check["controls"]),
                remedy=check["remedy"],
                owner=Owner(check["owner"]),
            )
            for check in told["checks"]
        ),
    )


def _read(told: Mapping[str, Any]) -> Read:
    if told["kind"] in ("Graph", "GraphBatch"):
        return Graph(path="")
    if told["of"] is not None:
        return Arm(path="", api_version="", per="resource", of=told["of"])
    return Arm(path="", api_version="", per="tenant" if told["tenant_wide"] else "subscription")


def _differences(sealed: Mapping[str, Any], again: Mapping[str, Any]) -> Iterator[Difference]:
    was = _by_control(sealed["controls"])
    now = _by_control(again["controls"])
    for control in dict.fromkeys([*was, *now]):
        for name in dict.fromkeys([*was.get(control, {}), *now.get(control, {})]):
            before = was.get(control, {}).get(name)
            after = now.get(control, {}).get(name)
            if before != after:
                yield _assessment(control, f"{name} {before}", f"{name} {after}")


def _by_control(controls: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Facts of each control, its checks one by one."""
    return {
        control["id"]: {
            **{name: value for name, value in control.items() if name not in {"id", "checks"}},
            **{check["id"]: check for check in control["checks"]},
        }
        for control in controls
    }


def _assessment(control: str, sealed: str, found: str) -> Difference:
    return Difference(
        code="assessment_differs",
        object="assessments.json",
        about=f"control {control}",
        sealed=sealed,
        found=found,
    )
