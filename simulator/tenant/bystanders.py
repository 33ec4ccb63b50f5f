"""Resources that only the inventory and the diagnostic settings ask about."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from simulator.tenant.dates import millis, ticks
from simulator.tenant.estate import Estate, Fragment, Resource

Body = tuple[dict[str, Any], str, dict[str, Any] | None]
"""Properties, kind, sku."""


def generate(estate: Estate) -> Fragment:
    """A row for each resource of the remaining kinds, and the metadata of key vaults."""
    rows = [
        estate.row(one, body[0], kind=body[1], sku=body[2])
        for name, describe in BODIES.items()
        for one in estate.of(name)
        for body in [describe(estate, one)]
    ]
    vaults = {one.name: _contents(estate, one) for one in estate.of("vault")}
    return Fragment(rows=tuple(rows), vaults=vaults)


def _vault(estate: Estate, one: Resource) -> Body:
    properties = {
        "sku": {"family": "A", "name": "premium" if one.phi else "standard"},
        "tenantId": estate.tenant_id,
        "accessPolicies": [],
        "enabledForDeployment": False,
        "enabledForDiskEncryption": True,
        "enabledForTemplateDeployment": False,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
        "vaultUri": f"https://{one.name}.vault.azure.net/",
        "provisioningState": "Succeeded",
        "publicNetworkAccess": "Enabled",
    }
    return properties, "", None


def _contents(estate: Estate, one: Resource) -> dict[str, list[dict[str, Any]]]:
    """Names and dates of what a vault holds, as the data plane lists them: never a value."""
    base = f"https://{one.name}.vault.azure.net"
    made = estate.dates.past(200)
    end = estate.dates.future(150)
    kept = {"created": _epoch(made), "updated": _epoch(made), "recoveryLevel": "Recoverable"}
    lasting = {"enabled": True, "exp": _epoch(end)} | kept
    return {
        "keys": [
            {"kid": f"{base}/keys/{name}", "attributes": dict(lasting)}
            for name in ("disk-encryption", "storage-wrapping")
        ],
        "secrets": [
            {"id": f"{base}/secrets/{name}", "attributes": dict(lasting), "contentType": "text"}
            for name in ("fhir-connection", "smtp-relay")
        ],
        "certificates": [
            {
                "id": f"{base}/certificates/{one.place.workload}-tls",
                "x5t": estate.dice.hexadecimal(40, "x5t", one.id),
                "attributes": dict(lasting),
                "subject": f"CN={one.place.workload}.northgatehealth.example",
            }
        ],
    }


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())


def _site(estate: Estate, one: Resource) -> Body:
    host = f"{one.name}.azurewebsites.net"
    properties = {
        "state": "Running",
        "hostNames": [host],
        "repositorySiteName": one.name,
        "usageState": "Normal",
        "enabled": True,
        "enabledHostNames": [host, f"{one.name}.scm.azurewebsites.net"],
        "availabilityState": "Normal",
        "hostNameSslStates": [{"name": host, "sslState": "Disabled", "hostType": "Standard"}],
        "serverFarmId": _near(estate, one, "plan", "Microsoft.Web/serverFarms"),
        "reserved": True,
        "lastModifiedTimeUtc": millis(estate.dates.past(30)),
        "siteConfig": {
            "numberOfWorkers": 2,
            "linuxFxVersion": "DOTNETCORE|8.0",
            "http20Enabled": True,
            "minTlsVersion": "1.2",
            "ftpsState": "Disabled",
        },
        "clientCertEnabled": False,
        "clientCertMode": "Required",
        "resourceGroup": one.place.group,
        "defaultHostName": host,
        "httpsOnly": True,
        "redundancyMode": "None",
        "keyVaultReferenceIdentity": "SystemAssigned",
    }
    return properties, "app,linux", None


def _plan(_: Estate, one: Resource) -> Body:
    sku = {"name": "P1v3", "tier": "PremiumV3", "size": "P1v3", "family": "Pv3", "capacity": 2}
    properties = {"status": "Ready", "numberOfSites": 2, "reserved": True, "zoneRedundant": False}
    return properties | {"resourceGroup": one.place.group}, "linux", sku


def _card(estate: Estate, one: Resource) -> Body:
    address = f"10.20.{one.ordinal // 250 % 250}.{one.ordinal % 250 + 4}"
    properties = {
        "provisioningState": "Succeeded",
        "ipConfigurations": [
            {
                "name": "ipconfig1",
                "id": f"{one.id}/ipConfigurations/ipconfig1",
                "type": "Microsoft.Network/networkInterfaces/ipConfigurations",
                "properties": {
                    "provisioningState": "Succeeded",
                    "privateIPAddress": address,
                    "privateIPAllocationMethod": "Dynamic",
                    "subnet": {"id": _subnet(estate, one, "workload")},
                    "primary": True,
                    "privateIPAddressVersion": "IPv4",
                },
            }
        ],
        "enableAcceleratedNetworking": True,
        "enableIPForwarding": False,
        "nicType": "Standard",
    }
    return properties, "", None


def _network(_: Estate, one: Resource) -> Body:
    properties = {
        "provisioningState": "Succeeded",
        "addressSpace": {"addressPrefixes": [f"10.{20 + one.ordinal % 200}.0.0/16"]},
        "subnets": [
            {
                "name": "workload",
                "id": f"{one.id}/subnets/workload",
                "properties": {
                    "provisioningState": "Succeeded",
                    "addressPrefix": f"10.{20 + one.ordinal % 200}.0.0/20",
                },
            }
        ],
        "virtualNetworkPeerings": [],
        "enableDdosProtection": False,
    }
    return properties, "", None


def _address(_: Estate, one: Resource) -> Body:
    properties = {
        "provisioningState": "Succeeded",
        "ipAddress": f"203.0.113.{one.ordinal % 250 + 1}",
        "publicIPAddressVersion": "IPv4",
        "publicIPAllocationMethod": "Static",
        "idleTimeoutInMinutes": 4,
    }
    return properties, "", {"name": "Standard", "tier": "Regional"}


def _gateway(_: Estate, one: Resource) -> Body:
    def child(collection: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
        body = {"provisioningState": "Succeeded"} | properties
        return {"name": name, "id": f"{one.id}/{collection}/{name}", "properties": body}

    properties = {
        "provisioningState": "Succeeded",
        "sku": {"name": "WAF_v2", "tier": "WAF_v2", "capacity": 2},
        "operationalState": "Running",
        "sslPolicy": {"policyType": "Predefined", "policyName": "AppGwSslPolicy20220101"},
        "frontendPorts": [child("frontendPorts", "https", {"port": 443})],
        "httpListeners": [child("httpListeners", "portal", {"protocol": "Https"})],
        "webApplicationFirewallConfiguration": {"enabled": True, "firewallMode": "Prevention"},
    }
    return properties, "", None


def _endpoint(estate: Estate, one: Resource) -> Body:
    properties = {
        "provisioningState": "Succeeded",
        "subnet": {"id": _subnet(estate, one, "workload")},
        "privateLinkServiceConnections": [],
        "manualPrivateLinkServiceConnections": [],
        "customDnsConfigs": [],
    }
    return properties, "", None


def _recovery(_: Estate, __: Resource) -> Body:
    properties = {
        "provisioningState": "Succeeded",
        "publicNetworkAccess": "Disabled",
        "redundancySettings": {
            "standardTierStorageRedundancy": "GeoRedundant",
            "crossRegionRestore": "Enabled",
        },
        "securitySettings": {
            "softDeleteSettings": {
                "softDeleteState": "AlwaysON",
                "softDeleteRetentionPeriodInDays": 14,
            }
        },
    }
    return properties, "", {"name": "RS0", "tier": "Standard"}


def _identity(estate: Estate, one: Resource) -> Body:
    properties = {
        "tenantId": estate.tenant_id,
        "principalId": estate.dice.guid("principal", one.id),
        "clientId": estate.dice.guid("client", one.id),
    }
    return properties, "", None


def _cluster(_: Estate, one: Resource) -> Body:
    properties = {
        "provisioningState": "Succeeded",
        "powerState": {"code": "Running"},
        "kubernetesVersion": "1.33",
        "dnsPrefix": one.name,
        "enableRBAC": True,
        "disableLocalAccounts": True,
        "apiServerAccessProfile": {"enablePrivateCluster": True},
    }
    return properties, "", {"name": "Base", "tier": "Standard"}


def _postgres(estate: Estate, one: Resource) -> Body:
    properties = {
        "fullyQualifiedDomainName": f"{one.name}.postgres.database.azure.com",
        "version": "16",
        "minorVersion": "4",
        "administratorLogin": "nghadmin",
        "state": "Ready",
        "availabilityZone": "1",
        "storage": {"storageSizeGB": 512},
        "authConfig": {"activeDirectoryAuth": "Enabled", "passwordAuth": "Disabled"},
        "backup": {
            "backupRetentionDays": 35,
            "geoRedundantBackup": "Enabled",
            "earliestRestoreDate": ticks(estate.dates.past(30)),
        },
        "network": {"publicNetworkAccess": "Disabled"},
        "highAvailability": {
            "mode": "ZoneRedundant",
            "state": "Healthy",
            "standbyAvailabilityZone": "2",
        },
    }
    return properties, "", {"name": "Standard_D4s_v3", "tier": "GeneralPurpose"}


def _subnet(estate: Estate, one: Resource, name: str) -> str:
    return f"{_near(estate, one, 'vnet', 'Microsoft.Network/virtualNetworks')}/subnets/{name}"


def _near(estate: Estate, one: Resource, kind: str, azure_type: str) -> str:
    """Id of a neighbour; a shared one out of sight where the tenant is too small to have any."""
    neighbour = estate.near(kind, one)
    return neighbour.id if neighbour else f"{one.place.group_id}/providers/{azure_type}/shared"


BODIES: dict[str, Callable[[Estate, Resource], Body]] = {
    "vault": _vault,
    "site": _site,
    "plan": _plan,
    "nic": _card,
    "vnet": _network,
    "ip": _address,
    "gateway": _gateway,
    "endpoint": _endpoint,
    "recovery": _recovery,
    "identity": _identity,
    "cluster": _cluster,
    "postgres": _postgres,
}
