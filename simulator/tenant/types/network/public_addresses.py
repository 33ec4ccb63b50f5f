"""Public addresses."""

from typing import Any

from simulator.tenant.kit import ResourceType, Scene
from simulator.tenant.network.parts import DONE, VERSIONS


def body(scene: Scene) -> dict[str, Any]:
    """An address that stays."""
    return {
        "sku": {"name": "Standard", "tier": "Regional"},
        "properties": DONE
        | {
            "ipAddress": f"203.0.113.{scene.resource.ordinal % 250 + 1}",
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Static",
            "idleTimeoutInMinutes": 4,
            "ipTags": [],
        },
    }


TYPE = ResourceType(
    type="Microsoft.Network/publicIPAddresses",
    naming="pip-{short}-{env}-{n:03}",
    weight=4,
    versions=VERSIONS,
    body=body,
)
