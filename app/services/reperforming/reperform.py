"""Re-performance: every item, verdict and assessment computed again from the raw pages."""

import shutil
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zipfile import BadZipFile, ZipFile

from app.errors import NotFoundError, RefusedError, VerificationFailedError
from app.evidence.canonical import parse, sha256
from app.evidence.judged import Judging
from app.evidence.record import EVENT_SCHEMA, RECORD_SCHEMA
from app.evidence.rejudged import REJUDGED
from app.evidence.reperformance import (
    Difference,
    Performed,
    Row,
    differences,
    equal_verdicts,
    verdict_differences,
)
from app.evidence.replay import exchanges_of, missing_in
from app.services.home.installation import Ports
from app.services.nights.plan import UNLISTED
from app.services.proof.sealed_evidence import SealedEvidence, bundle_evidence, run_evidence
from app.services.proof.whole_store import verify_bundle_file
from app.services.reperforming.reassess import Reassessment
from app.services.reperforming.rules_process import Rules, RulesFailedError, running
from collectors.kit import GapKind
from collectors.kit.missing.things import proofs_of

INVENTORY, SUBSCRIPTIONS = "inventory.resources", "subscriptions"


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
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def reperform_bundle(
    bundle: Path, root: Path, vkey: Path, instead: bytes | None = None
) -> Reperformance:
    """Re-perform a bundle that verifies against these anchors.

    `instead` is an archive of other rules than the sealed ones, to see what they would say.
    Raises NotFoundError, RefusedError when it holds no rules, VerificationFailedError when it does
    not verify: its rules are then not run.
    """
    if not bundle.is_file():
        raise NotFoundError(f"there is no bundle at {bundle}", code="file_unknown")
    with TemporaryDirectory(prefix="annexa-reperform-") as place:
        copy = Path(place) / "bundle.asice"  # what is verified is what is then read
        shutil.copyfile(bundle, copy)
        _need_rules(copy, bundle)
        found = verify_bundle_file(copy, root, vkey)
        if found.faults:
            first = found.faults[0]
            raise VerificationFailedError(
                f"{bundle} does not verify ({first.object}: {first.reason}), so the rules in it "
                "are not run; see everything that is wrong with `annexa verify`",
                code="bundle_unverified",
            )
        with bundle_evidence(copy, str(bundle)) as evidence:
            return _reperform(evidence, instead)


def reperform_run(ports: Ports, run_id: str, instead: bytes | None = None) -> Reperformance:
    """Re-perform one run of this home; `instead` as with a bundle.

    Raises NotFoundError, VerificationFailedError when an object is not what was sealed.
    """
    evidence = run_evidence(ports, run_id)
    if not any(True for _ in evidence.entries()):
        raise NotFoundError(f"there is no run {run_id!r}: see `annexa status`", code="run_unknown")
    return _reperform(evidence, instead)


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


def _reperform(evidence: SealedEvidence, instead: bytes | None) -> Reperformance:
    report = Reperformance(what=evidence.what, rules="current" if instead else "sealed")
    reassessment = Reassessment(evidence)
    with closing(_Shelf(evidence, instead)) as shelf:
        for name, data in evidence.entries():
            entry = parse(data)
            if entry.get("kind") == REJUDGED:
                _judged_again(name, entry["detail"], evidence, shelf, report, reassessment)
            elif entry["schema"] == EVENT_SCHEMA:
                reassessment.event(name, entry)
            elif entry["schema"] == RECORD_SCHEMA:
                found = _record(name, entry, evidence, shelf, report)
                reassessment.record(entry, sha256(data), found)
        report.differences += reassessment.whole_runs()
        told, equal, differing = reassessment.compared(shelf.describe)
        report.assessments.add(told, equal)
        report.notes += reassessment.notes
        report.differences += differing
        report.rules_sha256 = sorted(shelf.used)
    return report


class _Shelf:
    """Rules by digest, each started when first needed."""

    def __init__(self, evidence: SealedEvidence, instead: bytes | None) -> None:
        self.used: set[str] = set()
        self._evidence = evidence
        self._instead = instead
        self._started: dict[str, tuple[Rules, ExitStack]] = {}

    def close(self) -> None:
        """End every child."""
        for started in self._started.values():
            started[1].close()
        self._started.clear()

    def rules(self, digest: str) -> Rules:
        """The rules of this digest; the others, when those were asked for."""
        digest = sha256(self._instead) if self._instead else digest
        self.used.add(digest)
        known = self._started.get(digest)
        if known is not None and not known[0].ended:
            return known[0]
        if known is not None:
            known[1].close()
        archive = self._instead or self._evidence.rules(digest)
        stack = ExitStack()
        started = stack.enter_context(running(archive))
        self._started[digest] = (started, stack)
        return started

    def describe(self, digest: str) -> list[dict[str, Any]]:
        """Collectors and checks of these rules."""
        return self.rules(digest).describe()


