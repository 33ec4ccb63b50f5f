"""Re-performance: every item, verdict and assessment computed again from the raw pages."""

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

from app.errors import NotFoundError, RefusedError, VerificationFailedError
from app.evidence.canonical import sealed_json, sha256
from app.evidence.events.access_events import PackDrawn
from app.evidence.events.fact import Fact
from app.evidence.events.kinds import fact_of
from app.evidence.events.run_events import Rejudged, SlotsReopened
from app.evidence.events.shape import naming
from app.evidence.judged import Judging
from app.evidence.record import EVENT_SCHEMA, RECORD_SCHEMA, sealed_event
from app.evidence.reperformance import (
    Difference,
    Performed,
    Row,
    differences,
    equal_verdicts,
    verdict_differences,
)
from app.evidence.replay import exchanges_of
from app.evidence.run import LIFE, slot_by_slot
from app.services.home.installation import Ports
from app.services.proof.run import verify_run
from app.services.proof.sealed_evidence import (
    COLLECTED,
    SealedEvidence,
    bundle_evidence,
    run_entries,
    run_evidence,
)
from app.services.proof.whole_store import (
    NO_DEMANDS,
    Demands,
    Fault,
    Findings,
    verify_bundle_file,
)
from app.services.reperforming.reassess import Reassessment
from app.services.reperforming.rules_process import RulesFailedError
from app.services.reperforming.rules_shelf import RulesShelf
from app.services.reperforming.unasked_scope import cause_of

RULES_MISSING = "rules_missing"
READ: tuple[type[Fact], ...] = (*LIFE, SlotsReopened, Rejudged, PackDrawn)
SEALED, CURRENT = "sealed", "current"
"""By which rules."""


@dataclass(kw_only=True, slots=True)
class Tally:
    """How many were computed again, and how many of them came out as sealed."""

    done: int = 0
    equal: int = 0

    def add(self, done: int, equal: int) -> None:
        """Count some."""
        self.done += done
        self.equal += equal


@dataclass(kw_only=True, slots=True)
class Reperformance:
    """What re-performing gave. No differences means: all verdicts follow from the pages."""

    what: str
    rules: str
    """`sealed`, those of the time, or `current`, those given instead: today's."""
    rules_sha256: list[str] = field(default_factory=list)
    records: Tally = field(default_factory=Tally)
    items: Tally = field(default_factory=Tally)
    verdicts: Tally = field(default_factory=Tally)
    assessments: Tally = field(default_factory=Tally)
    tables: Tally = field(default_factory=Tally)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def reperform_bundle(
    bundle: Path,
    root: Path,
    vkey: Path,
    instead: bytes | None = None,
    demands: Demands = NO_DEMANDS,
    time_roots: Sequence[Path] = (),
    at: str | None = None,
) -> Reperformance:
    """Re-perform a bundle that verifies against these anchors and meets the demands.

    `instead` is an archive of other rules than the sealed ones, to see what they would say;
    `time_roots` and `at` are those of `verify_bundle_file`.
    Raises NotFoundError, RefusedError when it holds no rules, VerificationFailedError when it does
    not verify: its rules are then not run.
    """
    if not bundle.is_file():
        raise NotFoundError(f"there is no bundle at {bundle}", code="file_unknown")
    with TemporaryDirectory(prefix="annexa-reperform-") as place:
        copy = Path(place) / "bundle.asice"  # what is verified is what is then read
        shutil.copyfile(bundle, copy)
        found = verify_bundle_file(copy, root, vkey, time_roots, at, demands)
        if not found.faults or found.faults[0].code == RULES_MISSING:
            _need_rules(copy, bundle)
        if found.faults:
            said = _unverified(bundle, found.faults[0], "annexa verify")
            raise VerificationFailedError(said, code="bundle_unverified", faults=_codes(found))
        with bundle_evidence(copy, str(bundle)) as evidence:
            return reperform(evidence, instead)


def reperform_run(ports: Ports, run_id: str, instead: bytes | None = None) -> Reperformance:
    """Re-perform one run of this home; `instead` as with a bundle.

    Raises NotFoundError, VerificationFailedError when the run does not verify: its rules are then
    not run.
    """
    if not run_entries(ports, run_id, COLLECTED):
        raise NotFoundError(f"there is no run {run_id!r}: see `annexa status`", code="run_unknown")
    found = verify_run(ports, run_id)
    if found.faults:
        said = _unverified(found.what, found.faults[0], f"annexa verify --run {run_id}")
        raise VerificationFailedError(said, code="run_unverified", faults=_codes(found))
    return reperform(run_evidence(ports, run_id), instead)


def _unverified(what: object, first: Fault, command: str) -> str:
    """Rules are code: those of what does not verify are not run."""
    return (
        f"{what} does not verify ({first.object}: {first.reason} [{first.code}]), so the rules in "
        f"it are not run; see everything that is wrong with `{command}`"
    )


def _codes(found: Findings) -> list[str]:
    """Of all faults, in the order of the verifier."""
    return [fault.code for fault in found.faults]


def _need_rules(copy: Path, bundle: Path) -> None:
    try:
        with ZipFile(copy) as opened:
            there = any(name.startswith("rules/") for name in opened.namelist())
    except BadZipFile:
        return  # the verification says what is wrong with it
    if not there:
        raise RefusedError(
            f"{bundle} holds no rules, so its verdicts cannot be computed again; ask the "
            "organisation for the complete bundle",
            code="rules_missing",
        )


