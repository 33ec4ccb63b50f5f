"""Diagnostic settings of every resource that can have them."""

from typing import Any

from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource

SUPPORTED = frozenset(
    {
        "microsoft.keyvault/vaults",
        "microsoft.sql/servers/databases",
        "microsoft.network/networksecuritygroups",
        "microsoft.network/applicationgateways",
        "microsoft.web/sites",
        "microsoft.operationalinsights/workspaces",
        "microsoft.storage/storageaccounts",
        "microsoft.recoveryservices/vaults",
        "microsoft.containerservice/managedclusters",
        "microsoft.dbforpostgresql/flexibleservers",
        "microsoft.cognitiveservices/accounts",
        "microsoft.apimanagement/service",
    }
)
"""Types the catalogue asks diagnostic settings of, as Resource Graph writes them."""
METRICS_ONLY = "microsoft.storage/storageaccounts"
"""A storage account itself emits metrics; logs come from its services."""
PATH = "providers/Microsoft.Insights/diagnosticSettings"


def generate(estate: Estate) -> Fragment:
    """One list of settings for each supported resource."""
    ledger = Ledger(estate.dice)
    asked = [one for one in estate.resources if one.type.lower() in SUPPORTED]
    silent = ledger.decide("logging.diagnostic_settings.enabled", [one.id for one in asked])
    check = "logging.diagnostic_settings.to_workspace"
    elsewhere = ledger.decide(check, [one.id for one in asked if one.id not in silent])
    for one in asked:
        if one.id in silent:
            ledger.expect(check, one.id, "fail")
    arm: dict[str, Any] = {}
    for one in asked:
        settings = _settings(
            estate, one, enabled=one.id not in silent, to_workspace=one.id not in elsewhere
        )
        arm[f"{one.id}/{PATH}".lower()] = settings
    return Fragment(arm=arm, truth=ledger.truth)


def _settings(
    estate: Estate, one: Resource, *, enabled: bool, to_workspace: bool
) -> list[dict[str, Any]]:
    workspace, archive = _workspace(estate, one), _archive(one)
    variant = estate.dice.share("settings", one.id)
    if not enabled:
        silent = _setting(estate, one, "set-by-policy", enabled=False, workspace=workspace)
        return [silent] if variant < 0.5 else []
    if to_workspace:
        own = _setting(estate, one, "to-log-analytics", enabled=True, workspace=workspace)
        kept = _setting(estate, one, "to-archive", enabled=True, storage=archive)
        return [kept, own] if variant < 0.2 else [own]
    kept = _setting(estate, one, "to-archive", enabled=True, storage=archive)
    silent = _setting(estate, one, "set-by-policy", enabled=False, workspace=workspace)
    return [kept, silent] if variant < 0.4 else [kept]


def _setting(
    estate: Estate,
    one: Resource,
    name: str,
    *,
    enabled: bool,
    workspace: str | None = None,
    storage: str | None = None,
) -> dict[str, Any]:
    metrics_only = one.type.lower() == METRICS_ONLY
    retention = {"enabled": False, "days": 0}
    # Metrics are no answer to the question about logs, but for storage accounts.
    metrics = enabled if metrics_only else True
    nowhere = estate.dice.pick(("", None), "nowhere", one.id)
    return {
        "id": f"{one.id}/providers/microsoft.insights/diagnosticSettings/{name}",
        "type": "Microsoft.Insights/diagnosticSettings",
        "name": name,
        "location": None,
        "kind": None,
        "tags": None,
        "properties": {
            "storageAccountId": storage,
            "serviceBusRuleId": None,
            "workspaceId": workspace or nowhere,
            "eventHubAuthorizationRuleId": None,
            "eventHubName": None,
            "metrics": [
                {"category": _metric(one), "enabled": metrics, "retentionPolicy": dict(retention)}
            ],
            "logs": [] if metrics_only else _logs(estate, one, retention, enabled=enabled),
            "logAnalyticsDestinationType": None,
        },
        "identity": None,
    }


def _logs(
    estate: Estate, one: Resource, retention: dict[str, Any], *, enabled: bool
) -> list[dict[str, Any]]:
    """All logs as one group, or categories of which one is enabled."""
    if estate.dice.share("grouped", one.id) < 0.6:
        group = estate.dice.pick(("allLogs", "audit"), "group", one.id)
        return [
            {
                "category": None,
                "categoryGroup": group,
                "enabled": enabled,
                "retentionPolicy": dict(retention),
            }
        ]
    return [
        {
            "category": category,
            "categoryGroup": None,
            "enabled": enabled and category == "AuditEvent",
            "retentionPolicy": dict(retention),
        }
        for category in ("PolicyEvaluationDetails", "AuditEvent")
    ]


def _metric(one: Resource) -> str:
    return "Transaction" if one.type.lower() == METRICS_ONLY else "AllMetrics"


def _workspace(estate: Estate, one: Resource) -> str:
    """The workspace of the same subscription, else the company's first, else one out of sight."""
    workspace = estate.near("workspace", one)
    if workspace is not None:
        return workspace.id
    return f"{one.place.group_id}/providers/Microsoft.OperationalInsights/workspaces/log-central"


def _archive(one: Resource) -> str:
    return f"{one.place.group_id}/providers/Microsoft.Storage/storageAccounts/stngharchive"
