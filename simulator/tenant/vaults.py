"""Key vaults, and the names and dates of what they hold: never a value."""

from datetime import datetime
from typing import Any

from simulator.tenant.dates import ticks
from simulator.tenant.estate import Estate, Fragment, Resource

KEYS = ("disk-encryption", "storage-wrapping", "sql-protector")
SECRETS = ("fhir-connection", "smtp-relay")


def generate(estate: Estate) -> Fragment:
    """A row for each vault, and its data plane lists (api-version 7.4)."""
    vaults = estate.of("vault")
    return Fragment(
        rows=tuple(estate.row(one, _properties(estate, one)) | _authors(estate) for one in vaults),
        vaults={one.name: _contents(estate, one) for one in vaults},
    )


def _properties(estate: Estate, one: Resource) -> dict[str, Any]:
    return {
        "sku": {"family": "A", "name": "premium" if one.phi else "standard"},
        "tenantId": estate.tenant_id,
        "accessPolicies": [
            {
                "tenantId": estate.tenant_id,
                "objectId": estate.dice.guid("group", "sg-vault-administrators"),
                "permissions": {
                    "keys": ["get", "list", "wrapKey", "unwrapKey"],
                    "secrets": ["list"],
                    "certificates": ["get", "list"],
                },
            }
        ],
        "enabledForDeployment": False,
        "enabledForDiskEncryption": True,
        "enabledForTemplateDeployment": False,
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
        "vaultUri": f"https://{one.name}.vault.azure.net/",
        "provisioningState": "Succeeded",
        "publicNetworkAccess": "Enabled",
    }


def _authors(estate: Estate) -> dict[str, Any]:
    made = ticks(estate.dates.past(500))
    author = "cloud-platform@northgatehealth.example"
    return {
        "systemData": {
            "createdBy": author,
            "createdByType": "User",
            "createdAt": made,
            "lastModifiedBy": author,
            "lastModifiedByType": "User",
            "lastModifiedAt": made,
        }
    }


def _contents(estate: Estate, one: Resource) -> dict[str, list[dict[str, Any]]]:
    base = f"https://{one.name}.vault.azure.net"
    made, end = _epoch(estate.dates.past(200)), _epoch(estate.dates.future(150))
    attributes: dict[str, Any] = {"enabled": True, "exp": end, "created": made, "updated": made}
    attributes |= {"recoveryLevel": "Recoverable", "recoverableDays": 90}
    return {
        "keys": [{"kid": f"{base}/keys/{name}", "attributes": dict(attributes)} for name in KEYS],
        "secrets": [
            {
                "id": f"{base}/secrets/{name}",
                "attributes": dict(attributes),
                "contentType": "text/plain",
            }
            for name in SECRETS
        ],
        "certificates": [
            {
                "id": f"{base}/certificates/{one.place.workload}-tls",
                "x5t": estate.dice.opaque("x5t", one.id)[:27],
                "attributes": dict(attributes),
                "subject": f"CN={one.place.workload}.northgatehealth.example",
            }
        ],
    }


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())