def reperform(evidence: SealedEvidence, instead: bytes | None = None) -> Reperformance:
    """Every record and assessment of this evidence. Where there is none, nothing is equal."""
    report = Reperformance(what=evidence.what, rules=CURRENT if instead else SEALED)
    reassessment, drawn = Reassessment(evidence), False
    with closing(RulesShelf(evidence, instead)) as shelf:
        for name, data in evidence.entries():
            entry = sealed_json(data)
            if entry["schema"] == RECORD_SCHEMA:
                found = _record(name, entry, evidence, shelf, report)
                reassessment.record(entry, sha256(data), found)
            elif entry["schema"] == EVENT_SCHEMA:
                event = sealed_event(entry)
                with naming(name):
                    fact = fact_of(event, READ)
                if isinstance(fact, Rejudged):
                    _judged_again(name, fact, evidence, shelf, report, reassessment)
                elif isinstance(fact, SlotsReopened):
                    reassessment.reopened(fact)
                elif isinstance(fact, PackDrawn):
                    drawn = True
                elif fact is not None:
                    for one in slot_by_slot(fact):
                        reassessment.event(name, one, event.at)
        report.differences += reassessment.whole_runs()
        told, equal, differing = reassessment.compared(shelf.describe)
        report.assessments.add(told, equal)
        report.notes += reassessment.notes
        report.differences += differing
        if drawn and told and report.rules == SEALED:  # tables stand on the sealed verdicts
            compared = reassessment.tables(shelf.describe)
            odd = {one.object for one in compared.differences}
            report.tables.add(compared.done, compared.done - len(odd))
            report.differences += compared.differences
        report.rules_sha256 = sorted(shelf.used)
    report.differences += _nothing(evidence, report)
    return report


def _nothing(evidence: SealedEvidence, report: Reperformance) -> Iterator[Difference]:
    """What should have been computed again and is not here: nothing found is never equal."""
    expected = [("records", report.records.done)]
    if evidence.of_period:
        expected.append(("assessments", report.assessments.done))
    for what, done in expected:
        if not done:
            yield Difference(
                code=f"{what}_missing",
                object=evidence.what,
                about=what,
                sealed="none is here",
                found="nothing to compute again",
            )


def _record(
    name: str,
    record: Mapping[str, Any],
    evidence: SealedEvidence,
    shelf: RulesShelf,
    report: Reperformance,
) -> Performed | None:
    """One record; None when the rules gave nothing to compare."""
    try:
        sealed: list[Row] = sealed_json(evidence.derived(record["verdicts"]["sha256"]))
        found = _performed(record, evidence, shelf)
        differing = list(differences(name, record, sealed, found))
        items = sum(record["normalised"]["items"].values())
        same = not any(one.code == "items_differ" for one in differing)
        equal = equal_verdicts(sealed, found.verdicts)
    except RulesFailedError as error:
        report.records.add(1, 0)
        report.differences.append(_failed(name, "rules_failed", str(error)))
        return None
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        report.records.add(1, 0)
        said = f"{type(error).__name__}: {error}"
        report.differences.append(_failed(name, "record_malformed", said))
        return None
    report.records.add(1, int(not differing))
    report.items.add(items, items if same else 0)
    report.verdicts.add(len(sealed), equal)
    report.differences += differing
    return found


def _judged_again(
    name: str,
    fact: Rejudged,
    evidence: SealedEvidence,
    shelf: RulesShelf,
    report: Reperformance,
    reassessment: Reassessment,
) -> None:
    """A night that was judged again by later rules, record by record."""
    for one in fact.records:
        sealed: list[Row] = sealed_json(evidence.derived(one.verdicts))
        try:
            found = _by(
                fact.rules,
                one.expectations,
                evidence.entry(one.seq),
                evidence,
                shelf,
            )
        except RulesFailedError as error:
            report.records.add(1, 0)
            report.differences.append(_failed(name, "rules_failed", str(error)))
            continue
        differing = list(verdict_differences(name, sealed, found.verdicts))
        report.records.add(1, int(not differing))
        report.verdicts.add(len(sealed), equal_verdicts(sealed, found.verdicts))
        report.differences += differing
        judging = Judging(rules=fact.rules, verdicts=one.verdicts)
        reassessment.judged_again(fact.run_id, one.seq, judging, found.verdicts)


def _failed(name: str, code: str, said: str) -> Difference:
    return Difference(code=code, object=name, about="the record", sealed="a record", found=said)


def _performed(record: Mapping[str, Any], evidence: SealedEvidence, shelf: RulesShelf) -> Performed:
    rules, expectations = record["collector"]["rules_sha256"], record["expectations"]["sha256"]
    return _by(rules, expectations, record, evidence, shelf)


def _by(
    digest: str,
    expected: str,
    record: Mapping[str, Any],
    evidence: SealedEvidence,
    shelf: RulesShelf,
) -> Performed:
    """What the rules of this digest make of a record, measured against these expectations."""
    rules = shelf.rules(digest)
    exchanges = exchanges_of(record, evidence.raw)
    expectations = sealed_json(evidence.derived(expected))
    found = rules.perform(record, exchanges, expectations, cause_of(record, evidence, rules))
    return Performed(**found)
