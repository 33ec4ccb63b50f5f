"""App Service sites and their `config/web`.

Shaped by recorded answers of 26 September 2022 (site) and 10 March 2025 (`config/web`, 2023-01-01):
the site answers null for what decides its safety, only `config/web` tells it. No restriction of
addresses is a rule with ipAddress `Any`; `name` of the configuration is the site's.
"""

from typing import Any

from simulator.tenant.kit import Categories, Child, ResourceType, Row, Scene, zoneless
from simulator.tenant.types.web.plans import VERSIONS

WITHOUT_SETTINGS = "functionapp,linux,container,azurecontainerapps"
"""Functions on Container Apps are sites that Azure Monitor knows no diagnostic settings of."""
KINDS = ("app,linux",) * 6 + ("app", "functionapp,linux", "functionapp", WITHOUT_SETTINGS)
"""https://learn.microsoft.com/azure/app-service/reference-app-service-kinds"""
EARLY = {2: "functionapp,linux", 3: WITHOUT_SETTINGS, 4: "app"}
"""By ordinal, so that small companies have every kind too."""
WEB_APP = Categories(
    audit=("AppServiceHTTPLogs", "AppServiceAuditLogs", "AppServiceIPSecAuditLogs"),
    others=("AppServiceConsoleLogs", "AppServiceAppLogs", "AppServicePlatformLogs"),
)
FUNCTION = Categories(audit=("FunctionAppLogs",), others=("AppServiceAuthenticationLogs",))
NO_RESTRICTION = {
    "ipAddress": "Any",
    "action": "Allow",
    "priority": 2147483647,
    "name": "Allow all",
    "description": "Allow all access",
}
UNSAID = (
    "minTlsVersion",
    "scmMinTlsVersion",
    "ftpsState",
    "remoteDebuggingEnabled",
    "httpLoggingEnabled",
    "detailedErrorLoggingEnabled",
    "publicNetworkAccess",
    "ipSecurityRestrictions",
    "scmIpSecurityRestrictions",
)
"""What a site's own answer leaves null."""
OUTBOUND = "203.0.113.101,203.0.113.143"
SITE_CONFIG: dict[str, Any] = {
    "numberOfWorkers": 2,
    "defaultDocuments": ["Default.htm", "index.html"],
    "netFrameworkVersion": "v8.0",
    "phpVersion": "",
    "pythonVersion": "",
    "nodeVersion": "",
    "powerShellVersion": "",
    "linuxFxVersion": "DOTNETCORE|8.0",
    "requestTracingEnabled": False,
    "acrUseManagedIdentityCreds": True,
    "logsDirectorySizeLimit": 35,
    "use32BitWorkerProcess": False,
    "webSocketsEnabled": False,
    "alwaysOn": True,
    "appCommandLine": "",
    "managedPipelineMode": "Integrated",
    "virtualApplications": [
        {"virtualPath": "/", "physicalPath": "site\\wwwroot", "preloadEnabled": True}
    ],
    "loadBalancing": "LeastRequests",
    "autoHealEnabled": False,
    "vnetName": "",
    "vnetRouteAllEnabled": True,
    "vnetPrivatePortsCount": 0,
    "http20Enabled": True,
    "functionAppScaleLimit": 0,
    "functionsRuntimeScaleMonitoringEnabled": False,
    "minimumElasticInstanceCount": 0,
    "azureStorageAccounts": {},
}


def body(scene: Scene) -> dict[str, Any]:
    """A site: web app or function, on Windows, Linux or containers."""
    kind = EARLY.get(scene.resource.ordinal) or scene.pick(KINDS, "site kind")
    return {"kind": kind, "identity": scene.identity(), "properties": _site(scene)}


def logs(row: Row) -> Categories | None:
    """Functions have a log of their own."""
    if row["kind"] == WITHOUT_SETTINGS:
        return None
    return FUNCTION if "functionapp" in row["kind"].split(",") else WEB_APP


def configuration(scene: Scene) -> dict[str, Any]:
    """What a site is really like: most as the portal makes them, some with older settings."""
    old = scene.share("old site") < 0.2
    told = {
        "minTlsVersion": "1.0" if old else "1.2",
        "scmMinTlsVersion": "1.0" if old else "1.2",
        "ftpsState": "AllAllowed" if old else "FtpsOnly",
        "remoteDebuggingEnabled": False,
        "httpLoggingEnabled": False,
        "detailedErrorLoggingEnabled": False,
        "publicNetworkAccess": None,
        "ipSecurityRestrictions": [dict(NO_RESTRICTION)],
        "ipSecurityRestrictionsDefaultAction": None,
        "scmIpSecurityRestrictions": [dict(NO_RESTRICTION)],
        "scmIpSecurityRestrictionsUseMain": False,
    }
    return {
        "name": scene.name,
        "location": scene.place.location,
        "properties": SITE_CONFIG | told,
    }


def _site(scene: Scene) -> dict[str, Any]:
    host, scm = f"{scene.name}.azurewebsites.net", f"{scene.name}.scm.azurewebsites.net"
    plan = scene.estate.near("Microsoft.Web/serverFarms", scene.resource)
    shared = f"{scene.place.group_id}/providers/Microsoft.Web/serverFarms/shared"
    return {
        "state": "Running",
        "hostNames": [host],
        "repositorySiteName": scene.name,
        "usageState": "Normal",
        "enabled": True,
        "enabledHostNames": [host, scm],
        "availabilityState": "Normal",
        "hostNameSslStates": [
            {"name": host, "sslState": "Disabled", "hostType": "Standard"},
            {"name": scm, "sslState": "Disabled", "hostType": "Repository"},
        ],
        "serverFarmId": plan.id if plan else shared,
        "reserved": True,
        "isXenon": False,
        "hyperV": False,
        "lastModifiedTimeUtc": zoneless(scene.dates.past(30)),
        "vnetRouteAllEnabled": True,
        "vnetImagePullEnabled": False,
        "vnetContentShareEnabled": False,
        "siteConfig": SITE_CONFIG | dict.fromkeys(UNSAID),
        "scmSiteAlsoStopped": False,
        "clientAffinityEnabled": False,
        "clientCertEnabled": False,
        "clientCertMode": "Required",
        "hostNamesDisabled": False,
        "customDomainVerificationId": scene.dice.hexadecimal(64, "domain", scene.id),
        "outboundIpAddresses": OUTBOUND,
        "possibleOutboundIpAddresses": f"{OUTBOUND},203.0.113.184",
        "containerSize": 0,
        "dailyMemoryTimeQuota": 0,
        "resourceGroup": scene.place.group,
        "defaultHostName": host,
        "httpsOnly": True,
        "redundancyMode": "None",
        "storageAccountRequired": False,
        "keyVaultReferenceIdentity": "SystemAssigned",
        "workloadProfileName": None,
        "resourceConfig": None,
    }


TYPE = ResourceType(
    type="Microsoft.Web/sites",
    naming="app-ngh-{short}-{env}-{n:03}",
    weight=5,
    versions=VERSIONS,
    logs=logs,
    body=body,
    children=(Child(path="config/web", body=configuration),),
)
