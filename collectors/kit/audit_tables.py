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
    "AZMSRunTimeAuditLogs",
    "AzureActivity",
    "AzureDiagnostics",
    "LAQueryLogs",
)
_SERVICES = (
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
    "DatabricksAccounts",
    "DatabricksSecrets",
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
    "AWSCloudTrail",
    "BehaviorAnalytics",
    "CloudAppEvents",
    "CommonSecurityLog",
    "DeviceLogonEvents",
    "Dynamics365Activity",
    "Event",
    "IdentityDirectoryEvents",
    "IdentityLogonEvents",
    "OfficeActivity",
    "PowerBIActivity",
    "SecurityAlert",
    "SecurityEvent",
    "SecurityIncident",
    "Syslog",
    "WindowsEvent",
)
AUDIT_TABLES = frozenset((*_ENTRA, *_PLATFORM, *_SERVICES, *_SECURITY))
_KNOWN = frozenset(name.lower() for name in AUDIT_TABLES)
_WORDS = ("audit", "signin")
_COPIES = ("_rst", "_srch")
"""Restored logs and results of search jobs: copies of what another table keeps."""


def is_audit_table(name: str) -> bool:
    """Does the table tell who did what?"""
    lowered = name.lower()
    if lowered.endswith(_COPIES):
        return False
    return lowered in _KNOWN or any(word in lowered for word in _WORDS)
