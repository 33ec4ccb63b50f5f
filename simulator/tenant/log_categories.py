"""Log categories of each type as Azure Monitor documents them, and those that are audit logs.

https://learn.microsoft.com/azure/azure-monitor/reference/logs-index
Every type has the group `allLogs`, some have the group `audit`.
https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Categories:
    """What a resource of one type can log."""

    audit: tuple[str, ...]
    """All of these are needed to say who did what."""
    others: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    """Categories that do as well as all of `audit`."""
    grouped: bool = False
    """Whether the type has the group `audit`."""
    metric: str = "AllMetrics"


STORAGE = Categories(
    audit=("StorageRead", "StorageWrite", "StorageDelete"), grouped=True, metric="Transaction"
)
"""Of each service of an account."""
WEB_APP = Categories(
    audit=("AppServiceHTTPLogs", "AppServiceAuditLogs", "AppServiceIPSecAuditLogs"),
    others=("AppServiceConsoleLogs", "AppServiceAppLogs", "AppServicePlatformLogs"),
)
FUNCTION = Categories(audit=("FunctionAppLogs",), others=("AppServiceAuthenticationLogs",))
BY_TYPE = {
    "microsoft.keyvault/vaults": Categories(
        audit=("AuditEvent",), others=("AzurePolicyEvaluationDetails",), grouped=True
    ),
    "microsoft.sql/servers/databases": Categories(
        audit=("SQLSecurityAuditEvents",),
        others=("SQLInsights", "AutomaticTuning", "QueryStoreRuntimeStatistics", "Errors"),
        grouped=True,
        metric="Basic",
    ),
    "microsoft.network/networksecuritygroups": Categories(
        audit=("NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter")
    ),
    "microsoft.network/applicationgateways": Categories(
        audit=("ApplicationGatewayAccessLog", "ApplicationGatewayFirewallLog"),
        others=("ApplicationGatewayPerformanceLog",),
    ),
    "microsoft.web/sites": WEB_APP,
    "microsoft.operationalinsights/workspaces": Categories(
        audit=("Audit",), others=("SummaryLogs", "Jobs"), grouped=True
    ),
    "microsoft.recoveryservices/vaults": Categories(
        audit=("CoreAzureBackup", "AddonAzureBackupJobs", "AddonAzureBackupPolicy"),
        others=("AddonAzureBackupStorage", "AzureSiteRecoveryJobs"),
        instead=("AzureBackupReport",),
        metric="Health",
    ),
    "microsoft.containerservice/managedclusters": Categories(
        audit=("kube-audit",),
        others=("kube-apiserver", "guard", "cluster-autoscaler"),
        instead=("kube-audit-admin",),
        grouped=True,
    ),
    "microsoft.dbforpostgresql/flexibleservers": Categories(
        audit=("PostgreSQLLogs",), others=("PostgreSQLFlexSessions",), grouped=True
    ),
    "microsoft.cognitiveservices/accounts": Categories(
        audit=("Audit",), others=("RequestResponse", "Trace"), grouped=True
    ),
    "microsoft.apimanagement/service": Categories(
        audit=("GatewayLogs",), others=("WebSocketConnectionLogs",), grouped=True
    ),
}
