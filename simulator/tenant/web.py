"""App Service sites and their plans."""

from typing import Any

from simulator.tenant.dates import millis
from simulator.tenant.estate import Estate, Fragment, Resource
from simulator.tenant.kinds import site_kind

PLAN = {"name": "P1v3", "tier": "PremiumV3", "size": "P1v3", "family": "Pv3", "capacity": 2}
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
    "remoteDebuggingEnabled": False,
    "httpLoggingEnabled": True,
    "acrUseManagedIdentityCreds": True,
    "logsDirectorySizeLimit": 35,
    "detailedErrorLoggingEnabled": False,
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
    "minTlsVersion": "1.2",
    "scmMinTlsVersion": "1.2",
    "ftpsState": "Disabled",
    "functionAppScaleLimit": 0,
    "functionsRuntimeScaleMonitoringEnabled": False,
    "minimumElasticInstanceCount": 0,
    "azureStorageAccounts": {},
}


def generate(estate: Estate) -> Fragment:
    """A row for each site and plan."""
    sites = [
        estate.row(one, _site(estate, one), kind=site_kind(estate.dice, one), identity=True)
        for one in estate.of("site")
    ]
    plans = [estate.row(one, _plan(one), kind="linux", sku=PLAN) for one in estate.of("plan")]
    return Fragment(rows=(*sites, *plans))


def _site(estate: Estate, one: Resource) -> dict[str, Any]:
    host, scm = f"{one.name}.azurewebsites.net", f"{one.name}.scm.azurewebsites.net"
    plan = estate.near("plan", one)
    shared = f"{one.place.group_id}/providers/Microsoft.Web/serverFarms/shared"
    return {
        "state": "Running",
        "hostNames": [host],
        "repositorySiteName": one.name,
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
        "lastModifiedTimeUtc": millis(estate.dates.past(30)),
        "vnetRouteAllEnabled": True,
        "vnetImagePullEnabled": False,
        "vnetContentShareEnabled": False,
        "siteConfig": dict(SITE_CONFIG),
        "scmSiteAlsoStopped": False,
        "clientAffinityEnabled": False,
        "clientCertEnabled": False,
        "clientCertMode": "Required",
        "hostNamesDisabled": False,
        "customDomainVerificationId": estate.dice.hexadecimal(64, "domain", one.id),
        "outboundIpAddresses": OUTBOUND,
        "possibleOutboundIpAddresses": f"{OUTBOUND},203.0.113.184",
        "containerSize": 0,
        "dailyMemoryTimeQuota": 0,
        "resourceGroup": one.place.group,
        "defaultHostName": host,
        "httpsOnly": True,
        "redundancyMode": "None",
        "storageAccountRequired": False,
        "keyVaultReferenceIdentity": "SystemAssigned",
        "workloadProfileName": None,
        "resourceConfig": None,
    }


def _plan(one: Resource) -> dict[str, Any]:
    return {
        "status": "Ready",
        "numberOfSites": 2,
        "numberOfWorkers": 2,
        "reserved": True,
        "zoneRedundant": False,
        "geoRegion": one.place.location,
        "resourceGroup": one.place.group,
        "provisioningState": "Succeeded",
    }
