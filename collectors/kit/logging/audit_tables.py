"""Log Analytics tables that tell who did what; the others hold measurements and traces.

Those whose documented purpose is access, administration or security events, by Azure Monitor's
table reference, and every table that calls itself an audit or a sign-in log, custom ones included.
https://learn.microsoft.com/azure/azure-monitor/reference/tables-index (read on 2026-11-28)
"""

_ENTRA = (
    "AADCustomSecurityAttributeAuditLogs",
    "AADDomainServicesAccountLogon",
    "AADDomainServicesAccountManagement",
    "AADDomainServicesDirectoryServiceAccess",
    "AADDomainServicesLogonLogoff",
    "AADDomainServicesPolicyChange",
    "AADDomainServicesPrivilegeUse",
    "AADDomainServicesSystemSecurity",
    "AADGraphActivityLogs",
    "AADManagedIdentitySignInLogs",
    "AADNonInteractiveUserSignInLogs",
    "AADProvisioningLogs",
    "AADRiskyServicePrincipals",
    "AADRiskyUsers",
    "AADServicePrincipalRiskEvents",
    "AADServicePrincipalSignInLogs",
    "AADUserRiskEvents",
    "ADFSSignInLogs",
    "AuditLogs",
    "MicrosoftGraphActivityLogs",
    "MicrosoftServicePrincipalSignInLogs",
    "NetworkAccessTraffic",
    "SigninLogs",
)
_PLATFORM = (
    "AZKVAuditLogs",
    "AZMSOperationalLogs",
    "AZMSRunTimeAuditLogs",
    "AzureActivity",
    "AzureDiagnostics",
    "LAQueryLogs",
)
_SERVICES = (
    "ADXCommand",
    "ADXQuery",
    "AGWAccessLogs",
    "AGWFirewallLogs",
    "AKSAudit",
    "AKSAuditAdmin",
    "ApiManagementGatewayLogs",
    "AppRequests",
    "AppServiceAuditLogs",
    "AppServiceAuthenticationLogs",
    "AppServiceFileAuditLogs",
    "AppServiceHTTPLogs",
    "AppServiceIPSecAuditLogs",
    "AZFWApplicationRule",
    "AZFWIdpsSignature",
    "AZFWNatRule",
    "AZFWNetworkRule",
    "AZFWThreatIntel",
    "CDBControlPlaneRequests",
    "CDBDataPlaneRequests",
    "ContainerRegistryLoginEvents",
    "ContainerRegistryRepositoryEvents",
    "NSPAccessLogs",
    "PGSQLServerLogs",
    "PurviewSecurityLogs",
    "SQLSecurityAuditEvents",
    "StorageBlobLogs",
    "StorageFileLogs",
    "StorageQueueLogs",
    "StorageTableLogs",
    "SynapseRbacOperations",
)
_SECURITY = (
    "ASimAuthenticationEventLogs",
    "ASimUserManagementActivityLogs",
    "AWSCloudTrail",
    "BehaviorAnalytics",
    "CloudAppEvents",
    "CommonSecurityLog",
    "DeviceLogonEvents",
    "Event",
    "IdentityDirectoryEvents",
    "IdentityLogonEvents",
    "SecurityAlert",
    "SecurityEvent",
    "SecurityIncident",
    "Syslog",
    "WindowsEvent",
)
AUDIT_TABLES = frozenset((*_ENTRA, *_PLATFORM, *_SERVICES, *_SECURITY))
_KNOWN = frozenset(name.lower() for name in AUDIT_TABLES)
_WORDS = ("audit", "signin")
_ENDS = ("activity", "activitylogs")
"""Of tables that tell what people did in a service: OfficeActivity, DataverseActivity."""
_AUDITED = "databricks"
"""Every table of Azure Databricks holds audit events of one of its services.

https://learn.microsoft.com/azure/databricks/admin/account-settings/audit-logs"""
_COPIES = ("_rst", "_srch")
"""Restored logs and results of search jobs: copies of what another table keeps."""


def is_audit_table(name: str) -> bool:
    """Does the table tell who did what?"""
    lowered = name.lower()
    if lowered.endswith(_COPIES):
        return False
    named = any(word in lowered for word in _WORDS) or lowered.endswith(_ENDS)
    return lowered in _KNOWN or named or lowered.startswith(_AUDITED)
