"""Key vaults, and the names and dates of what they hold: never a value.

Shaped by recorded answers of 2023-02-01 (4 July 2023) and 2019-09-01: a vault made without a word
leaves out purge protection, RBAC and networkAcls (it is open to all networks); purge protection is
written only when it is on.
"""

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
        "enableSoftDelete": True,
        "softDeleteRetentionInDays": 90,
        "vaultUri": f"https://{one.name}.vault.azure.net/",
        "provisioningState": "Succeeded",
        "publicNetworkAccess": "Enabled",
        **_protection(estate, one),
    }


def _protection(estate: Estate, one: Resource) -> dict[str, Any]:
    """What somebody set: a third of the vaults are as they were made."""
    dice = estate.dice
    if one.ordinal > 1 and dice.share("as made", one.id) < 0.3:
        return {}
    protection: dict[str, Any] = {
        "enabledForDiskEncryption": True,
        "enabledForTemplateDeployment": False,
        "enableRbacAuthorization": dice.share("rbac", one.id) < 0.8,
    }
    if dice.share("purge protection", one.id) < 0.8:
        protection["enablePurgeProtection"] = True
    if dice.share("firewall", one.id) < 0.5:
        protection["networkAcls"] = {
            "bypass": "AzureServices",
            "defaultAction": "Deny",
            "ipRules": [{"value": "203.0.113.0/28"}],
            "virtualNetworkRules": [],
        }
    return protection


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
