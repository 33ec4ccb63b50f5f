"""Whole populations as CSV, to be attached to the pack: what auditors sample from."""

import csv
import io
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from app.controls.assessment import Period, coverage_in, overlaps
from app.controls.observed import Interval, Night, SealedRecord
from app.controls.policy_agreement import PolicyAgreement
from app.packs.azure_policy import DISAGREEMENTS, disagreement_cells
from app.packs.azure_policy import HEAD as HEAD_OF_POLICY
from collectors.kit import Collector, Status

HEAD = ("subject", "name", "status", "reason", "since", "other rules")
OTHER_RULES = "other-rules.csv"


def pack_attachments(
    *,
    collectors: Iterable[Collector],
    intervals: Sequence[Interval],
    records: Sequence[SealedRecord],
    nights: Iterable[Night],
    period: Period,
    agreement: PolicyAgreement | None = None,
) -> dict[str, bytes]:
    """Files of a pack by name: a population for each check, all failed verdicts, all records.

    Where the rules changed, the verdicts that other rules gave otherwise are a file of their own.
    A population is that of the newest night on which the check was asked; a check that was never
    asked has no file.
    """
    in_period = [record for record in records if period.holds(record.slot)]
    coverage = coverage_in(period, nights, in_period)
    last = {
        f"{collector.id}.{check.id}": max(coverage.nights(collector, check), default=None)
        for collector in collectors
        for check in collector.checks
    }
    files = {
        population_file(check_id): population_csv(check_id, intervals, night)
        for check_id, night in last.items()
        if night is not None
    }
    ids = set(last)
    files["deviations.csv"] = deviations_csv(intervals, ids, period)
    if any(one.former for one in intervals):
        files[OTHER_RULES] = other_rules_csv(intervals, ids, period)
    if agreement is not None:
        files[DISAGREEMENTS] = _csv(HEAD_OF_POLICY, disagreement_cells(agreement))
    files["records.csv"] = records_csv(in_period)
    return files


def population_file(check_id: str) -> str:
    """Name of the attachment that holds a check's population."""
    return f"{check_id}.csv"


def population_csv(check_id: str, intervals: Iterable[Interval], night: datetime) -> bytes:
    """Every subject of a check on this night with its answer, by subject."""
    rows = sorted(
        (
            (
                i.subject,
                i.subject_name,
                str(i.status),
                i.reason,
                _moment(i.first_slot),
                _former(i),
            )
            for i in intervals
            if i.check_id == check_id and i.first_slot <= night <= i.last_slot
        ),
    )
    return _csv(HEAD, rows)


def deviations_csv(
    intervals: Iterable[Interval], check_ids: AbstractSet[str], period: Period
) -> bytes:
    """Every failed verdict of these checks in the period, with its first and last night."""
    rows = sorted(
        (
            i.check_id,
            i.subject,
            i.subject_name,
            i.reason,
            _moment(i.first_slot),
            _moment(i.last_slot),
            _former(i),
        )
        for i in intervals
        if i.status is Status.FAIL and i.check_id in check_ids and overlaps(i, period)
    )
    return _csv(("check", "subject", "name", "reason", "first", "last", "other rules"), rows)


def other_rules_csv(
    intervals: Iterable[Interval], check_ids: AbstractSet[str], period: Period
) -> bytes:
    """Every verdict of these checks in the period that other rules gave otherwise."""
    rows = sorted(
        (
            i.check_id,
            i.subject,
            i.subject_name,
            str(i.status),
            i.reason,
            _moment(i.first_slot),
            _moment(i.last_slot),
            str(i.former.status),
            i.former.reason,
            _moment(i.former.since) if i.former.since else "",
        )
        for i in intervals
        if i.former is not None and i.check_id in check_ids and overlaps(i, period)
    )
    head = ("check", "subject", "name", "status", "reason", "first", "last")
    return _csv((*head, "former status", "former reason", "other rules since"), rows)


def _former(interval: Interval) -> str:
    return interval.former.sentence if interval.former else ""


def records_csv(records: Iterable[SealedRecord]) -> bytes:
    """The register of records: each with its place in the log and the digest of its bytes."""
    rows = sorted(
        (
            f"{r.seq:012d}",
            r.record_id,
            _moment(r.slot),
            r.collector_id,
            r.scope,
            r.outcome,
            _moment(r.collected_at),
            str(r.items),
            r.sha256,
        )
        for r in records
    )
    head = ("entry", "record", "night", "collector", "scope", "outcome", "collected", "items")
    return _csv((*head, "sha256"), rows)


def _csv(head: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows([_inert(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8")


def _inert(cell: str) -> str:
    """Spreadsheets run cells that start so: https://owasp.org/www-community/attacks/CSV_Injection."""
    return "'" + cell if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else cell


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
