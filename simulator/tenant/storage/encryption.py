"""How an account is encrypted, and with whose key.

Customer keys reach tables and queues only where their keyType is Account:
https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview
"""

from typing import Any

from simulator.tenant.kit import Scene, ticks
from simulator.tenant.storage.kinds import AccountKind, as_made

OWN_KEY, INFRASTRUCTURE = (
    "storage.accounts.customer_managed_key",
    "storage.accounts.infrastructure_encryption",
)


def encryption(scene: Scene, kind: AccountKind, enabled: str) -> dict[str, Any]:
    """Encryption as the verdicts on it ask for; `enabled` is when it began."""
    service = {"keyType": "Account", "enabled": True, "lastEnabledTime": enabled}
    encryption: dict[str, Any] = {"services": {"file": dict(service), "blob": dict(service)}}
    if scene.verdicts.get(INFRASTRUCTURE) == "pass":
        encryption["requireInfrastructureEncryption"] = True
    elif not as_made(scene) and scene.share("encrypted once") < 0.5:
        encryption["requireInfrastructureEncryption"] = False
    own = scene.verdicts.get(OWN_KEY, "")
    plain = own != "fail" or not kind.tables or scene.share("plain") < 0.4
    if as_made(scene) or own == "" or (own == "fail" and plain):
        return encryption | {"keySource": "Microsoft.Storage"}
    if kind.tables and own == "pass":
        encryption["services"] |= {"table": dict(service), "queue": dict(service)}
    elif kind.tables and scene.share("told") < 0.5:
        scoped = service | {"keyType": "Service"}
        encryption["services"] |= {"table": dict(scoped), "queue": dict(scoped)}
    return encryption | _own_key(scene)


def _own_key(scene: Scene) -> dict[str, Any]:
    vault = f"https://kv-{scene.place.short}-keys.vault.azure.net"
    version = scene.dice.hexadecimal(32, "key version", scene.id).lower()
    return {
        "keySource": "Microsoft.Keyvault",
        "keyvaultproperties": {
            "keyvaulturi": vault,
            "keyname": "storage-wrapping",
            "keyversion": "",
            # A key without an end has the end of 1970.
            "currentVersionedKeyExpirationTimestamp": "1970-01-01T00:00:00.0000000Z",
            "currentVersionedKeyIdentifier": f"{vault}/keys/storage-wrapping/{version}",
            "lastKeyRotationTimestamp": ticks(scene.dates.past(60)),
        },
    }
