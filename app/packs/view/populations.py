"""Whole populations as tables, to be attached to the pack: what auditors sample from."""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime

from app.controls.azure_policy.agreement import PolicyAgreement
from app.controls.ground import coverage_in
from app.controls.nights import History
from app.controls.observed import Interval, Night, SealedRecord
from app.controls.period import Period, overlaps
from app.packs.tables.table import Table, as_csv, table
from app.packs.tables.workbook import as_xlsx
from app.packs.view.azure_policy import DISAGREEMENTS, disagreement_cells
from app.packs.view.azure_policy import HEAD as HEAD_OF_POLICY
from collectors.kit import Collector, Status

CSV, XLSX = ".csv", ".xlsx"
OTHER_RULES = "other-rules.csv"
DEVIATIONS, RECORDS = "deviations.csv", "records.csv"


def pack_attachments(
    *,
    collectors: Iterable[Collector],
    intervals: Sequence[Interval],
    records: Sequence[SealedRecord],
    nights: Sequence[Night],
    period: Period,
    history: History,
    agreement: PolicyAgreement | None = None,
) -> dict[str, bytes]:
    """Files of a pack by name: each table as CSV, and beside it as XLSX with the same rows."""
    tables = pack_tables(
        collectors=collectors,
        intervals=intervals,
        records=records,
        nights=nights,
        period=period,
        history=history,
        agreement=agreement,
    )
    files = {name: as_csv(made) for name, made in tables.items()}
    return files | {workbook_file(name): as_xlsx(made) for name, made in tables.items()}


def workbook_file(name: str) -> str:
    """Name of the XLSX beside a CSV."""
    return name.removesuffix(CSV) + XLSX


def pack_tables(
    *,
    collectors: Iterable[Collector],
    intervals: Sequence[Interval],
    records: Sequence[SealedRecord],
    nights: Iterable[Night],
    period: Period,
    history: History,
    agreement: PolicyAgreement | None = None,
) -> Mapping[str, Table]:
    """By the name of its CSV: a population for each check, all failed verdicts, all records.

    Where the rules changed, the verdicts that other rules gave otherwise are a file of their own.
    A population is that of the newest night on which the check was asked; a check that was never
    asked has no file.
    """
    in_period = [record for record in records if period.holds(record.slot)]
    coverage = coverage_in(period, nights, in_period)
    titles: dict[str, str] = {}
    tables: dict[str, Table] = {}
    for collector in collectors:
        for check in collector.checks:
            check_id = f"{collector.id}.{check.id}"
            titles[check_id] = check.title
            night = max(coverage.nights(collector, check), default=None)
            if night is not None:
                name = population_file(check_id)
                tables[name] = population(check_id, check.title, intervals, night, history)
    ids = set(titles)
    tables[DEVIATIONS] = deviations(intervals, ids, period, history)
    if any(one.former for one in intervals):
        tables[OTHER_RULES] = other_rules(intervals, ids, period)
    if agreement is not None:
        tables[DISAGREEMENTS] = table(
            "Azure Policy says otherwise", HEAD_OF_POLICY, disagreement_cells(agreement)
        )
    tables[RECORDS] = record_register(in_period)
    return tables


def population_file(check_id: str) -> str:
    """Name of the attachment that holds a check's population."""
    return f"{check_id}{CSV}"


def population(
    check_id: str, title: str, intervals: Iterable[Interval], night: datetime, history: History
) -> Table:
    """Every subject of a check on this night with its answer, and since when it is that."""
    head = ("subject", "name", "status", "reason", "since is", "since")
    rows = (
        (
            i.subject,
            i.subject_name,
            str(i.status),
            i.reason,
            history.since_is(check_id, i.first_slot),
            _moment(i.first_slot),
            str(len(history.not_collected(i.first_slot, night))),
            _former(i),
        )
        for i in intervals
        if i.check_id == check_id and i.first_slot <= night <= i.last_slot
    )
    return table(title, (*head, "slots not collected", "other rules"), rows)


def deviations(
    intervals: Iterable[Interval], check_ids: AbstractSet[str], period: Period, history: History
) -> Table:
    """Every failed verdict of these checks in the period, with its first and last night."""
    head = ("check", "subject", "name", "reason", "first is", "first", "last")
    rows = (
        (
            i.check_id,
            i.subject,
            i.subject_name,
            i.reason,
            history.since_is(i.check_id, i.first_slot),
            _moment(i.first_slot),
            _moment(i.last_slot),
            str(len(history.not_collected(i.first_slot, i.last_slot))),
            _former(i),
        )
        for i in intervals
        if i.status is Status.FAIL and i.check_id in check_ids and overlaps(i, period)
    )
    return table("Deviations", (*head, "slots not collected", "other rules"), rows)


def other_rules(
    intervals: Iterable[Interval], check_ids: AbstractSet[str], period: Period
) -> Table:
    """Every verdict of these checks in the period that other rules gave otherwise."""
    rows = (
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
    return table(
        "Other rules", (*head, "former status", "former reason", "other rules since"), rows
    )


def _former(interval: Interval) -> str:
    return interval.former.sentence if interval.former else ""


def record_register(records: Iterable[SealedRecord]) -> Table:
    """The register of records: each with its place in the log and the digest of its bytes."""
    rows = (
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
    return table("Records", (*head, "sha256"), rows)


def _moment(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
