"""Log Analytics tables: how far back they really reach, and whether logs still arrive.

A query shows neither what is archived nor a table of the plan Basic or Auxiliary, and a table that
is not there it leaves out (isfuzzy). Which tables answered stands in the reason; what the others
are is told by the workspace's own list of tables.
https://learn.microsoft.com/azure/azure-monitor/logs/data-platform-logs#table-plans
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from collectors.kit import Check, Collector, Expectations, Item, Logs, Owner, as_far_as_seen
from collectors.kit.beside import NotSeenError
from collectors.kit.catalogue.lists import TABLES_OF_WORKSPACES, WORKSPACES
from collectors.kit.logging.log_retention import RetentionError, interactive_days, total_days
from collectors.kit.settings import quoted
from collectors.kit.values.instants import day, instant
from collectors.kit.verdicts import Verdict, failed, passed, unknown

LOOKS_BACK = timedelta(days=730)
TABLES = ("AuditLogs", "AzureActivity", "SigninLogs")
AHEAD = timedelta(days=1)
"""A run that was interrupted may ask this long after the instant it speaks for."""
NO_RECORDS = "holds no sign-in, audit or activity record"
QUERIED = "Analytics"
"""The plan whose tables a query can see."""


def reaches_back(workspace: Item, expectations: Expectations) -> Verdict:
    """The retention is real: records of that age are there, where a query can see them."""
    wanted = timedelta(days=expectations["log_retention_days"])
    since = expectations.as_of - wanted
    oldest = _times(workspace, "oldest")
    if not oldest:
        return _out_of_sight(workspace, wanted) or failed(NO_RECORDS)
    begun = sorted((at, name) for name, at in oldest.items() if at is not None)
    if len(begun) < len(oldest):
        return unknown("Azure returned no time of the oldest record")
    if wanted > LOOKS_BACK:
        return unknown(f"the query looks back {LOOKS_BACK.days} days, not {wanted.days}")
    if begun[0][0] < expectations.as_of - LOOKS_BACK - AHEAD:
        return unknown(f"{begun[0][1]} begins on {day(begun[0][0])}, before what was asked for")
    late = [(at, name) for at, name in begun if at > since]
    if late:
        return _late(workspace, late, wanted, expectations)
    return _absent(workspace, oldest) or passed(
        f"reaching back to {day(since)} or further: {', '.join(sorted(oldest))}"
    )


def recent(workspace: Item, expectations: Expectations) -> Verdict:
    """Logs still arrive."""
    hours = expectations["log_freshness_hours"]
    newest = _times(workspace, "newest")
    if not newest:
        plans = [plan for name in TABLES if (plan := _other_plan(workspace, name))]
        if plans:
            return unknown(plans[0])
        # Where the tables were not seen, one of them may be on such a plan.
        workspace.near("tables").all()
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
    return _absent(workspace, newest) or passed(
        f"records came in the last {hours} h: {', '.join(sorted(newest))}"
    )


def _late(
    workspace: Item,
    late: list[tuple[datetime, str]],
    wanted: timedelta,
    expectations: Expectations,
) -> Verdict:
    """Tables that begin too late: those whose older records are archived show nothing."""
    archived = ""
    for at, name in reversed(late):
        why = _archived(workspace, name, wanted)
        if why is None:
            return _short(workspace, name, day(at), wanted, expectations)
        archived = why
    return unknown(archived)


def _short(
    workspace: Item, table: str, first: str, wanted: timedelta, expectations: Expectations
) -> Verdict:
    """A young workspace cannot hold older records, so it shows nothing either way."""
    made = instant(workspace.parent["properties.createdDate"]) if workspace.parent else None
    if made is None or made.year == 1:  # year 1 is how some services write "never"
        return unknown(f"{table} begins on {first} and Azure returned no createdDate to compare")
    if made > expectations.as_of - wanted:
        return unknown(f"the workspace is younger than the retention, made on {day(made)}")
    return failed(f"{table} begins on {first}, {wanted.days} days back are expected")


def _archived(workspace: Item, name: str, wanted: timedelta) -> str | None:
    """Why a query cannot see all that the table keeps; None where it can.

    Raises NotSeenError where the list of tables was not seen.
    """
    table = _table(workspace, name)
    if table is None:
        return None
    try:
        seen, kept = interactive_days(table), total_days(table)
    except RetentionError:
        return f"{name} is short, and Azure did not say how much of it is archived"
    if seen < wanted.days <= kept:
        return f"{name} keeps {kept} days, of which a query sees {seen}: the rest is archived"
    return None


def _out_of_sight(workspace: Item, wanted: timedelta) -> Verdict | None:
    """Nothing was found: tables may hold records where a query cannot see them."""
    for name in TABLES:
        why = _archived(workspace, name, wanted) or _other_plan(workspace, name)
        if why is not None:
            return unknown(why)
    return None


def _table(workspace: Item, name: str) -> Item | None:
    tables = workspace.near("tables").all()
    return next((one for one in tables if one.name.lower() == name.lower()), None)


def _other_plan(workspace: Item, name: str) -> str | None:
    """Why a query cannot see the table, by its plan; None where the plan is none of those seen."""
    tables = workspace.near("tables").seen
    plans = [one["properties.plan"] for one in tables if one.name.lower() == name.lower()]
    if not plans or plans[0] in (None, QUERIED):
        return None
    return f"{name} is on the plan {quoted(plans[0])}, whose records a query cannot see"


def _absent(workspace: Item, found: Collection[str]) -> Verdict | None:
    """A table without any record may have its records elsewhere: it shows nothing."""
    absent = [name for name in TABLES if name not in found]
    if not absent:
        return None
    for name in absent:
        if (plan := _other_plan(workspace, name)) is not None:
            return unknown(plan)
    near = workspace.near("tables")
    listed = {one.name.lower() for one in near.seen}
    if near.gap is None and (missing := [one for one in absent if one.lower() not in listed]):
        return unknown(
            f"this workspace has no table {', '.join(missing)}: it may be kept elsewhere"
        )
    return unknown(f"no record of {', '.join(absent)} here: it cannot be said whether any is kept")


def _times(workspace: Item, column: str) -> dict[str, datetime | None]:
    """Times of a column by table. Raises NotSeenError where the answer cannot be read."""
    found: dict[str, datetime | None] = {}
    for row in workspace["rows"]:
        table = row.get("TableName")
        if not isinstance(table, str) or not table:
            raise NotSeenError("the answer to the query has a row that names no table")
        if column not in row:
            raise NotSeenError(f"the answer to the query has no column {column}")
        if table in found:
            raise NotSeenError(f"the answer to the query names {table} twice")
        found[table] = instant(row[column])
    return found


COLLECTOR = Collector(
    id="logging.activity",
    title="What the logs hold",
    owner=Owner.SECURITY,
    reads={
        "workspaces": WORKSPACES,
        "tables": TABLES_OF_WORKSPACES,
        "activity": Logs(
            kql=(
                "union isfuzzy=true withsource=TableName AzureActivity, AuditLogs, SigninLogs"
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
            beside=("tables",),
            judge=as_far_as_seen(reaches_back),
            controls=("A.8.15", "A.5.33"),
            expectation="log_retention_days",
            remedy=(
                "az monitor log-analytics workspace table update --resource-group <group>"
                " --workspace-name <workspace> --name <table> --retention-time 365"
                " (what is archived is read by a search job)"
            ),
        ),
        Check(
            id="recent",
            title="Logs still arrive",
            on="activity",
            beside=("tables",),
            judge=as_far_as_seen(recent),
            controls=("A.8.15", "A.8.16"),
            expectation="log_freshness_hours",
            remedy=(
                "az monitor diagnostic-settings list --resource <id>"
                " and Entra admin center > Monitoring > Diagnostic settings"
            ),
        ),
    ),
)
