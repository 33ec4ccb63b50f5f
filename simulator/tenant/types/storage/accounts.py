"""Storage accounts of every kind.

Shaped by recorded answers of api-version 2024-01-01 (19 June 2025, 23 February 2025), 2021-02-01
and 2019-04-01: an account made without a word about its settings leaves out allowSharedKeyAccess,
publicNetworkAccess, infrastructure encryption, the keys of tables and queues and every policy, and
accepts TLS 1.0. Customer keys reach tables and queues only where their keyType is Account:
https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview
"""

from collections.abc import Callable, Sequence
from typing import Any

from simulator.tenant.estate.estate import Resource
from simulator.tenant.kit import (
    ABSENT,
    Categories,
    Fault,
    Policy,
    ResourceType,
    Row,
    Scene,
    phi,
    ticks,
)
from simulator.tenant.storage.blob_services import BLOB_SERVICES
from simulator.tenant.storage.kinds import AccountKind, as_made, kind_of, services
from simulator.tenant.storage.network import network

CHECK = "storage.accounts."
VERSIONS = (
    "2019-06-01",
    "2021-09-01",
    "2022-09-01",
    "2023-01-01",
    "2023-05-01",
    "2024-01-01",
    "2025-01-01",
    "2025-06-01",
    "2025-08-01",
    "2026-09-01",
)
ISO = "iso27001"
"""The initiative that the definitions are assigned in."""


def body(scene: Scene) -> dict[str, Any]:
    """An account as its verdicts ask for: what is absent depends on what else was ever set."""
    kind = kind_of(scene)
    return {
        "kind": kind.name,
        "sku": dict(kind.sku),
        "identity": scene.identity(),
        "properties": _properties(scene, kind),
    }


def parts(row: Row) -> Sequence[str]:
    """Services, each of which has settings of its own."""
    return [f"{service}Services/default" for service in services(row)]


def _properties(scene: Scene, kind: AccountKind) -> dict[str, Any]:
    one = scene.resource
    created = ticks(scene.dates.past(300 + one.ordinal % 400))
    properties = _common(one, kind, created) | {
        "allowCrossTenantReplication": False,
        "supportsHttpsTrafficOnly": True,
        "encryption": _encryption(scene, kind, created),
    }
    if as_made(scene):
        return properties | {
            "minimumTlsVersion": "TLS1_0",
            "allowBlobPublicAccess": False,
            **network(scene, "as made"),
        }
    weak = scene.fails(f"{CHECK}minimum_tls")
    tls = ("TLS1_0", "TLS1_1", None) if weak else ("TLS1_2", "TLS1_3")
    properties |= _set("minimumTlsVersion", scene.pick(tls, "tls"))
    keys = (True, None) if scene.fails(f"{CHECK}shared_key") else (False,)
    properties |= _set("allowSharedKeyAccess", scene.pick(keys, "shared key"))
    properties["allowBlobPublicAccess"] = False
    return properties | network(scene, _said(scene, "network_default_deny")) | _policies(scene)


def _said(scene: Scene, check: str) -> str:
    return scene.verdicts.get(f"{CHECK}{check}", "")


def _set(name: str, value: Any) -> dict[str, Any]:
    """A property that answers leave out while it was never set."""
    return {} if value is None else {name: value}


def _common(one: Resource, kind: AccountKind, created: str) -> dict[str, Any]:
    """What every recorded account has, and what its kind adds."""
    properties: dict[str, Any] = {
        "keyCreationTime": {"key1": created, "key2": created},
        "creationTime": created,
        "primaryEndpoints": {
            service: f"https://{one.name}.{service}.core.windows.net/" for service in kind.endpoints
        },
        "primaryLocation": one.place.location,
        "provisioningState": "Succeeded",
        "privateEndpointConnections": [],
        "statusOfPrimary": "available",
    }
    if kind.tiered:
        properties["accessTier"] = "Hot"
    if kind.sku["name"] == "Standard_GRS":
        properties |= {"secondaryLocation": "westus2", "statusOfSecondary": "available"}
    if kind.lake:
        properties["isHnsEnabled"] = True
    return properties


def _policies(scene: Scene) -> dict[str, Any]:
    """What the portal writes of an account that somebody cared for."""
    if scene.share("cared for") < 0.3:
        return {}
    return {
        "keyPolicy": {"keyExpirationPeriodInDays": 90},
        "sasPolicy": {"sasExpirationPeriod": "1.00:00:00", "expirationAction": "Log"},
        "isHnsEnabled": kind_of(scene).lake,
        "isSftpEnabled": False,
        "routingPreference": {
            "routingChoice": "MicrosoftRouting",
            "publishMicrosoftEndpoints": False,
            "publishInternetEndpoints": False,
        },
    }


def _encryption(scene: Scene, kind: AccountKind, enabled: str) -> dict[str, Any]:
    service = {"keyType": "Account", "enabled": True, "lastEnabledTime": enabled}
    encryption: dict[str, Any] = {"services": {"file": dict(service), "blob": dict(service)}}
    if _said(scene, "infrastructure_encryption") == "pass":
        encryption["requireInfrastructureEncryption"] = True
    elif not as_made(scene) and scene.share("encrypted once") < 0.5:
        encryption["requireInfrastructureEncryption"] = False
    own = _said(scene, "customer_managed_key")
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


def made_with(verdict: str) -> Callable[[Scene], str]:
    """The verdict of an account that nobody ever set anything of, by the documented defaults."""
    return lambda scene: verdict if as_made(scene) else ""


TYPE = ResourceType(
    type="Microsoft.Storage/storageAccounts",
    naming="stngh{short}{env}{n:04}",
    weight=11,
    versions=VERSIONS,
    logs=Categories(
        audit=("StorageRead", "StorageWrite", "StorageDelete"), grouped=True, metric="Transaction"
    ),
    logged_parts=parts,
    body=body,
    faults={
        f"{CHECK}https_only": Fault(
            fails=({"properties.supportsHttpsTrafficOnly": False},),
            settled=made_with("pass"),
            policy=Policy(guid="404c3081-a854-4457-ae30-26a93ef643f9", initiative=ISO),
        ),
        f"{CHECK}minimum_tls": Fault(
            settled=made_with("fail"),
            policy=Policy(guid="fe83a0eb-a853-422d-aac2-1bffd182c5d0", initiative=ISO),
        ),
        f"{CHECK}public_blob_access": Fault(
            fails=({"properties.allowBlobPublicAccess": True},),
            # Model and policy differ on an absent value.
            unknown=({"properties.allowBlobPublicAccess": ABSENT},),
            settled=made_with("pass"),
            policy=Policy(guid="4fa4b6c0-31ca-4c0d-b10d-24b96f62a751", initiative=ISO),
        ),
        f"{CHECK}shared_key": Fault(
            settled=made_with("fail"),
            policy=Policy(guid="8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54", initiative=ISO),
        ),
        f"{CHECK}network_default_deny": Fault(
            # What a network security perimeter lets in is written elsewhere.
            unknown=({"properties.publicNetworkAccess": "SecuredByPerimeter"},),
            settled=made_with("fail"),
            policy=Policy(guid="34c877ad-507e-4c82-993e-3452a6e0ad3c", initiative=ISO, looser=True),
        ),
        f"{CHECK}customer_managed_key": Fault(asked=phi, settled=made_with("fail")),
        f"{CHECK}infrastructure_encryption": Fault(asked=phi, settled=made_with("fail")),
    },
    children=(BLOB_SERVICES,),
)
