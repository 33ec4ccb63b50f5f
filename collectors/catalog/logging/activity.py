"""Log Analytics tables: how far back they really reach, and whether logs still arrive."""

from collections.abc import Collection
from datetime import datetime, timedelta

from collectors.kit import (
    Check,
    Collector,
    Expectations,
    Item,
    Logs,
    Owner,
    ResourceGraph,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.instants import day, instant

LOOKS_BACK = timedelta(days=730)
TABLES = ("AuditLogs", "AzureActivity", "SigninLogs")
AHEAD = timedelta(days=1)
"""A run that was interrupted may ask this long after the instant it speaks for."""
NO_RECORDS = "holds no sign-in, audit or activity record"


def reaches_back(workspace: Item, expectations: Expectations) -> Verdict:
    """The retention is real: records of that age are there."""
    wanted = timedelta(days=expectations["log_retention_days"])
    since = expectations.as_of - wanted
    oldest = _times(workspace, "oldest")
    if not oldest:
        return failed(NO_RECORDS)
    if None in oldest.values():
        return unknown("Azure returned no time of the oldest record")
    if wanted > LOOKS_BACK:
        return unknown(f"the query looks back {LOOKS_BACK.days} days, not {wanted.days}")
    short = sorted((at, name) for name, at in oldest.items() if at is not None and at > since)
    if short:
        return _short(workspace, short[-1][1], day(short[-1][0]), wanted, expectations)
    return _absent(oldest) or passed(
        f"reaching back to {day(since)} or further: {', '.join(sorted(oldest))}"
    )


def recent(workspace: Item, expectations: Expectations) -> Verdict:
    """Logs still arrive."""
    hours = expectations["log_freshness_hours"]
    newest = _times(workspace, "newest")
    if not newest:
        return failed(NO_RECORDS)
    since = expectations.as_of - timedelta(hours=hours)
    late = sorted((at, name) for name, at in newest.items() if at is not None and at < since)
    if late:
        return failed(f"nothing arrived in {late[0][1]} since {day(late[0][0])}, over {hours} h")
    if None in newest.values():
        return unknown("Azure returned no time of the newest record")
    latest = max((at, name) for name, at in newest.items() if at is not None)
    if latest[0] > expectations.as_of + AHEAD:
        return unknown(f"{latest[1]} holds a record of {day(latest[0])}, which is yet to come")
    return _absent(newest) or passed(
        f"records came in the last {hours} h: {', '.join(sorted(newest))}"
    )


def _short(
    workspace: Item, table: str, first: str, wanted: timedelta, expectations: Expectations
) -> Verdict:
    """A young workspace cannot hold older records, so it shows nothing either way."""
    made = instant(workspace.parent["properties.createdDate"]) if workspace.parent else None
    if made is None:
        return unknown(f"{table} begins on {first} and Azure returned no createdDate to compare")
    if made > expectations.as_of - wanted:
        return unknown(f"the workspace is younger than the retention, made on {day(made)}")
    return failed(f"{table} begins on {first}, {wanted.days} days back are expected")


def _absent(found: Collection[str]) -> Verdict | None:
    """A table without any record may have its records elsewhere: it shows nothing."""
    absent = [name for name in TABLES if name not in found]
    if not absent:
        return None
    return unknown(f"no record of {', '.join(absent)} here: it cannot be said whether any is kept")


def _times(workspace: Item, column: str) -> dict[str, datetime | None]:
    """Times of a column by table. Raises ValueError when a table has two rows."""
    rows = workspace["rows"]
    found = {row["TableName"]: instant(row[column]) for row in rows}
    if len(found) != len(rows):
        raise ValueError("a table stands twice in the answer")
    return found


COLLECTOR = Collector(
    id="logging.activity",
    title="What the logs hold",
    reads={
        "workspaces": ResourceGraph(
            table="resources",
            types=("microsoft.operationalinsights/workspaces",),
            needs=("Microsoft.OperationalInsights/workspaces/read",),
        ),
        "activity": Logs(
            kql=(
                "union withsource=TableName AzureActivity, AuditLogs, SigninLogs"
                " | summarize oldest=min(TimeGenerated), newest=max(TimeGenerated),"
                " records=count() by TableName"
            ),
            timespan=LOOKS_BACK,
            of="workspaces",
            needs=(
                "Microsoft.OperationalInsights/workspaces/query/read",
                "Microsoft.OperationalInsights/workspaces/query/AzureActivity/read",
                "Microsoft.OperationalInsights/workspaces/query/AuditLogs/read",
                "Microsoft.OperationalInsights/workspaces/query/SigninLogs/read",
            ),
        ),
    },
    checks=(
        Check(
            id="reaches_back",
            title="Logs really reach back as far as they should",
            on="activity",
            judge=reaches_back,
            controls=("A.8.15", "A.5.33"),
            expectation="log_retention_days",
            remedy=(
                "az monitor log-analytics workspace table update --resource-group <group>"
                " --workspace-name <workspace> --name <table> --total-retention-time 365"
            ),
            owner=Owner.SECURITY,
        ),
        Check(
            id="recent",
            title="Logs still arrive",
            on="activity",
            judge=recent,
            controls=("A.8.15", "A.8.16"),
            expectation="log_freshness_hours",
            remedy=(
                "az monitor diagnostic-settings list --resource <id>"
                " and Entra admin center > Monitoring > Diagnostic settings"
            ),
            owner=Owner.SECURITY,
        ),
    ),
)