def _record(
    name: str,
    record: Mapping[str, Any],
    evidence: SealedEvidence,
    shelf: _Shelf,
    report: Reperformance,
) -> Performed | None:
    """One record; None when the rules gave nothing to compare."""
    try:
        sealed: list[Row] = parse(evidence.derived(record["verdicts"]["sha256"]))
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
    detail: Mapping[str, Any],
    evidence: SealedEvidence,
    shelf: _Shelf,
    report: Reperformance,
    reassessment: Reassessment,
) -> None:
    """A night that was judged again by later rules, record by record."""
    for one in detail["records"]:
        sealed: list[Row] = parse(evidence.derived(one["verdicts"]))
        try:
            found = _by(
                detail["rules_sha256"],
                one["expectations"],
                evidence.entry(one["seq"]),
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
        judging = Judging(rules=detail["rules_sha256"], verdicts=one["verdicts"])
        reassessment.judged_again(detail["run_id"], one["seq"], judging, found.verdicts)


def _failed(name: str, code: str, said: str) -> Difference:
    return Difference(code=code, object=name, about="the record", sealed="a record", found=said)


def _performed(record: Mapping[str, Any], evidence: SealedEvidence, shelf: _Shelf) -> Performed:
    rules, expectations = record["collector"]["rules_sha256"], record["expectations"]["sha256"]
    return _by(rules, expectations, record, evidence, shelf)


def _by(
    digest: str,
    expected: str,
    record: Mapping[str, Any],
    evidence: SealedEvidence,
    shelf: _Shelf,
) -> Performed:
    """What the rules of this digest make of a record, measured against these expectations."""
    rules = shelf.rules(digest)
    exchanges = exchanges_of(record, evidence.raw)
    expectations = parse(evidence.derived(expected))
    found = rules.perform(record, exchanges, expectations, _cause(record, evidence, rules))
    return Performed(**found)


def _cause(
    record: Mapping[str, Any], evidence: SealedEvidence, rules: Rules
) -> Mapping[str, Any] | None:
    """The gap of a record for which nothing could be asked; None for all others.

    A scope that Azure did not list must be missing from the list whose pages the record names. A
    failure of the collector itself is believed as sealed: it turns verdicts to nothing but unknown.
    """
    what = record["what"]
    if record["completeness"]:
        return None
    sealed: Mapping[str, Any] = what["gaps"][0]
    if not record["source"]:
        return sealed
    listing = {**record, "what": {"collector": INVENTORY, "scope": {"subscription_id": None}}}
    seen = rules.perform(listing, exchanges_of(record, evidence.raw), {})
    items = seen["items"][SUBSCRIPTIONS]
    listed = {str(item["data"].get("subscriptionId") or "").lower() for item in items} - {""}
    hidden: list[Mapping[str, Any]] = [g for g in seen["gaps"] if g["read"] == SUBSCRIPTIONS]
    scope = what["scope"]["subscription_id"]
    if scope != UNLISTED.subscription_id and scope.lower() not in listed:
        _need_proof(record, evidence, sealed)
        return sealed
    if scope == UNLISTED.subscription_id and (hidden or len(listed) < max(1, len(items))):
        return hidden[0] if hidden else sealed
    raise LookupError(f"nothing was asked of {scope}, though Azure's list has no gap there")


def _need_proof(
    record: Mapping[str, Any], evidence: SealedEvidence, cause: Mapping[str, Any]
) -> None:
    """What a record calls removed with its subscription rests on Azure's word for that.

    Raises LookupError without it. Records of commit 55d35cf and before remove nothing.
    """
    if cause["kind"] != GapKind.GONE.value or not missing_in(record):
        return
    home = f"/subscriptions/{record['what']['scope']['subscription_id']}".lower()
    told = proofs_of(exchanges_of(record, evidence.raw)).told.get(home)
    if told is None or told[0] is not GapKind.GONE:
        raise LookupError(f"no answer of Azure in the record says that {home} is gone")
