"""Plans of App Service, that sites run on."""

from typing import Any

from simulator.tenant.kit import ResourceType, Scene

VERSIONS = ("2021-02-01", "2022-03-01", "2022-09-01", "2023-01-01", "2023-12-01", "2024-04-01")


def body(scene: Scene) -> dict[str, Any]:
    """A plan on Linux."""
    size = {"name": "P1v3", "tier": "PremiumV3", "size": "P1v3", "family": "Pv3", "capacity": 2}
    return {
        "kind": "linux",
        "sku": size,
        "properties": {
            "status": "Ready",
            "numberOfSites": 2,
            "numberOfWorkers": 2,
            "reserved": True,
            "zoneRedundant": False,
            "geoRegion": scene.place.location,
            "resourceGroup": scene.place.group,
            "provisioningState": "Succeeded",
        },
    }


TYPE = ResourceType(
    type="Microsoft.Web/serverFarms",
    naming="asp-{short}-{env}-{n:03}",
    weight=2,
    versions=VERSIONS,
    body=body,
    leaf=False,
)
