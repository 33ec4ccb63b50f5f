"""Storage accounts of every kind.

Shaped by recorded answers of api-version 2024-01-01 (19 June 2025, 23 February 2025), 2021-02-01
and 2019-04-01: an account made without a word about its settings leaves out allowSharedKeyAccess,
publicNetworkAccess, infrastructure encryption, the keys of tables and queues and every policy, and
accepts TLS 1.0. Customer keys reach tables and queues only where their keyType is Account:
https://learn.microsoft.com/azure/storage/common/customer-managed-keys-overview
"""

from collections.abc import Mapping
from typing import Any

from simulator.tenant.dates import ticks
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource
from simulator.tenant.storage_kinds import AccountKind, as_made, kind_of
from simulator.tenant.storage_network import network

CHECKS = ("https_only", "minimum_tls", "public_blob_access", "shared_key", "network_default_deny")
PHI_CHECKS = ("customer_managed_key", "infrastructure_encryption")
AS_MADE = {
    "https_only": "pass",
    "minimum_tls": "fail",
    "public_blob_access": "pass",
    "shared_key": "fail",
    "network_default_deny": "fail",
    "customer_managed_key": "fail",
    "infrastructure_encryption": "fail",
}
"""What an account is that nobody ever set anything of, by the documented defaults."""


def generate(estate: Estate) -> Fragment:
    """Every storage account, as its verdicts ask for."""
    ledger = Ledger(estate.dice)
    everyone = estate.of("storage")
    accounts = [one for one in everyone if not one.odd]
    truth = {name: _decided(estate, ledger, accounts, name) for name in (*CHECKS, *PHI_CHECKS)}
    for one in everyone:
        if one.odd:
            for name in (*CHECKS, *PHI_CHECKS):
                ledger.expect(f"storage.accounts.{name}", one.id, "unknown")
    rows = []
    for one in everyone:
        kind = kind_of(estate, one)
        told = {name: verdicts.get(one.id, "") for name, verdicts in truth.items()}
        # Resource Graph shows an account before it knows what it is like.
        properties = {} if one.odd else _properties(estate, one, kind, told)
        rows.append(estate.row(one, properties, kind=kind.name, sku=kind.sku, identity=True))
    return Fragment(rows=tuple(rows), truth=ledger.truth)


def _decided(estate: Estate, ledger: Ledger, accounts: list[Resource], name: str) -> dict[str, str]:
    """The verdict of each account a check is about."""
    check = f"storage.accounts.{name}"
    asked = [one for one in accounts if one.phi or name not in PHI_CHECKS]
    fixed = {one.id: AS_MADE[name] for one in asked if as_made(estate, one)}
    fixed |= {
        one.id: "unknown" for one in asked if one.id not in fixed and _unsaid(estate, one, name)
    }
    for subject, verdict in fixed.items():
        ledger.expect(check, subject, verdict)
    left = [one.id for one in asked if one.id not in fixed]
    failing = ledger.decide(check, left)
    return fixed | {one: "fail" if one in failing else "pass" for one in left}


def _unsaid(estate: Estate, one: Resource, name: str) -> bool:
    """Cases that even the documents leave open.

    Model and policy differ on an absent allowBlobPublicAccess; what a network security perimeter
    lets in is written elsewhere.
    """
    open_ended = name in ("public_blob_access", "network_default_deny")
    return open_ended and one.ordinal > 2 and estate.dice.share("unsaid", name, one.id) < 0.03


def _properties(
    estate: Estate, one: Resource, kind: AccountKind, told: Mapping[str, str]
) -> dict[str, Any]:
    dice, created = estate.dice, ticks(estate.dates.past(300 + one.ordinal % 400))
    properties = _common(one, kind, created) | {
        "allowCrossTenantReplication": False,
        "supportsHttpsTrafficOnly": told["https_only"] != "fail",
        "encryption": _encryption(estate, one, kind, told, created),
    }
    if as_made(estate, one):
        return properties | {
            "minimumTlsVersion": "TLS1_0",
            "allowBlobPublicAccess": False,
            **network(estate, one, "as made"),
        }
    tls = ("TLS1_0", "TLS1_1", None) if told["minimum_tls"] == "fail" else ("TLS1_2", "TLS1_3")
    properties |= _set("minimumTlsVersion", dice.pick(tls, "tls", one.id))
    if told["public_blob_access"] != "unknown":
        properties["allowBlobPublicAccess"] = told["public_blob_access"] == "fail"
    keys = (True, None) if told["shared_key"] == "fail" else (False,)
    properties |= _set("allowSharedKeyAccess", dice.pick(keys, "shared key", one.id))
    return properties | network(estate, one, told["network_default_deny"]) | _policies(estate, one)


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


def _policies(estate: Estate, one: Resource) -> dict[str, Any]:
    """What the portal writes of an account that somebody cared for."""
    if estate.dice.share("cared for", one.id) < 0.3:
        return {}
    return {
        "keyPolicy": {"keyExpirationPeriodInDays": 90},
        "sasPolicy": {"sasExpirationPeriod": "1.00:00:00", "expirationAction": "Log"},
        "isHnsEnabled": kind_of(estate, one).lake,
        "isSftpEnabled": False,
        "routingPreference": {
            "routingChoice": "MicrosoftRouting",
            "publishMicrosoftEndpoints": False,
            "publishInternetEndpoints": False,
        },
    }


def _encryption(
    estate: Estate, one: Resource, kind: AccountKind, told: Mapping[str, str], enabled: str
) -> dict[str, Any]:
    service = {"keyType": "Account", "enabled": True, "lastEnabledTime": enabled}
    encryption: dict[str, Any] = {"services": {"file": dict(service), "blob": dict(service)}}
    if told["infrastructure_encryption"] == "pass":
        encryption["requireInfrastructureEncryption"] = True
    elif not as_made(estate, one) and estate.dice.share("encrypted once", one.id) < 0.5:
        encryption["requireInfrastructureEncryption"] = False
    own = told["customer_managed_key"]
    plain = own != "fail" or not kind.tables or estate.dice.share("plain", one.id) < 0.4
    if as_made(estate, one) or own == "" or (own == "fail" and plain):
        return encryption | {"keySource": "Microsoft.Storage"}
    if kind.tables and own == "pass":
        encryption["services"] |= {"table": dict(service), "queue": dict(service)}
    elif kind.tables and estate.dice.share("told", one.id) < 0.5:
        scoped = service | {"keyType": "Service"}
        encryption["services"] |= {"table": dict(scoped), "queue": dict(scoped)}
    return encryption | _own_key(estate, one)


def _own_key(estate: Estate, one: Resource) -> dict[str, Any]:
    vault = f"https://kv-{one.place.short}-keys.vault.azure.net"
    version = estate.dice.hexadecimal(32, "key version", one.id).lower()
    return {
        "keySource": "Microsoft.Keyvault",
        "keyvaultproperties": {
            "keyvaulturi": vault,
            "keyname": "storage-wrapping",
            "keyversion": "",
            # A key without an end has the end of 1970.
            "currentVersionedKeyExpirationTimestamp": "1970-01-01T00:00:00.0000000Z",
            "currentVersionedKeyIdentifier": f"{vault}/keys/storage-wrapping/{version}",
            "lastKeyRotationTimestamp": ticks(estate.dates.past(60)),
        },
    }
