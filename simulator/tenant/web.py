"""App Service sites, their `config/web`, and their plans.

Shaped by recorded answers of 26 September 2022 (site) and 10 March 2025 (`config/web`, 2023-01-01):
the site answers null for what decides its safety, only `config/web` tells it. No restriction of
addresses is a rule with ipAddress `Any`; `name` of the configuration is the site's.
"""

from typing import Any

from simulator.tenant.dates import zoneless
from simulator.tenant.estate import Estate, Fragment, Resource
from simulator.tenant.kinds import site_kind

PLAN = {"name": "P1v3", "tier": "PremiumV3", "size": "P1v3", "family": "Pv3", "capacity": 2}
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


def generate(estate: Estate) -> Fragment:
    """A row for each site and plan."""
    sites = [
        estate.row(one, _site(estate, one), kind=site_kind(estate.dice, one), identity=True)
        for one in estate.of("site")
    ]
    plans = [estate.row(one, _plan(one), kind="linux", sku=PLAN) for one in estate.of("plan")]
    configurations: dict[str, Any] = {
        f"{one.id}/config/web".lower(): _configuration(estate, one) for one in estate.of("site")
    }
    return Fragment(rows=(*sites, *plans), arm=configurations)


def _configuration(estate: Estate, one: Resource) -> dict[str, Any]:
    """What a site is really like: most as the portal makes them, some with older settings."""
    old = estate.dice.share("old site", one.id) < 0.2
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
        "id": f"{one.id}/config/web",
        "name": one.name,
        "type": "Microsoft.Web/sites/config",
        "location": one.place.location,
        "properties": SITE_CONFIG | told,
    }


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
        "lastModifiedTimeUtc": zoneless(estate.dates.past(30)),
        "vnetRouteAllEnabled": True,
        "vnetImagePullEnabled": False,
        "vnetContentShareEnabled": False,
        "siteConfig": SITE_CONFIG | dict.fromkeys(UNSAID),
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
