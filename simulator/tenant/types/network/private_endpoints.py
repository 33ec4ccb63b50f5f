"""Private endpoints."""

from typing import Any

from simulator.tenant.kit import ResourceType, Scene
from simulator.tenant.network.parts import DONE, VERSIONS, subnet


def body(scene: Scene) -> dict[str, Any]:
    """An endpoint in the subnet of its subscription."""
    return {
        "properties": DONE
        | {
            "resourceGuid": scene.guid("endpoint"),
            "subnet": {"id": subnet(scene)},
            "privateLinkServiceConnections": [],
            "manualPrivateLinkServiceConnections": [],
            "customDnsConfigs": [],
            "ipConfigurations": [],
        }
    }


TYPE = ResourceType(
    type="Microsoft.Network/privateEndpoints",
    naming="pe-{short}-{env}-{n:03}",
    weight=2.5,
    versions=VERSIONS,
    body=body,
    leaf=False,
)
