"""What resources of Microsoft.Network share: versions, parts within a resource, and subnets."""

from typing import Any

from simulator.tenant.estate.estate import Resource
from simulator.tenant.kit import Scene

DONE = {"provisioningState": "Succeeded"}
VERSIONS = ("2022-07-01", "2023-05-01", "2023-09-01", "2024-05-01", "2024-07-01", "2026-03-01")


def part(one: Resource, collection: str, name: str, properties: dict[str, Any]) -> dict[str, Any]:
    """A part of a resource, that has an id of its own."""
    return {
        "name": name,
        "id": f"{one.id}/{collection}/{name}",
        "type": f"{one.type}/{collection}",
        "properties": DONE | properties,
    }


def subnet(scene: Scene) -> str:
    """The subnet that a resource is in."""
    network = scene.estate.near("Microsoft.Network/virtualNetworks", scene.resource)
    shared = f"{scene.place.group_id}/providers/Microsoft.Network/virtualNetworks/shared"
    return f"{network.id if network else shared}/subnets/workload"


def private_connections(scene: Scene, state: str = "Succeeded") -> list[dict[str, Any]]:
    """An approved connection of a private endpoint, where the company has one at all."""
    endpoint = scene.estate.near("Microsoft.Network/privateEndpoints", scene.resource)
    if endpoint is None:
        return []
    approved = {"status": "Approved", "description": "Auto-approved", "actionsRequired": "None"}
    name = f"{endpoint.name}-{scene.guid('connection')}"
    properties: dict[str, Any] = {
        "provisioningState": state,
        "privateEndpoint": {"id": endpoint.id},
        "privateLinkServiceConnectionState": approved,
    }
    return [{"id": f"{scene.id}/privateEndpointConnections/{name}", "properties": properties}]
