"""Recovery vaults: the inventory and the diagnostic settings ask about them."""

from typing import Any

from simulator.tenant.kit import Categories, ResourceType, Scene


def body(scene: Scene) -> dict[str, Any]:
    """A vault that keeps what was deleted."""
    return {
        "sku": {"name": "Standard"},
        "identity": scene.identity(),
        "properties": {
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
        },
    }


TYPE = ResourceType(
    type="Microsoft.RecoveryServices/vaults",
    naming="rsv-{short}-{env}-{n:03}",
    weight=1.6,
    versions=("2021-04-01", "2023-04-01", "2024-10-01", "2025-02-01"),
    logs=Categories(
        audit=("CoreAzureBackup", "AddonAzureBackupJobs", "AddonAzureBackupPolicy"),
        others=("AddonAzureBackupStorage", "AzureSiteRecoveryJobs"),
        instead=("AzureBackupReport",),
        metric="Health",
    ),
    body=body,
    leaf=False,
)
