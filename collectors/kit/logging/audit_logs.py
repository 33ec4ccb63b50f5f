"""Which log categories of a resource tell who did what, and which groups of them hold these.

A diagnostic setting that switches anything on is not one that logs the right thing. Some of
Microsoft's own rules take any group of categories, others want every category that a setting lists:
here those count that an auditor needs, wherever they are on.

A source says so of its own types (`Collector.logs`); those without a source stand here.
"""

from collections.abc import Mapping
from types import MappingProxyType

from collectors.kit.item import Item
from collectors.kit.values.audit_log import EVERYTHING, GROUPED, REFERENCE, AuditLog

STORAGE_SERVICE = AuditLog(
    needs=(("StorageRead",), ("StorageWrite",), ("StorageDelete",)),
    groups=GROUPED,
    source=f"{REFERENCE}microsoft-storage-storageaccounts-blobservices-logs",
)
"""Of a storage account's blob, file, queue and table service; the account has metrics only."""
_WEB_APP = AuditLog(
    needs=(("AppServiceHTTPLogs",), ("AppServiceAuditLogs",), ("AppServiceIPSecAuditLogs",)),
    groups=EVERYTHING,
    source=f"{REFERENCE}microsoft-web-sites-logs",
)
_FUNCTION_APP = AuditLog(
    needs=(("FunctionAppLogs",),),
    groups=EVERYTHING,
    source="https://learn.microsoft.com/azure/azure-functions/functions-monitor-log-analytics",
)

_BY_TYPE: Mapping[str, AuditLog] = MappingProxyType(
    {
        "microsoft.keyvault/vaults": AuditLog(
            needs=(("AuditEvent",),),
            groups=GROUPED,
            source=f"{REFERENCE}microsoft-keyvault-vaults-logs",
        ),
        "microsoft.sql/servers/databases": AuditLog(
            needs=(("SQLSecurityAuditEvents",),),
            groups=GROUPED,
            source=f"{REFERENCE}microsoft-sql-servers-databases-logs",
        ),
        "microsoft.network/networksecuritygroups": AuditLog(
            needs=(("NetworkSecurityGroupEvent",), ("NetworkSecurityGroupRuleCounter",)),
            groups=EVERYTHING,
            source=f"{REFERENCE}microsoft-network-networksecuritygroups-logs",
        ),
        "microsoft.network/applicationgateways": AuditLog(
            needs=(("ApplicationGatewayAccessLog",), ("ApplicationGatewayFirewallLog",)),
            groups=EVERYTHING,
            source=f"{REFERENCE}microsoft-network-applicationgateways-logs",
        ),
        "microsoft.web/sites": _WEB_APP,
        "microsoft.operationalinsights/workspaces": AuditLog(
            needs=(("Audit",),),
            groups=GROUPED,
            source=f"{REFERENCE}microsoft-operationalinsights-workspaces-logs",
        ),
        "microsoft.recoveryservices/vaults": AuditLog(
            # AzureBackupReport is the older category that holds the events of all the newer ones.
            # https://learn.microsoft.com/azure/backup/backup-azure-diagnostic-events
            needs=(
                ("CoreAzureBackup", "AzureBackupReport"),
                ("AddonAzureBackupJobs", "AzureBackupReport"),
                ("AddonAzureBackupPolicy", "AzureBackupReport"),
            ),
            groups=EVERYTHING,
            source=f"{REFERENCE}microsoft-recoveryservices-vaults-logs",
        ),
        "microsoft.containerservice/managedclusters": AuditLog(
            # kube-audit-admin leaves out what only reads.
            # https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs
            needs=(("kube-audit", "kube-audit-admin"),),
            groups=GROUPED,
            source=f"{REFERENCE}microsoft-containerservice-managedclusters-logs",
        ),
        "microsoft.dbforpostgresql/flexibleservers": AuditLog(
            needs=(("PostgreSQLLogs",),),
            groups=GROUPED,
            source=f"{REFERENCE}microsoft-dbforpostgresql-flexibleservers-logs",
        ),
        "microsoft.cognitiveservices/accounts": AuditLog(
            needs=(("Audit",),),
            groups=GROUPED,
            source=f"{REFERENCE}microsoft-cognitiveservices-accounts-logs",
        ),
        "microsoft.apimanagement/service": AuditLog(
            needs=(("GatewayLogs",),),
            groups=GROUPED,
            source=f"{REFERENCE}microsoft-apimanagement-service-logs",
        ),
    }
)
TYPES = tuple(_BY_TYPE)


def audit_logs_of(resource: Item) -> tuple[AuditLog, ...]:
    """What a resource has to log; none where that is not known.

    Several where its kind decides and was not told.
    """
    if resource.type == "microsoft.web/sites":
        return _of_site(resource["kind"])
    log = _BY_TYPE.get(resource.type) or _of_source(resource.type)
    return () if log is None else (log,)


def _of_source(azure_type: str) -> AuditLog | None:
    # the registry finds the catalogue, whose files stand on this module
    from collectors.kit.catalogue.registry import all_collectors

    logs = (one for collector in all_collectors() for one in collector.logs.items())
    return next((log for kind, log in logs if kind.lower() == azure_type), None)


def _of_site(kind: object) -> tuple[AuditLog, ...]:
    """Kinds are lists such as "app,linux" or "functionapp,linux,container".

    https://learn.microsoft.com/azure/app-service/reference-app-service-kinds
    """
    parts = kind.lower().split(",") if isinstance(kind, str) else []
    if "functionapp" in parts:
        return (_FUNCTION_APP,)
    return (_WEB_APP,) if "app" in parts else (_WEB_APP, _FUNCTION_APP)
