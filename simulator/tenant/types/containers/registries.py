"""Container registries.

Shaped by the documented example of 2023-07-01:
https://learn.microsoft.com/rest/api/containerregistry/registries/get
"""

from typing import Any

from simulator.tenant.kit import ABSENT, Categories, Fault, ResourceType, Scene, phi


def body(scene: Scene) -> dict[str, Any]:
    """A registry of the tier that has everything."""
    return {
        "sku": {"name": "Premium", "tier": "Premium"},
        "properties": {
            "loginServer": f"{scene.name}.azurecr.io",
            "provisioningState": "Succeeded",
            "adminUserEnabled": False,
            "anonymousPullEnabled": False,
            "networkRuleSet": {"defaultAction": "Deny", "ipRules": []},
            "policies": {"retentionPolicy": {"days": 30, "status": "enabled"}},
            "encryption": {"status": "enabled"},
            "publicNetworkAccess": "Enabled",
            "networkRuleBypassOptions": "AzureServices",
        },
    }


CHECKS = {
    "admin_user": Fault(fails=({"properties.adminUserEnabled": True},)),
    "anonymous_pull": Fault(fails=({"properties.anonymousPullEnabled": True},)),
    "closed_network": Fault(fails=({"properties.networkRuleSet": ABSENT},)),
    "customer_managed_key": Fault(fails=({"properties.encryption": ABSENT},), asked=phi),
    "untagged_deleted": Fault(fails=({"properties.policies.retentionPolicy.status": "disabled"},)),
}
TYPE = ResourceType(
    type="Microsoft.ContainerRegistry/registries",
    naming="cr{short}{env}{n:04}",
    versions=("2021-09-01", "2023-07-01", "2025-04-01"),
    logs=Categories(
        audit=("ContainerRegistryLoginEvents", "ContainerRegistryRepositoryEvents"), grouped=True
    ),
    body=body,
    faults={f"containers.registries.{check}": fault for check, fault in CHECKS.items()},
)
