"""Log Analytics workspaces: retention, tables, and what their tables really hold."""

from datetime import timedelta
from typing import Any

from simulator.tenant.dates import ticks
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource
from simulator.tenant.model import TableSpan

JUDGED_TABLES = (
    "AuditLogs",
    "SigninLogs",
    "AzureActivity",
    "AzureDiagnostics",
    "SecurityEvent",
    "StorageBlobLogs",
    "AppRequests",
)
OTHER_TABLES = ("Heartbeat", "Usage")
QUERIED_TABLES = ("AzureActivity", "AuditLogs", "SigninLogs")
SHORT = (30, 90, 180)
LONG = (365, 400, 730)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def generate(estate: Estate) -> Fragment:
    """Every workspace with its tables, and the logs behind it."""
    ledger = Ledger(estate.dice)
    workspaces = estate.of("workspace")
    ids = [one.id for one in workspaces]
    short = ledger.decide("logging.workspace_retention.workspace_retention", ids)
    young, partial = _young(workspaces), _partial(workspaces)
    whole = [one for one in ids if one != partial]
    stale = ledger.decide("logging.activity.recent", whole)
    shallow = ledger.decide("logging.activity.reaches_back", [one for one in whole if one != young])
    if young:
        ledger.expect("logging.activity.reaches_back", young, "unknown")
    if partial:
        ledger.expect("logging.activity.reaches_back", partial, "unknown")
        ledger.expect("logging.activity.recent", partial, "unknown")
    rows, logs = [], {}
    for one in workspaces:
        days = estate.dice.pick(SHORT if one.id in short else LONG, "retention", one.id)
        rows.append(_workspace(estate, one, days, young=one.id == young))
        logs[customer_id(estate, one)] = _spans(
            estate,
            one,
            deep=one.id not in shallow,
            young=one.id == young,
            fresh=one.id not in stale,
        )
        if one.id == partial:
            absent = estate.dice.pick(QUERIED_TABLES, "absent", one.id)
            del logs[customer_id(estate, one)][absent]
    return Fragment(rows=tuple(rows), arm=_tables(estate, ledger), logs=logs, truth=ledger.truth)


def customer_id(estate: Estate, workspace: Resource) -> str:
    """The id that queries name the workspace by."""
    return estate.dice.guid("customer", workspace.id)


def _young(workspaces: tuple[Resource, ...]) -> str | None:
    """The last of three or more workspaces was made some weeks ago."""
    return workspaces[-1].id if len(workspaces) > 2 else None


def _partial(workspaces: tuple[Resource, ...]) -> str | None:
    """The first of four or more workspaces gets two of the three logs only."""
    return workspaces[0].id if len(workspaces) > 3 else None


def _workspace(estate: Estate, one: Resource, days: int, *, young: bool) -> dict[str, Any]:
    created = ticks(estate.dates.young(40) if young else estate.dates.past(1000))
    properties = {
        "customerId": customer_id(estate, one),
        "provisioningState": "Succeeded",
        "sku": {"name": "PerGB2018", "lastSkuUpdate": created},
        "retentionInDays": days,
        "features": {
            "legacy": 0,
            "searchVersion": 1,
            "enableLogAccessUsingOnlyResourcePermissions": True,
        },
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
    return estate.row(one, properties)


def _tables(estate: Estate, ledger: Ledger) -> dict[str, Any]:
    listed = {
        one.id: [_table_id(one, name) for name in _names(estate, one)]
        for one in estate.of("workspace")
    }
    judged = [
        table for tables in listed.values() for table in tables if _name(table) in JUDGED_TABLES
    ]
    short = ledger.decide("logging.workspace_retention.table_retention", judged)
    return {
        f"{workspace}/tables".lower(): [
            _table(estate, table, long=table not in short) for table in tables
        ]
        for workspace, tables in listed.items()
    }


def _names(estate: Estate, one: Resource) -> list[str]:
    """The queried tables, and most of the others."""
    extra = [
        name
        for name in (*JUDGED_TABLES, *OTHER_TABLES)
        if name in QUERIED_TABLES or estate.dice.share("table", one.id, name) < 0.7
    ]
    return sorted(extra)


def _table_id(one: Resource, name: str) -> str:
    """The tables API writes `resourcegroups` in lower case."""
    return f"{one.id.replace('/resourceGroups/', '/resourcegroups/')}/tables/{name}"


def _name(table: str) -> str:
    return table.rsplit("/", 1)[1]


def _table(estate: Estate, table: str, *, long: bool) -> dict[str, Any]:
    total = estate.dice.pick((365, 730, 2556) if long else SHORT, "total", table)
    interactive = min(total, estate.dice.pick((30, 90, 365), "interactive", table))
    column = {"dataTypeHint": None, "displayName": None, "description": None}
    return {
        "properties": {
            "schema": {
                "name": _name(table),
                "tableSubType": "Any",
                "tableType": "Microsoft",
                "displayName": None,
                "description": None,
                "columns": None,
                "standardColumns": [
                    {"isHidden": True, "name": "TenantId", "type": "guid"}
                    | column
                    | {"isDefaultDisplay": False},
                    {"isHidden": False, "name": "TimeGenerated", "type": "datetime"}
                    | column
                    | {"isDefaultDisplay": True},
                ],
                "categories": None,
                "labels": None,
                "source": None,
                "solutions": ["LogManagement"],
            },
            "provisioningState": "Succeeded",
            "retentionInDays": interactive,
            "totalRetentionInDays": total,
            "archiveRetentionInDays": total - interactive,
            "retentionInDaysAsDefault": "False",
            "totalRetentionInDaysAsDefault": "False",
            "plan": "Analytics",
        },
        "name": _name(table),
        "id": table,
    }


def _spans(
    estate: Estate, one: Resource, *, deep: bool, young: bool, fresh: bool
) -> dict[str, TableSpan]:
    """What each table holds; a fault shows in one table, and both faults in empty tables."""
    if not deep and not fresh:
        return {}
    dates, dice = estate.dates, estate.dice
    faulty = dice.pick(QUERIED_TABLES, "faulty", one.id)
    spans = {}
    for name in (*QUERIED_TABLES, "Heartbeat"):
        oldest = dates.young(39) if young else dates.past(dice.number(420, 500, name, one.id))
        newest = dates.as_of - dice.number(5, 90, "newest", name, one.id) * timedelta(minutes=1)
        if name == faulty and not deep:
            oldest = dates.midnight - dice.number(60, 200, "oldest", one.id) * DAY
        if name == faulty and not fresh:
            newest = dates.as_of - dice.number(80, 200, "stale", one.id) * HOUR
        spans[name] = TableSpan(
            oldest=oldest, newest=newest, records=dice.number(20_000, 900_000, name, one.id)
        )
    return spans
