"""Assessments computed again from re-performed verdicts, compared with those that were sealed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from app.controls.catalogue import load_catalogue
from app.controls.document import COUNTS_DAYS, assessments
from app.controls.folding import Answer, Formers, folded
from app.controls.ground import Facts
from app.controls.observed import Night, Removal, SealedRecord, SeenGap
from app.controls.period import Period
from app.evidence.canonical import sealed_json
from app.evidence.events.run_events import OfSlot, RunCompleted, SlotsReopened
from app.evidence.judged import (
    FormerAnswer,
    JudgedRecord,
    Judging,
    Key,
    answers,
    former_answers,
)
from app.evidence.reperformance import Difference, Performed, Row
from app.evidence.run import Run, after, still_told
from app.evidence.sealed_record import gap_of, judged_record, sealed_record, seen_gap
from app.services.proof.sealed_evidence import SealedEvidence
from app.services.reperforming.assessment_differences import (
    assessment_difference,
    assessment_differences,
    count_not_ended,
)
from app.services.reperforming.described_collectors import described_collector
from app.services.reperforming.tables import Compared, compared_tables
from collectors.kit import GapKind, Status

FORMER_ENDINGS = (
    "{more:,} deviations that the sealed assessments took for ended, since their subjects were in "
    "no list any more, are open today: not seen since"
)
Describe = Callable[[str], list[dict[str, Any]]]


@dataclass(kw_only=True, slots=True)
class _Records:
    """What is here of one run."""

    judged: dict[int, JudgedRecord] = field(default_factory=dict)
    """Records by their place in the log."""
    records: int = 0
    gaps: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ended:
    """What a run says at its end."""

    name: str
    """Of the event."""
    fact: RunCompleted


def _period_in(assessments: Mapping[str, Any]) -> Period:
    told = assessments["period"]
    return Period(first=date.fromisoformat(told["first"]), last=date.fromisoformat(told["last"]))


def _assessed_period(evidence: SealedEvidence) -> Period | None:
    """None where no period was assessed, or none can be read: comparing says so."""
    try:
        sealed = evidence.assessments()
        return None if sealed is None else _period_in(sealed)
    except (LookupError, TypeError, ValueError, AttributeError):
        return None


class Reassessment:
    """Takes events and re-performed records one by one, then compares."""

    def __init__(self, evidence: SealedEvidence) -> None:
        self._evidence = evidence
        self._period = _assessed_period(evidence)
        self._runs: dict[datetime, Run] = {}
        """By slot: one has one run."""
        self._of_run: dict[str, _Records] = {}
        self._ended: list[_Ended] = []
        self._records: list[SealedRecord] = []
        self.notes: list[str] = []
        """What whoever compares should know, for people."""
        self._gaps: list[SeenGap] = []
        self._removals: list[Removal] = []
        self._found: dict[str, Sequence[Row]] = {}
        """What was re-performed where it differs from what was sealed, by the sealed digest."""

    def event(self, name: str, fact: OfSlot, at: datetime) -> None:
        """What became of a night.

        A bundle tells of nights after its period too, for its chain: they were not assessed.
        """
        if self._period is not None and not self._period.holds(fact.slot):
            return
        run = after(self._runs.get(fact.slot), fact, at)
        if run is not None:
            self._runs[run.slot] = run
        if isinstance(fact, RunCompleted):
            self._ended.append(_Ended(name=name, fact=fact))

    def reopened(self, fact: SlotsReopened) -> None:
        """Nights were called missed before they were due."""
        self._runs = still_told(self._runs, fact)

    def record(self, entry: Mapping[str, Any], digest: str, found: Performed | None) -> None:
        """A record, with what was made of it; None when nothing could be."""
        own = self._of(entry["run"]["run_id"])
        own.records += 1
        if found is None:
            return
        own.gaps += len(found.gaps)
        sealed = sealed_record(entry["seq"], digest, entry)
        judged = judged_record(sealed, entry)
        self._keep(judged.sealed, found.verdicts)
        own.judged[sealed.seq] = judged
        self._records.append(replace(sealed, outcome=found.outcome))
        self._gaps += [seen_gap(sealed, gap_of(gap)) for gap in found.gaps]
        self._removals += [
            Removal(slot=sealed.slot, subject=one["id"])
            for one in found.missing
            if one["kind"] == GapKind.GONE.value
        ]

    def judged_again(self, run_id: str, seq: int, judging: Judging, found: Sequence[Row]) -> None:
        """A record of a run taken before, judged by later rules, with what was re-performed."""
        judged = self._of(run_id).judged
        self._keep(judging, found)
        if seq in judged:
            judged[seq] = replace(judged[seq], again=judging)

    def whole_runs(self) -> list[Difference]:
        """Completed runs whose records are not all here, or whose gaps are other ones."""
        found = []
        for ended in self._ended:
            said, here = ended.fact, self._of(ended.fact.run_id)
            if (said.records, said.gaps) == (here.records, here.gaps):
                continue
            told = Difference(
                code="run_differs",
                object=ended.name,
                about="records and gaps of the run",
                sealed=f"{said.records} records, {said.gaps} gaps",
                found=f"{here.records} records, {here.gaps} gaps",
            )
            found.append(told)
        return found

    @property
    def nights(self) -> list[Night]:
        """What became of each slot, as the events here tell it, in the order of the log."""
        return [run.night for run in self._runs.values()]

    def compared(self, describe: Describe) -> tuple[int, int, list[Difference]]:
        """How many assessments were computed again, how many are equal, and the others."""
        sealed = self._evidence.assessments()
        if sealed is None:
            return 0, 0, []
        try:
            again = self._again(sealed, describe(sealed["rules_sha256"]))
            more = count_not_ended(sealed, again) if "counts" not in sealed else 0
            differing = list(assessment_differences(sealed, again))
            done = len(sealed["controls"])
        except (LookupError, TypeError, ValueError, AttributeError) as error:
            return (
                1,
                0,
                [assessment_difference("all", "assessments", f"{type(error).__name__}: {error}")],
            )
        if more:
            self.notes.append(FORMER_ENDINGS.format(more=more))
        return done, done - len({one.about for one in differing}), differing

    def tables(self, describe: Describe) -> Compared:
        """The tables of the period, held against those that follow."""
        sealed = self._evidence.assessments()
        if sealed is None:
            return Compared()
        collectors = [described_collector(one) for one in describe(sealed["rules_sha256"])]
        return compared_tables(self._evidence, self._facts(), collectors, _period_in(sealed))

    def _facts(self) -> Facts:
        complete = (run for run in self._runs.values() if run.state.complete)
        held = {run.slot: self._of(run.id) for run in complete}
        answered = {slot: self._answers(own) for slot, own in held.items()}
        intervals, counts = folded(answered, self._formers(held))
        return Facts(
            nights=self.nights,
            counts=counts,
            intervals=intervals,
            gaps=self._gaps,
            records=self._records,
            removals=self._removals,
        )

    def _again(
        self, sealed: Mapping[str, Any], described: Sequence[Mapping[str, Any]]
    ) -> dict[str, Any]:
        return assessments(
            load_catalogue(),
            [described_collector(one) for one in described],
            self._facts(),
            _period_in(sealed),
            sealed["not_applicable"],
            sealed["rules_sha256"],
            sealed.get("counts", COUNTS_DAYS),
        )

    def _of(self, run_id: str) -> _Records:
        return self._of_run.setdefault(run_id, _Records())

    def _keep(self, judging: Judging, found: Sequence[Row]) -> None:
        """Verdicts equal to the sealed ones are read again when wanted: memory stays bounded."""
        if sealed_json(self._evidence.derived(judging.verdicts)) != found:
            self._found[judging.verdicts] = found

    def _rows(self, digest: str) -> Sequence[Row]:
        if digest in self._found:
            return self._found[digest]
        rows: Sequence[Row] = sealed_json(self._evidence.derived(digest))
        return rows

    def _answers(self, own: _Records) -> Iterator[Answer]:
        for check, subject, name, status, reason in answers(own.judged.values(), self._rows):
            yield Answer(check, subject, name, Status(status), reason)

    def _formers(self, held: Mapping[datetime, _Records]) -> Formers:
        before: _Records | None = None

        def formers(slot: datetime) -> Mapping[Key, FormerAnswer]:
            nonlocal before
            earlier, before = before, held[slot]
            known = earlier.judged.values() if earlier else ()
            return former_answers(held[slot].judged.values(), known, self._rows)

        return formers
