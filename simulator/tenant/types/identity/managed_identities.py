"""Managed identities that resources are assigned."""

from typing import Any

from simulator.tenant.kit import ResourceType, Scene


def body(scene: Scene) -> dict[str, Any]:
    """What Entra ID knows it by."""
    return {
        "properties": {
            "tenantId": scene.estate.tenant_id,
            "principalId": scene.guid("principal"),
            "clientId": scene.guid("client"),
        }
    }


TYPE = ResourceType(
    type="Microsoft.ManagedIdentity/userAssignedIdentities",
    naming="id-{short}-{n:03}",
    weight=2.4,
    versions=("2018-11-30", "2023-01-31", "2024-11-30"),
    body=body,
    leaf=False,
)
