"""Auditing of SQL servers, made when it is known where the logs of their `master` go.

Shaped by recorded answers of database audits of 2020-11-01-preview (December 2021) and the
documented example of server audits: the name is `Default` whatever was asked, an audit that was
never set leaves storageEndpoint and the groups out. The switch towards Azure Monitor sends nothing
unless a diagnostic setting of `master` takes SQLSecurityAuditEvents somewhere:
https://learn.microsoft.com/azure/azure-sql/database/auditing-setup
The audit of a server is one of every database on it, so what is expected of their logs is written
here: https://learn.microsoft.com/azure/azure-sql/database/auditing-overview
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment, Resource
from simulator.tenant.logging.diagnostics import ENABLED, TO_WORKSPACE

CHECK = "sql.databases.auditing"
SERVERS, DATABASES = "Microsoft.Sql/servers", "Microsoft.Sql/servers/databases"
WANTED_DAYS = 365
TABLE, INHERITED = "AzureDiagnostics", -1
"""Where the events go unless a setting says otherwise, and how a table says that it follows."""
NOBODY = "00000000-0000-0000-0000-000000000000"
GROUPS = (
    "SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP",
    "FAILED_DATABASE_AUTHENTICATION_GROUP",
    "BATCH_COMPLETED_GROUP",
)
FEW = (
    ("DATABASE_LOGOUT_GROUP",),
    ("SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP", "FAILED_DATABASE_AUTHENTICATION_GROUP"),
    ("BATCH_COMPLETED_GROUP", "DATABASE_PERMISSION_CHANGE_GROUP"),
)
DESTINATIONS = ("workspaceId", "storageAccountId", "eventHubAuthorizationRuleId")
DAYS = {"storage for a year": 400, "storage for 90 days": 90, "both": 90}


def generate(estate: Estate, rows: Iterable[dict[str, Any]], arm: Mapping[str, Any]) -> Fragment:
    """The audit of every server, and an empty list of settings where `master` has none.

    `rows` and `arm` are what the other areas made: workspaces, and the settings of databases.
    """
    workspaces = {
        row["id"].lower(): row["properties"]
        for row in rows
        if row["type"] == "microsoft.operationalinsights/workspaces"
    }
    servers, ledger = estate.of(SERVERS), Ledger(estate.dice)
    monitored: dict[str, str] = {}
    masters: dict[str, list[dict[str, Any]]] = {}
    made: dict[str, Any] = {}
    for one in servers:
        path = _settings(f"{one.id}/databases/master")
        settings = arm.get(path, [])
        if path not in arm:
            made[path] = settings
        masters[one.id] = settings
        monitored[one.id] = _arrives(settings, _Kept(one, workspaces, arm))
    unsure = {one.id for one in servers if _unsure(estate, one, monitored[one.id])}
    for subject in sorted(unsure):
        ledger.expect(CHECK, subject, "unknown")
    audits: dict[str, _Audit] = {}
    failing = ledger.decide(CHECK, [one.id for one in servers if one.id not in unsure])
    for one in servers:
        verdict = "unknown" if one.id in unsure else "fail" if one.id in failing else "pass"
        shape = estate.dice.pick(_shapes(verdict, monitored[one.id]), "auditing", one.id)
        audits[one.id] = _Audit(shape, masters[one.id])
        made[f"{one.id}/auditingSettings/default".lower()] = _policy(estate, one, shape)
    for one in estate.of(DATABASES):
        if one.parent is not None:
            settings = arm[_settings(one.id)]
            for check, expected in _logged(settings, audits[one.parent.id]).items():
                ledger.expect(check, one.id, expected)
    return Fragment(arm=made, truth=ledger.truth)


@dataclass(frozen=True, slots=True)
class _Audit:
    """The audit of a server."""

    shape: str
    master: list[dict[str, Any]]
    """Diagnostic settings of its `master`."""


def _logged(settings: list[dict[str, Any]], audit: _Audit) -> dict[str, str]:
    """What is expected of a database: its own setting logs it, or the audit of its server does."""
    places = set() if settings is audit.master else _places(settings)
    if audit.shape in ("monitor", "both"):
        places |= _places(audit.master)
    if audit.shape.startswith("storage") or audit.shape == "both":
        places.add("storage of the audit")
    otherwise = "unknown" if audit.shape == "no action" else "fail"
    return {
        ENABLED: "pass" if places else otherwise,
        TO_WORKSPACE: "pass" if "workspaceId" in places else otherwise,
    }


def _places(settings: list[dict[str, Any]]) -> set[str]:
    """Destinations that audit events reach by diagnostic settings."""
    return {
        name
        for setting in settings
        if any(_takes(log) for log in setting["properties"]["logs"])
        for name in DESTINATIONS
        if setting["properties"].get(name)
    }


def _settings(database: str) -> str:
    return f"{database}/providers/microsoft.insights/diagnosticsettings".lower()


@dataclass(frozen=True, slots=True)
class _Kept:
    """What is known of the workspaces to which a server's log may go."""

    server: Resource
    workspaces: Mapping[str, Mapping[str, Any]]
    arm: Mapping[str, Any]

    def fate(self, workspace: str) -> str:
        """Pass or fail by the days that the table keeps; unknown of a workspace nobody lists."""
        known = self.workspaces.get(workspace.lower())
        if known is None:
            return "unknown"
        days = self._days(workspace.lower(), known["retentionInDays"])
        return "pass" if days >= WANTED_DAYS else "fail"

    def _days(self, workspace: str, default: int) -> int:
        """Of the table that is written to; the default before it is there.

        Tables of other subscriptions belong to the evidence of those.
        """
        here = workspace.split("/")[2] == self.server.id.lower().split("/")[2]
        for element in self.arm.get(f"{workspace}/tables", []) if here else ():
            if element["name"] == TABLE:
                kept = element["properties"]
                days = (kept["totalRetentionInDays"], kept["retentionInDays"], default)
                return int(next(one for one in days if one != INHERITED))
        return default


