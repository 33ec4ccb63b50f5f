"""The tables of a workspace: how long each keeps its records, and which it holds.

Interactive retention is what a query sees; the rest up to the total is archived.
https://learn.microsoft.com/azure/azure-monitor/logs/data-retention-configure
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from simulator.tenant.estate.estate import Estate, Resource
from simulator.tenant.model import TableSpan

QUERIED_TABLES = ("AzureActivity", "AuditLogs", "SigninLogs")
JUDGED_TABLES = (
    *QUERIED_TABLES,
    "AzureDiagnostics",
    "SecurityEvent",
    "StorageBlobLogs",
    "AppRequests",
    "MicrosoftGraphActivityLogs",
    "AADRiskyUsers",
    "IntuneAuditLogs",
    "AADGraphActivityLogs",
    "PowerPlatformAdminActivity",
    "DatabricksWorkspace",
)
"""Those that tell who did what, by what Microsoft documents of each."""
OTHER_TABLES = ("Heartbeat", "Usage", "Perf", "ContainerLogV2")
PLANS = {"ContainerLogV2": "Basic", "StorageBlobLogs": "Basic"}
"""Tables on a plan whose interactive retention is fixed."""
BASIC_DAYS = 30
SHORT = (30, 90, 180)
LONG = (365, 400, 730)
LOOKED_AT = (400, 550, 730)
"""Interactive days of a log that a query shall find long enough, days away from the limit."""
ARCHIVED_AFTER = 90
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """What the queried logs of one workspace hold."""

    deep: bool
    fresh: bool
    young: bool
    archived: bool
    faulty: str
    """The log in which a fault shows."""
    absent: str | None
    """The log that is not there, or is there and empty."""
    unlisted: bool
    """Whether the absent log is no table at all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Table:
    """One table as the list shows it, and its records."""

    name: str
    interactive: int
    total: int
    shown: tuple[int, int]
    """Interactive and total as Azure writes them: -1 is inherited."""
    inherited: tuple[bool, bool]
    plan: str
    span: TableSpan


def names_of(estate: Estate, one: Resource, held: Held) -> list[str]:
    """The queried tables, and most of the others."""
    gone = held.absent if held.unlisted else None
    return sorted(
        name
        for name in (*JUDGED_TABLES, *OTHER_TABLES)
        if name != gone
        and (name in QUERIED_TABLES or estate.dice.share("table", one.id, name) < 0.7)
    )


def judged_names(estate: Estate, one: Resource, held: Held) -> list[str]:
    """Those of its tables whose retention is asked about."""
    return [name for name in names_of(estate, one, held) if name in JUDGED_TABLES]


def tables_of(
    estate: Estate, one: Resource, held: Held, workspace_days: int, failing: set[str]
) -> list[Table]:
    """Every table of the workspace."""
    lowered = one.id.replace("/resourceGroups/", "/resourcegroups/")
    return [
        _table(
            estate,
            one,
            name,
            held,
            workspace_days,
            short=f"{lowered}/tables/{name}" in failing,
        )
        for name in names_of(estate, one, held)
    ]


def table_row(one: Resource, table: Table) -> dict[str, Any]:
    """The table as an element of the list."""
    column = {"dataTypeHint": None, "displayName": None, "description": None}
    interactive, total = table.shown
    return {
        "properties": {
            "schema": {
                "name": table.name,
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
            "archiveRetentionInDays": table.total - table.interactive,
            "retentionInDaysAsDefault": table.inherited[0],
            "totalRetentionInDaysAsDefault": table.inherited[1],
            "plan": table.plan,
        },
        "name": table.name,
        "id": f"{one.id.replace('/resourceGroups/', '/resourcegroups/')}/tables/{table.name}",
    }


def _table(
    estate: Estate, one: Resource, name: str, held: Held, workspace_days: int, *, short: bool
) -> Table:
    dice, plan = estate.dice, PLANS.get(name, "Analytics")
    if name in QUERIED_TABLES:
        interactive, total = _looked_at(estate, one, name, held, short=short)
    else:
        total = dice.pick(SHORT if short else (365, 730, 2556), "total", one.id, name)
        interactive = min(total, dice.pick((30, 90, 365), "interactive", one.id, name))
    if plan != "Analytics":
        interactive = BASIC_DAYS
    shown, inherited = (interactive, total), (False, False)
    as_long = (workspace_days < min(LONG)) is short
    share = dice.share("inherits", one.id, name)
    if plan == "Analytics" and name not in QUERIED_TABLES and as_long and share < 0.5:
        interactive = total = workspace_days
        inherited = (True, True)
        shown = (-1, -1) if share < 0.25 else (workspace_days, workspace_days)
    elif interactive == total and share > 0.8:
        shown, inherited = (interactive, -1), (False, True)
    span = _span(estate, one, name, held)
    return Table(
        name=name,
        interactive=interactive,
        total=total,
        shown=shown,
        inherited=inherited,
        plan=plan,
        span=TableSpan(
            oldest=span.oldest,
            newest=span.newest,
            records=span.records,
            plan=plan,
            visible=interactive * DAY,
        ),
    )


def _looked_at(
    estate: Estate, one: Resource, name: str, held: Held, *, short: bool
) -> tuple[int, int]:
    if short:
        return 90, 90
    if held.archived and name == held.faulty:
        return ARCHIVED_AFTER, 730
    days = estate.dice.pick(LOOKED_AT, "looked at", one.id, name)
    return days, estate.dice.pick((days, 2556), "kept", one.id, name)


def _span(estate: Estate, one: Resource, name: str, held: Held) -> TableSpan:
    """What the table holds; a fault shows in one log, and both faults in empty logs."""
    dates, dice = estate.dates, estate.dice
    queried = name in QUERIED_TABLES
    nothing = queried and not held.deep and not held.fresh
    if nothing or name == held.absent:
        return TableSpan(oldest=dates.midnight, newest=dates.midnight, records=0)
    oldest = dates.young(39) if held.young else dates.past(dice.number(420, 500, name, one.id))
    newest = dates.as_of - dice.number(5, 90, "newest", name, one.id) * timedelta(minutes=1)
    if queried and name == held.faulty and not held.deep:
        oldest = dates.midnight - dice.number(60, 200, "oldest", one.id) * DAY
    if queried and name == held.faulty and not held.fresh:
        newest = dates.as_of - dice.number(80, 200, "stale", one.id) * HOUR
    return TableSpan(
        oldest=oldest, newest=newest, records=dice.number(20_000, 900_000, name, one.id)
    )
