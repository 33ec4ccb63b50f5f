"""Log Analytics workspaces: retention, tables, and what their tables really hold.

Shaped by what `az monitor log-analytics` recorded: at 2023-09-01 dates are ISO with seven digits,
older workspaces have RFC 1123 dates and `pergb2018`; `…AsDefault` are booleans, and -1 is how a
table says that it keeps as much as the next above it (documented, not recorded).
"""

from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from simulator.tenant.estate.dates import ticks
from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment, Resource
from simulator.tenant.logging.tables import (
    LONG,
    QUERIED_TABLES,
    SHORT,
    Held,
    judged_names,
    names_of,
    table_row,
    tables_of,
)

WORKSPACES = "Microsoft.OperationalInsights/workspaces"
RETENTION = "logging.workspace_retention.workspace_retention"
TABLE = "logging.workspace_retention.table_retention"
REACHES, RECENT = "logging.activity.reaches_back", "logging.activity.recent"


@dataclass(frozen=True, kw_only=True, slots=True)
class Course:
    """What becomes of the workspaces, by id."""

    short: set[str]
    """Those that keep too little by default."""
    shallow: set[str]
    """Those of which one log does not reach back."""
    stale: set[str]
    """Those of which one log stopped."""
    young: str | None
    partial: str | None
    """Has two of the three logs only."""
    archived: str | None
    """Keeps one log long, and most of it where a query cannot see it."""


def generate(estate: Estate) -> Fragment:
    """Every workspace with its tables, and the logs behind it."""
    ledger = Ledger(estate.dice)
    course = _course(ledger, [one.id for one in estate.of(WORKSPACES)])
    rows: list[dict[str, Any]] = []
    arm: dict[str, Any] = {}
    logs: dict[str, Any] = {}
    tables = {one.id: _held(estate, one, course) for one in estate.of(WORKSPACES)}
    failing = _decide_tables(estate, ledger, course, tables)
    for one in estate.of(WORKSPACES):
        days = workspace_days(estate, one, short=one.id in course.short)
        rows.append(_workspace(estate, one, days, young=one.id == course.young))
        made = tables_of(estate, one, tables[one.id], days, failing)
        arm[f"{one.id}/tables".lower()] = [table_row(one, each) for each in made]
        logs[customer_id(estate, one)] = {each.name: each.span for each in made}
    return Fragment(rows=tuple(rows), arm=arm, logs=logs, truth=ledger.truth)


def customer_id(estate: Estate, workspace: Resource) -> str:
    """The id that queries name the workspace by."""
    return estate.dice.guid("customer", workspace.id)


def workspace_days(estate: Estate, one: Resource, *, short: bool) -> int:
    """What its tables keep unless they say otherwise."""
    return estate.dice.pick(SHORT if short else LONG, "retention", one.id)


def _course(ledger: Ledger, ids: list[str]) -> Course:
    """Of three or more the last is young, of four the first partial, of five the next archived."""
    young = ids[-1] if len(ids) > 2 else None
    partial = ids[0] if len(ids) > 3 else None
    archived = ids[1] if len(ids) > 4 else None
    whole = [one for one in ids if one != partial]
    short = ledger.decide(RETENTION, ids)
    stale = ledger.decide(RECENT, whole)
    shallow = ledger.decide(REACHES, [one for one in whole if one not in (young, archived)])
    for one in (young, partial, archived):
        if one is not None:
            ledger.expect(REACHES, one, "unknown")
    if partial is not None:
        ledger.expect(RECENT, partial, "unknown")
    return Course(
        short=short, shallow=shallow, stale=stale, young=young, partial=partial, archived=archived
    )


def _held(estate: Estate, one: Resource, course: Course) -> Held:
    return Held(
        deep=one.id not in course.shallow,
        fresh=one.id not in course.stale,
        young=one.id == course.young,
        archived=one.id == course.archived,
        faulty=estate.dice.pick(QUERIED_TABLES, "faulty", one.id),
        absent=estate.dice.pick(QUERIED_TABLES, "absent", one.id)
        if one.id == course.partial
        else None,
        unlisted=estate.dice.share("unlisted", one.id) < 0.5,
    )


def _decide_tables(
    estate: Estate, ledger: Ledger, course: Course, tables: dict[str, Held]
) -> set[str]:
    """Who fails on retention: a log that reaches back is kept long, whatever is drawn."""
    drawn: list[str] = []
    failing: set[str] = set()
    for one in estate.of(WORKSPACES):
        held = tables[one.id]
        for name in judged_names(estate, one, held):
            table = table_row_id(one, name)
            if name not in QUERIED_TABLES:
                drawn.append(table)
            elif name == held.faulty and _forgets(estate, one, course):
                ledger.expect(TABLE, table, "fail")
                failing.add(table)
            else:
                ledger.expect(TABLE, table, "pass")
    return failing | ledger.decide(TABLE, drawn)


def _forgets(estate: Estate, one: Resource, course: Course) -> bool:
    """Is the log short because it is kept too short, and not because it began late?"""
    return one.id in course.shallow and estate.dice.share("forgets", one.id) < 0.5


def table_row_id(one: Resource, name: str) -> str:
    """The tables API writes `resourcegroups` in lower case."""
    return f"{one.id.replace('/resourceGroups/', '/resourcegroups/')}/tables/{name}"


def _workspace(estate: Estate, one: Resource, days: int, *, young: bool) -> dict[str, Any]:
    made = estate.dates.young(40) if young else estate.dates.past(1000)
    older = estate.dice.share("older", one.id) < 0.3
    created = format_datetime(made, usegmt=True) if older else ticks(made)
    features: dict[str, Any] = {
        "legacy": 0,
        "searchVersion": 1,
        "enableLogAccessUsingOnlyResourcePermissions": True,
    }
    if days == min(SHORT):
        features["immediatePurgeDataOn30Days"] = True
    elif estate.dice.share("purge", one.id) < 0.3:
        features["immediatePurgeDataOn30Days"] = False
    properties = {
        "customerId": customer_id(estate, one),
        "provisioningState": "Succeeded",
        "sku": {"name": "pergb2018" if older else "PerGB2018", "lastSkuUpdate": created},
        "retentionInDays": days,
        "features": features,
        "workspaceCapping": {
            "dailyQuotaGb": -1.0,
            "quotaNextResetTime": ticks(estate.dates.past(0)),
            "dataIngestionStatus": "RespectQuota",
        },
        "publicNetworkAccessForIngestion": "Enabled",
        "publicNetworkAccessForQuery": "Enabled",
        "createdDate": created,
        "modifiedDate": created,
    }
    return estate.row(one, {"properties": properties})


__all__ = ["customer_id", "generate", "names_of", "workspace_days"]
