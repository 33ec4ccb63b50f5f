"""Assessments computed again from re-performed verdicts, compared with those that were sealed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, Literal

from app.controls.catalogue import load_catalogue
from app.controls.document import COUNTS_DAYS, assessments
from app.controls.folding import Answer, Formers, folded
from app.controls.ground import Facts
from app.controls.observed import Night, Removal, SealedRecord, SeenGap
from app.controls.period import Period
from app.evidence.canonical import parse
from app.evidence.judged import (
    FormerAnswer,
    JudgedRecord,
    Judging,
    Key,
    answers,
    former_answers,
)
from app.evidence.record import instant
from app.evidence.reperformance import Difference, Performed, Row
from app.services.index.catch_up import sealed_record
from app.services.proof.sealed_evidence import SealedEvidence
from collectors.kit import (
    Arm,
    Check,
    Collector,
    GapKind,
    Graph,
    GraphBatch,
    Owner,
    Read,
    Status,
)

STATES = {"run_started": "running", "run_failed": "failed", "slot_missed": "missed"}
FORMER_ENDINGS = (
    "{more:,} deviations that the sealed assessments took for ended, since their subjects were in "
    "no list any more, are open today: not seen since"
)
Describe = Callable[[str], list[dict[str, Any]]]


@dataclass(kw_only=True, slots=True)
class _Run:
    """One run as its events and records tell."""

    slot: datetime
    state: str = "running"
    completed: tuple[str, int, int] | None = None
    """Name of the event that ended it, and the records and gaps it counts."""
    judged: dict[int, JudgedRecord] = field(default_factory=dict)
    """Records by their place in the log."""
    records: int = 0
    gaps: int = 0
    trigger: str = "scheduled"


class Reassessment:
    """Takes events and re-performed records one by one, then compares."""

    def __init__(self, evidence: SealedEvidence) -> None:
        self._evidence = evidence
        self._runs: dict[str, _Run] = {}
        self._records: list[SealedRecord] = []
        self.notes: list[str] = []
        """What whoever compares should know, for people."""
        self._gaps: list[SeenGap] = []
        self._removals: list[Removal] = []
        self._found: dict[str, Sequence[Row]] = {}
        """What was re-performed where it differs from what was sealed, by the sealed digest."""

    def event(self, name: str, entry: Mapping[str, Any]) -> None:
        """What became of a night."""
        detail, kind = entry["detail"], entry["kind"]
        run = self._run(detail.get("run_id") or detail["slot"], detail["slot"])
        run.trigger = detail.get("trigger", run.trigger)
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
            return
        run.gaps += len(found.gaps)
        sealed = sealed_record(entry["seq"], digest, entry)
        judging = Judging(
            rules=entry["collector"]["rules_sha256"], verdicts=entry["verdicts"]["sha256"]
        )
        self._keep(judging, found.verdicts)
        run.judged[sealed.seq] = JudgedRecord(
            seq=sealed.seq,
            collector_id=sealed.collector_id,
            scope=sealed.scope,
            sealed=judging,
        )
        self._records.append(replace(sealed, outcome=found.outcome))
        self._gaps += [_gap(sealed, gap) for gap in found.gaps]
        self._removals += [
            Removal(slot=sealed.slot, subject=one["id"])
            for one in found.missing
            if one["kind"] == GapKind.GONE.value
        ]

    def judged_again(self, run_id: str, seq: int, judging: Judging, found: Sequence[Row]) -> None:
        """A record of a run taken before, judged by later rules, with what was re-performed."""
        run = self._runs[run_id]
        self._keep(judging, found)
        if seq in run.judged:
            run.judged[seq] = replace(run.judged[seq], again=judging)

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
            more = _not_ended(sealed, again) if "counts" not in sealed else 0
            differing = list(_differences(sealed, again))
            done = len(sealed["controls"])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            return 1, 0, [_assessment("all", "assessments", f"{type(error).__name__}: {error}")]
        if more:
            self.notes.append(FORMER_ENDINGS.format(more=more))
        return done, done - len({one.about for one in differing}), differing

    def _again(
        self, sealed: Mapping[str, Any], described: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        held = {r.slot: r for r in self._runs.values() if r.state.startswith("complete")}
        answered = {slot: self._answers(run) for slot, run in held.items()}
        intervals, counts = folded(answered, self._formers(held))
        nights = [
            Night(
                slot=run.slot,
                state=run.state,
                run_id=run_id,
                finished_at=None,
                trigger=run.trigger,
            )
            for run_id, run in self._runs.items()
        ]
        facts = Facts(
            nights=nights,
            counts=counts,
            intervals=intervals,
            gaps=self._gaps,
            records=self._records,
            removals=self._removals,
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
            sealed.get("counts", COUNTS_DAYS),
        )

    def _run(self, run_id: str, slot: str) -> _Run:
        return self._runs.setdefault(run_id, _Run(slot=instant(slot)))

    def _keep(self, judging: Judging, found: Sequence[Row]) -> None:
        """Verdicts equal to the sealed ones are read again when wanted: memory stays bounded."""
        if parse(self._evidence.derived(judging.verdicts)) != found:
            self._found[judging.verdicts] = found

    def _rows(self, digest: str) -> Sequence[Row]:
        if digest in self._found:
            return self._found[digest]
        rows: Sequence[Row] = parse(self._evidence.derived(digest))
        return rows

    def _answers(self, run: _Run) -> Iterator[Answer]:
        for check, subject, name, status, reason in answers(run.judged.values(), self._rows):
            yield Answer(check, subject, name, Status(status), reason)

    def _formers(self, held: Mapping[datetime, _Run]) -> Formers:
        before: _Run | None = None

        def formers(slot: datetime) -> Mapping[Key, FormerAnswer]:
            nonlocal before
            earlier, before = before, held[slot]
            known = earlier.judged.values() if earlier else ()
            return former_answers(held[slot].judged.values(), known, self._rows)

        return formers


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
                beside=tuple(check["beside"]),
                controls=tuple(check["controls"]),
                remedy=check["remedy"],
                owner=Owner(check["owner"]),
            )
            for check in told["checks"]
        ),
    )


def _read(told: Mapping[str, Any]) -> Read:
    if told["kind"] == "GraphBatch":
        return GraphBatch(of=tuple(told["leans_on"]), ids=lambda _: ())
    if told["kind"] == "Graph":
        return Graph(path="")
    if told["of"] is not None:
        per: Literal["management_group", "resource"] = (
            "management_group" if told["tenant_wide"] else "resource"
        )
        return Arm(path="", api_version="", per=per, of=told["of"])
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


def _not_ended(sealed: Mapping[str, Any], again: Mapping[str, Any]) -> int:
    """How many deviations an assessment of commit 55d35cf or before took for ended unproved.

    Those believed that what is in no list is gone. Today it is open and not seen since; the sealed
    number stands where it is smaller only for that.
    """
    now = {control["id"]: control for control in again["controls"]}
    more = 0
    for control in sealed["controls"]:
        other = now.get(control["id"], control)
        if other["open_deviations"] > control["open_deviations"]:
            more += other["open_deviations"] - control["open_deviations"]
            other["open_deviations"] = control["open_deviations"]
    return more


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
