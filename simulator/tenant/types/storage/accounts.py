"""Storage accounts of every kind.

Shaped by recorded answers of api-version 2024-01-01 (19 June 2025, 23 February 2025), 2021-02-01
and 2019-04-01: an account made without a word about its settings leaves out allowSharedKeyAccess,
publicNetworkAccess, infrastructure encryption, the keys of tables and queues and every policy, and
accepts TLS 1.0.
"""

from collections.abc import Sequence
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
    where,
)
from simulator.tenant.storage.blob_services import BLOB_SERVICES
from simulator.tenant.storage.encryption import INFRASTRUCTURE, OWN_KEY, encryption
from simulator.tenant.storage.kinds import AccountKind, as_made, kind_of, services
from simulator.tenant.storage.network import as_it_was_made, in_a_perimeter, opened, shut

CHECK = "storage.accounts."
TLS, KEYS, PUBLIC = (
    "properties.minimumTlsVersion",
    "properties.allowSharedKeyAccess",
    "properties.allowBlobPublicAccess",
)
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
    """An account that lets in known addresses only; one as it was made lets in everybody."""
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
        "allowBlobPublicAccess": False,
        "encryption": encryption(scene, kind, created),
    }
    if as_made(scene):
        return properties | {"minimumTlsVersion": "TLS1_0"} | as_it_was_made()
    return (
        properties
        | {
            "minimumTlsVersion": scene.pick(("TLS1_2", "TLS1_3"), "tls"),
            "allowSharedKeyAccess": False,
        }
        | shut(scene)
        | _policies(scene)
    )


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
            settled=where(as_made, "pass"),
            policy=Policy(guid="404c3081-a854-4457-ae30-26a93ef643f9", initiative=ISO),
        ),
        f"{CHECK}minimum_tls": Fault(
            fails=({TLS: "TLS1_0"}, {TLS: "TLS1_1"}, {TLS: ABSENT}),
            settled=where(as_made, "fail"),
            policy=Policy(guid="fe83a0eb-a853-422d-aac2-1bffd182c5d0", initiative=ISO),
        ),
        f"{CHECK}public_blob_access": Fault(
            fails=({PUBLIC: True},),
            # Model and policy differ on an absent value.
            unknown=({PUBLIC: ABSENT},),
            settled=where(as_made, "pass"),
            policy=Policy(guid="4fa4b6c0-31ca-4c0d-b10d-24b96f62a751", initiative=ISO),
        ),
        f"{CHECK}shared_key": Fault(
            fails=({KEYS: True}, {KEYS: ABSENT}),
            settled=where(as_made, "fail"),
            policy=Policy(guid="8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54", initiative=ISO),
        ),
        f"{CHECK}network_default_deny": Fault(
            fails=(opened,),
            # What a network security perimeter lets in is written elsewhere.
            unknown=(in_a_perimeter,),
            settled=where(as_made, "fail"),
            policy=Policy(guid="34c877ad-507e-4c82-993e-3452a6e0ad3c", initiative=ISO, looser=True),
        ),
        OWN_KEY: Fault(asked=phi, settled=where(as_made, "fail")),
        INFRASTRUCTURE: Fault(asked=phi, settled=where(as_made, "fail")),
    },
    children=(BLOB_SERVICES,),
)
