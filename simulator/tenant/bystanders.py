"""Recovery vaults, managed identities, clusters, PostgreSQL: no check of their own asks of them."""

from typing import Any

from simulator.tenant.dates import ticks
from simulator.tenant.estate import Estate, Fragment, Resource

POSTGRES = {"name": "Standard_D4s_v3", "tier": "GeneralPurpose"}


def generate(estate: Estate) -> Fragment:
    """A row for each; the inventory and the diagnostic settings ask about them."""
    rows = [
        estate.row(one, _recovery(), sku={"name": "Standard"}, identity=True)
        for one in estate.of("recovery")
    ]
    rows += [estate.row(one, _identity(estate, one)) for one in estate.of("identity")]
    rows += [
        estate.row(one, _cluster(one), sku={"name": "Base", "tier": "Standard"}, identity=True)
        for one in estate.of("cluster")
    ]
    rows += [estate.row(one, _postgres(estate, one), sku=POSTGRES) for one in estate.of("postgres")]
    return Fragment(rows=tuple(rows))


def _recovery() -> dict[str, Any]:
    return {
        "publicNetworkAccess": "Disabled",
        "monitoringSettings": {
            "azureMonitorAlertSettings": {"alertsForAllJobFailures": "Enabled"},
            "classicAlertSettings": {"alertsForCriticalOperations": "Disabled"},
        },
        "provisioningState": "Succeeded",
        "privateEndpointConnections": [],
        "privateEndpointStateForBackup": "None",
        "privateEndpointStateForSiteRecovery": "None",
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


def _identity(estate: Estate, one: Resource) -> dict[str, Any]:
    return {
        "tenantId": estate.tenant_id,
        "principalId": estate.dice.guid("principal", one.id),
        "clientId": estate.dice.guid("client", one.id),
    }


def _cluster(one: Resource) -> dict[str, Any]:
    return {
        "provisioningState": "Succeeded",
        "powerState": {"code": "Running"},
        "kubernetesVersion": "1.33",
        "dnsPrefix": one.name,
        "fqdn": f"{one.name}.hcp.{one.place.location}.azmk8s.io",
        "enableRBAC": True,
        "disableLocalAccounts": True,
        "nodeResourceGroup": f"MC_{one.place.group}",
        "aadProfile": {"managed": True, "enableAzureRBAC": True},
        "apiServerAccessProfile": {"enablePrivateCluster": True},
    }


def _postgres(estate: Estate, one: Resource) -> dict[str, Any]:
    domain = "northgate.postgres.database.azure.com"
    network = f"{one.place.group_id}/providers/Microsoft.Network"
    return {
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
        "network": {
            "publicNetworkAccess": "Disabled",
            "delegatedSubnetResourceId": f"{network}/virtualNetworks/shared/subnets/postgres",
            "privateDnsZoneArmResourceId": f"{network}/privateDnsZones/{domain}",
        },
        "highAvailability": {
            "mode": "ZoneRedundant",
            "state": "Healthy",
            "standbyAvailabilityZone": "2",
        },
    }
