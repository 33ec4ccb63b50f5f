"""Storage accounts and their blob services."""

from typing import Any

from simulator.tenant.dates import ticks
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource
from simulator.tenant.kinds import ACCOUNT_SERVICES, account_kind

ACCOUNT = ("https_only", "minimum_tls", "public_blob_access", "shared_key", "network_default_deny")
PHI_ACCOUNT = ("customer_managed_key", "infrastructure_encryption")
SERVICE = ("soft_delete", "container_soft_delete", "versioning")


def generate(estate: Estate) -> Fragment:
    """Every storage account, as its verdicts ask for."""
    ledger = Ledger(estate.dice)
    accounts = [one for one in estate.of("storage") if not one.odd]
    everyone = [one.id for one in accounts]
    phi = [one.id for one in accounts if one.phi]
    bad = {name: ledger.decide(f"storage.accounts.{name}", everyone) for name in ACCOUNT}
    bad |= {name: ledger.decide(f"storage.accounts.{name}", phi) for name in PHI_ACCOUNT}
    blobs = [one.id for one in accounts if _has_blobs(estate, one)]
    bad |= {name: ledger.decide(f"storage.blob_services.{name}", blobs) for name in SERVICE}
    rows: list[dict[str, Any]] = []
    arm: dict[str, Any] = {}
    for one in accounts:
        faults = {name for name, failing in bad.items() if one.id in failing}
        rows.append(_row(estate, one, _properties(estate, one, faults)))
        if _has_blobs(estate, one):
            arm[_service_path(one)] = _service(one, _service_properties(estate, one, faults))
    for one in estate.of("storage"):
        if one.odd:
            _expect_unknown(ledger, one)
            rows.append(_row(estate, one, {"provisioningState": "ResolvingDNS"}))
            arm[_service_path(one)] = _service(one, {"cors": {"corsRules": []}})
    return Fragment(rows=tuple(rows), arm=arm, truth=ledger.truth)


def _expect_unknown(ledger: Ledger, one: Resource) -> None:
    for name in ACCOUNT + PHI_ACCOUNT:
        ledger.expect(f"storage.accounts.{name}", one.id, "unknown")
    for name in SERVICE:
        ledger.expect(f"storage.blob_services.{name}", one.id, "unknown")


def _has_blobs(estate: Estate, one: Resource) -> bool:
    return "blob" in ACCOUNT_SERVICES[account_kind(estate.dice, one)]


def _row(estate: Estate, one: Resource, properties: dict[str, Any]) -> dict[str, Any]:
    sku = {"name": "Standard_GRS", "tier": "Standard"}
    kind = account_kind(estate.dice, one)
    return estate.row(one, properties, kind=kind, sku=sku, identity=True)


def _properties(estate: Estate, one: Resource, faults: set[str]) -> dict[str, Any]:
    dice, created = estate.dice, ticks(estate.dates.past(300 + one.ordinal % 400))
    tls = ("TLS1_0", "TLS1_1") if "minimum_tls" in faults else ("TLS1_2", "TLS1_2", "TLS1_3")
    return {
        "keyPolicy": {"keyExpirationPeriodInDays": 90},
        "sasPolicy": {"sasExpirationPeriod": "1.00:00:00", "expirationAction": "Log"},
        "keyCreationTime": {"key1": created, "key2": created},
        "isHnsEnabled": False,
        "isSftpEnabled": False,
        "allowBlobPublicAccess": "public_blob_access" in faults,
        "minimumTlsVersion": dice.pick(tls, "tls", one.id),
        "allowSharedKeyAccess": "shared_key" in faults,
        **_network(estate, one, closed="network_default_deny" not in faults),
        "creationTime": created,
        "primaryEndpoints": {
            service: f"https://{one.name}.{service}.core.windows.net/"
            for service in ("web", "dfs", "blob", "file", "queue", "table")
        },
        "primaryLocation": one.place.location,
        "routingPreference": {
            "routingChoice": "MicrosoftRouting",
            "publishMicrosoftEndpoints": False,
            "publishInternetEndpoints": False,
        },
        "provisioningState": "Succeeded",
        "encryption": _encryption(estate, one, faults, created),
        "accessTier": "Hot",
        "privateEndpointConnections": [],
        "secondaryLocation": "westus2",
        "statusOfPrimary": "available",
        "statusOfSecondary": "available",
        "supportsHttpsTrafficOnly": "https_only" not in faults,
    }


def _network(estate: Estate, one: Resource, *, closed: bool) -> dict[str, Any]:
    """Closed is either no public endpoint at all, or a firewall that denies by default."""
    sealed = closed and estate.dice.share("sealed", one.id) < 0.4
    deny = closed and (not sealed or estate.dice.share("deny", one.id) < 0.5)
    return {
        "publicNetworkAccess": "Disabled" if sealed else "Enabled",
        "networkAcls": {
            "resourceAccessRules": [],
            "bypass": "AzureServices",
            "defaultAction": "Deny" if deny else "Allow",
            "ipRules": [{"value": "203.0.113.0/28", "action": "Allow"}] if deny else [],
            "virtualNetworkRules": [],
        },
    }


def _encryption(estate: Estate, one: Resource, faults: set[str], enabled: str) -> dict[str, Any]:
    service = {"keyType": "Account", "enabled": True, "lastEnabledTime": enabled}
    encryption = {
        "services": {"file": dict(service), "blob": dict(service)},
        "requireInfrastructureEncryption": one.phi and "infrastructure_encryption" not in faults,
    }
    if not one.phi or "customer_managed_key" in faults:
        return encryption | {"keySource": "Microsoft.Storage"}
    vault = f"https://kv-{one.place.short}-keys.vault.azure.net"
    version = estate.dice.hexadecimal(32, "key version", one.id).lower()
    return encryption | {
        "keySource": "Microsoft.Keyvault",
        "keyvaultproperties": {
            "keyvaulturi": vault,
            "keyname": "storage-wrapping",
            "keyversion": "",
            "currentVersionedKeyIdentifier": f"{vault}/keys/storage-wrapping/{version}",
            "lastKeyRotationTimestamp": ticks(estate.dates.past(60)),
        },
    }


def _service_path(one: Resource) -> str:
    return f"{one.id}/blobServices/default".lower()


def _service(one: Resource, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{one.id}/blobServices/default",
        "name": "default",
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "properties": properties,
        "sku": {"name": "Standard_GRS", "tier": "Standard"},
    }


def _service_properties(estate: Estate, one: Resource, faults: set[str]) -> dict[str, Any]:
    return {
        "cors": {"corsRules": []},
        "defaultServiceVersion": "2020-10-02",
        "deleteRetentionPolicy": _retention(estate, one, "soft_delete", faults),
        "containerDeleteRetentionPolicy": _retention(estate, one, "container_soft_delete", faults),
        "isVersioningEnabled": "versioning" not in faults,
        "changeFeed": {"enabled": True, "retentionInDays": 30},
    }


def _retention(estate: Estate, one: Resource, check: str, faults: set[str]) -> dict[str, Any]:
    """Too weak is either off, or on for fewer than 7 days."""
    if check not in faults:
        return {"enabled": True, "days": estate.dice.pick((7, 14, 30, 90), check, one.id)}
    days = estate.dice.pick((0, 1, 3), check, one.id)
    return {"enabled": True, "days": days} if days else {"enabled": False}
