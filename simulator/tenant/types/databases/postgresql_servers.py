"""PostgreSQL servers: the inventory and the diagnostic settings ask about them."""

from typing import Any

from simulator.tenant.kit import Categories, ResourceType, Scene, ticks

DOMAIN = "northgate.postgres.database.azure.com"


def body(scene: Scene) -> dict[str, Any]:
    """A server inside a network, backed up for 35 days."""
    network = f"{scene.place.group_id}/providers/Microsoft.Network"
    return {
        "sku": {"name": "Standard_D4s_v3", "tier": "GeneralPurpose"},
        "properties": {
            "fullyQualifiedDomainName": f"{scene.name}.postgres.database.azure.com",
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
                "earliestRestoreDate": ticks(scene.dates.past(30)),
            },
            "network": {
                "publicNetworkAccess": "Disabled",
                "delegatedSubnetResourceId": f"{network}/virtualNetworks/shared/subnets/postgres",
                "privateDnsZoneArmResourceId": f"{network}/privateDnsZones/{DOMAIN}",
            },
            "highAvailability": {
                "mode": "ZoneRedundant",
                "state": "Healthy",
                "standbyAvailabilityZone": "2",
            },
        },
    }


TYPE = ResourceType(
    type="Microsoft.DBforPostgreSQL/flexibleServers",
    naming="psql-ngh-{short}-{n:03}",
    weight=1,
    versions=("2022-12-01", "2023-06-01", "2024-08-01"),
    logs=Categories(audit=("PostgreSQLLogs",), others=("PostgreSQLFlexSessions",), grouped=True),
    body=body,
    leaf=False,
)
