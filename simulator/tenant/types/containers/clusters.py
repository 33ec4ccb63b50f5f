"""Kubernetes clusters: the inventory and the diagnostic settings ask about them."""

from typing import Any

from simulator.tenant.kit import Categories, ResourceType, Scene


def body(scene: Scene) -> dict[str, Any]:
    """A private cluster that knows people by Entra ID."""
    return {
        "sku": {"name": "Base", "tier": "Standard"},
        "identity": scene.identity(),
        "properties": {
            "provisioningState": "Succeeded",
            "powerState": {"code": "Running"},
            "kubernetesVersion": "1.33",
            "dnsPrefix": scene.name,
            "fqdn": f"{scene.name}.hcp.{scene.place.location}.azmk8s.io",
            "enableRBAC": True,
            "disableLocalAccounts": True,
            "nodeResourceGroup": f"MC_{scene.place.group}",
            "aadProfile": {"managed": True, "enableAzureRBAC": True},
            "apiServerAccessProfile": {"enablePrivateCluster": True},
        },
    }


TYPE = ResourceType(
    type="Microsoft.ContainerService/managedClusters",
    naming="aks-{short}-{env}-{n:03}",
    weight=0.9,
    versions=("2023-10-01", "2024-09-01", "2025-05-01"),
    logs=Categories(
        audit=("kube-audit",),
        others=("kube-apiserver", "guard", "cluster-autoscaler"),
        instead=("kube-audit-admin",),
        grouped=True,
    ),
    body=body,
    leaf=False,
)
