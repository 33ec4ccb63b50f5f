"""Namespaces of Event Hubs.

Shaped by the documented example of 2024-01-01:
https://learn.microsoft.com/rest/api/eventhub/namespaces/get
"""

from typing import Any

from simulator.tenant.kit import ABSENT, Categories, Fault, ResourceType, Scene, phi

CHECKS = {
    "minimum_tls": Fault(fails=({"properties.minimumTlsVersion": "1.0"},)),
    "local_auth": Fault(fails=tuple({"properties.disableLocalAuth": to} for to in (False, ABSENT))),
    "public_network": Fault(fails=({"properties.publicNetworkAccess": "Enabled"},)),
    "customer_managed_key": Fault(fails=({"properties.encryption": ABSENT},), asked=phi),
}
FAULTS = {f"messaging.namespaces.{check}": fault for check, fault in CHECKS.items()}


def body(scene: Scene) -> dict[str, Any]:
    """A namespace of the tier that has everything; Service Bus writes it alike."""
    key = {"keyName": "messages", "keyVaultUri": f"https://kv-{scene.place.short}.vault.azure.net"}
    return {
        "sku": {"name": "Premium", "tier": "Premium", "capacity": 1},
        "properties": {
            "minimumTlsVersion": "1.2",
            "disableLocalAuth": True,
            "publicNetworkAccess": "Disabled",
            "encryption": {"keySource": "Microsoft.KeyVault", "keyVaultProperties": [key]},
            "provisioningState": "Succeeded",
            "serviceBusEndpoint": f"https://{scene.name}.servicebus.windows.net:443/",
        },
    }


TYPE = ResourceType(
    type="Microsoft.EventHub/namespaces",
    naming="evh-{short}-{env}-{n:03}",
    versions=("2021-11-01", "2024-01-01"),
    logs=Categories(audit=("OperationalLogs",)),
    body=body,
    faults=FAULTS,
)