def _arrives(settings: list[dict[str, Any]], kept: _Kept) -> str:
    """What becomes of audit events sent to Azure Monitor: pass, fail, or unknown."""
    fates = [
        fate
        for setting in settings
        if any(_takes(log) for log in setting["properties"]["logs"])
        for fate in _destinations(setting["properties"], kept)
    ]
    return next((fate for fate in ("pass", "unknown") if fate in fates), "fail")


def _takes(log: Mapping[str, Any]) -> bool:
    named = log.get("category") == "SQLSecurityAuditEvents"
    return bool(log["enabled"]) and (named or log.get("categoryGroup") in ("audit", "allLogs"))


def _destinations(properties: Mapping[str, Any], kept: _Kept) -> list[str]:
    """How it fares at each destination. Lifecycle rules of storage are written elsewhere."""
    workspace = properties.get("workspaceId")
    fates = ["unknown"] if properties.get("storageAccountId") or not workspace else []
    return [*fates, kept.fate(workspace)] if workspace else fates


def _unsure(estate: Estate, one: Resource, monitored: str) -> bool:
    return monitored == "unknown" and estate.dice.share("followed", one.id) < 0.4


def _shapes(verdict: str, monitored: str) -> tuple[str, ...]:
    """Ways to have the verdict, given what Azure Monitor would make of it."""
    if verdict == "unknown":
        return ("monitor", "no action")
    if verdict == "pass":
        arriving = ("monitor", "monitor", "both") if monitored == "pass" else ()
        return ("storage", "storage for a year", *arriving)
    lost = ("monitor", "both") if monitored == "fail" else ()
    return ("off", "never set", "storage for 90 days", "nowhere", "few actions", *lost)


def _groups(estate: Estate, one: Resource, shape: str) -> tuple[str, ...]:
    """What is recorded: the recommended set, none, or a choice that leaves some of it out."""
    match shape:
        case "no action":
            return ()
        case "few actions":
            return estate.dice.pick(FEW, "few actions", one.id)
    return GROUPS


def _policy(estate: Estate, one: Resource, shape: str) -> dict[str, Any]:
    enabled = shape not in ("off", "never set")
    to_storage = shape.startswith("storage") or shape == "both"
    properties: dict[str, Any] = {
        "state": "Enabled" if enabled else "Disabled",
        "retentionDays": DAYS.get(shape, 0),
        "isAzureMonitorTargetEnabled": shape in ("monitor", "both", "no action", "few actions"),
        "storageAccountSubscriptionId": one.place.subscription.id if to_storage else NOBODY,
    }
    if shape != "never set":
        storage = f"https://stnghaudit{one.place.short}.blob.core.windows.net/"
        groups = list(_groups(estate, one, shape)) if enabled else []
        properties |= {
            "storageEndpoint": storage if to_storage else "",
            "auditActionsAndGroups": groups,
            "isStorageSecondaryKeyInUse": False,
        }
        if to_storage or estate.dice.share("documented", one.id) < 0.5:
            properties["isManagedIdentityInUse"] = to_storage
    return {
        "id": f"{one.id}/auditingSettings/Default",
        "name": "Default",
        "type": "Microsoft.Sql/servers/auditingSettings",
        "properties": properties,
    }
