"""Network cards."""

from typing import Any

from simulator.tenant.kit import ResourceType, Scene
from simulator.tenant.network.parts import DONE, VERSIONS, part, subnet


def body(scene: Scene) -> dict[str, Any]:
    """A card with one private address."""
    one = scene.resource
    configuration = {
        "privateIPAddress": f"10.20.{one.ordinal // 250 % 250}.{one.ordinal % 250 + 4}",
        "privateIPAllocationMethod": "Dynamic",
        "subnet": {"id": subnet(scene)},
        "primary": True,
        "privateIPAddressVersion": "IPv4",
    }
    return {
        "properties": DONE
        | {
            "resourceGuid": scene.guid("nic"),
            "ipConfigurations": [part(one, "ipConfigurations", "ipconfig1", configuration)],
            "dnsSettings": {"dnsServers": [], "appliedDnsServers": []},
            "enableAcceleratedNetworking": True,
            "enableIPForwarding": False,
            "primary": True,
            "nicType": "Standard",
        }
    }


TYPE = ResourceType(
    type="Microsoft.Network/networkInterfaces",
    naming="nic-{short}-{env}-{n:03}",
    weight=11,
    versions=VERSIONS,
    body=body,
    leaf=False,
)
