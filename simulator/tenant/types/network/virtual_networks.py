"""Virtual networks."""

from typing import Any

from simulator.tenant.kit import ResourceType, Scene
from simulator.tenant.network.parts import DONE, VERSIONS, part


def body(scene: Scene) -> dict[str, Any]:
    """A network with one subnet."""
    second = 20 + scene.resource.ordinal % 200
    subnet = {
        "addressPrefix": f"10.{second}.0.0/20",
        "delegations": [],
        "privateEndpointNetworkPolicies": "Disabled",
        "privateLinkServiceNetworkPolicies": "Enabled",
    }
    return {
        "properties": DONE
        | {
            "addressSpace": {"addressPrefixes": [f"10.{second}.0.0/16"]},
            "dhcpOptions": {"dnsServers": []},
            "subnets": [part(scene.resource, "subnets", "workload", subnet)],
            "virtualNetworkPeerings": [],
            "enableDdosProtection": False,
        }
    }


TYPE = ResourceType(
    type="Microsoft.Network/virtualNetworks",
    naming="vnet-{workload}-{env}-{n:03}",
    weight=3,
    versions=VERSIONS,
    body=body,
    leaf=False,
)
