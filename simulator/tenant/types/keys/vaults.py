"""Key vaults, and the names and dates of what they hold: never a value.

Shaped by recorded answers of 2023-02-01 (4 July 2023) and 2019-09-01: a vault made without a word
leaves out purge protection, RBAC and networkAcls (it is open to all networks); purge protection is
written only when it is on. Data plane lists are those of api-version 7.4.
"""

from datetime import datetime
from typing import Any

from simulator.tenant.kit import ABSENT, Categories, Fault, ResourceType, Scene, ticks

KEYS = ("disk-encryption", "storage-wrapping", "sql-protector")
SECRETS = ("fhir-connection", "smtp-relay")
AUTHOR = "cloud-platform@northgatehealth.example"


def body(scene: Scene) -> dict[str, Any]:
    """A vault, and who made it."""
    return {
        "properties": {
            "sku": {"family": "A", "name": "premium" if scene.resource.phi else "standard"},
            "tenantId": scene.estate.tenant_id,
            "accessPolicies": [_administrators(scene)],
            "enabledForDeployment": False,
            "enableSoftDelete": True,
            "softDeleteRetentionInDays": 90,
            "vaultUri": f"https://{scene.name}.vault.azure.net/",
            "provisioningState": "Succeeded",
            "publicNetworkAccess": "Enabled",
            **_protection(scene),
        },
        "systemData": _authors(ticks(scene.dates.past(500))),
    }


def _administrators(scene: Scene) -> dict[str, Any]:
    return {
        "tenantId": scene.estate.tenant_id,
        "objectId": scene.dice.guid("group", "sg-vault-administrators"),
        "permissions": {
            "keys": ["get", "list", "wrapKey", "unwrapKey"],
            "secrets": ["list"],
            "certificates": ["get", "list"],
        },
    }


def as_made(scene: Scene) -> str:
    """Nobody ever set anything of a third of the vaults."""
    return "fail" if scene.resource.ordinal > 1 and scene.share("as made") < 0.3 else ""


def _protection(scene: Scene) -> dict[str, Any]:
    """What somebody set."""
    if as_made(scene):
        return {}
    state = {"privateLinkServiceConnectionState": {"status": "Approved"}}
    return {
        "enabledForDiskEncryption": True,
        "enabledForTemplateDeployment": False,
        "enableRbacAuthorization": True,
        "enablePurgeProtection": True,
        "privateEndpointConnections": [{"properties": state}],
        "networkAcls": {
            "bypass": "AzureServices",
            "defaultAction": "Deny",
            "ipRules": [{"value": "203.0.113.0/28"}],
            "virtualNetworkRules": [],
        },
    }


def _authors(made: str) -> dict[str, Any]:
    return {
        "createdBy": AUTHOR,
        "createdByType": "User",
        "createdAt": made,
        "lastModifiedBy": AUTHOR,
        "lastModifiedByType": "User",
        "lastModifiedAt": made,
    }


def contents(scene: Scene) -> dict[str, list[dict[str, Any]]]:
    """Keys, secrets and certificates as the vault itself lists them."""
    base, workload = f"https://{scene.name}.vault.azure.net", scene.place.workload
    made, end = _epoch(scene.dates.past(200)), _epoch(scene.dates.future(150))
    attributes: dict[str, Any] = {"enabled": True, "exp": end, "created": made, "updated": made}
    attributes |= {"recoveryLevel": "Recoverable", "recoverableDays": 90}
    text = {"attributes": dict(attributes), "contentType": "text/plain"}
    certificate = {
        "id": f"{base}/certificates/{workload}-tls",
        "x5t": scene.dice.opaque("x5t", scene.id)[:27],
        "attributes": dict(attributes),
        "subject": f"CN={workload}.northgatehealth.example",
    }
    return {
        "keys": [{"kid": f"{base}/keys/{name}", "attributes": dict(attributes)} for name in KEYS],
        "secrets": [{"id": f"{base}/secrets/{name}"} | text for name in SECRETS],
        "certificates": [certificate],
    }


def _epoch(instant: datetime) -> int:
    return int(instant.timestamp())


TYPE = ResourceType(
    type="Microsoft.KeyVault/vaults",
    naming="kv-{short}-{env}-{n:04}",
    weight=4.5,
    versions=("2019-09-01", "2022-07-01", "2023-02-01", "2023-07-01", "2024-11-01", "2026-05-15"),
    logs=Categories(audit=("AuditEvent",), others=("AzurePolicyEvaluationDetails",), grouped=True),
    body=body,
    faults={
        "keys.vaults.soft_delete": Fault(fails=({"properties.enableSoftDelete": False},)),
        **{
            f"keys.vaults.{check}": Fault(fails=({f"properties.{name}": to},), settled=as_made)
            for check, name, to in (
                ("purge_protection", "enablePurgeProtection", ABSENT),
                ("roles_decide", "enableRbacAuthorization", ABSENT),
                ("closed_network", "networkAcls", ABSENT),
                ("private_endpoint", "privateEndpointConnections", []),
            )
        },
    },
    contents=contents,
    leaf=False,
)
