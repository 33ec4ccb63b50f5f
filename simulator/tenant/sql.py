"""SQL servers, their databases, transparent data encryption and auditing."""

from typing import Any

from simulator.tenant.dates import millis
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource

SERVER = ("server_minimum_tls", "server_public_network", "server_entra_only", "auditing")
GIB = 1024**3


def generate(estate: Estate) -> Fragment:
    """Every SQL server and database, as its verdicts ask for."""
    ledger = Ledger(estate.dice)
    servers, databases = estate.of("server"), estate.of("database")
    ids = [one.id for one in servers]
    bad = {name: ledger.decide(f"sql.databases.{name}", ids) for name in SERVER}
    own = [one.id for one in databases if one.name != "master"]
    plain = ledger.decide("sql.databases.tde", own)
    rows: list[dict[str, Any]] = []
    arm: dict[str, Any] = {}
    for one in servers:
        faults = {name for name, failing in bad.items() if one.id in failing}
        properties = _server(estate, one, faults)
        rows.append(estate.row(one, properties, kind="v12.0", identity=True))
        arm[f"{one.id}/auditingSettings/default".lower()] = _auditing(
            estate, one, enough="auditing" not in faults
        )
    for one in databases:
        rows.append(_database(estate, one))
        # TDE cannot be switched on for master.
        encrypted = one.name != "master" and one.id not in plain
        arm[f"{one.id}/transparentDataEncryption/current".lower()] = _tde(one, encrypted=encrypted)
    return Fragment(rows=tuple(rows), arm=arm, truth=ledger.truth)


def _server(estate: Estate, one: Resource, faults: set[str]) -> dict[str, Any]:
    dice = estate.dice
    weak = "server_minimum_tls" in faults
    tls = ("None", "1.0", "1.1") if weak else ("1.2", "1.2", "1.3")
    return {
        "fullyQualifiedDomainName": f"{one.name}.database.windows.net",
        "administratorLogin": "nghadmin",
        "version": "12.0",
        "state": "Ready",
        "workspaceFeature": "Disconnected",
        "minimalTlsVersion": dice.pick(tls, "tls", one.id),
        "publicNetworkAccess": "Enabled" if "server_public_network" in faults else "Disabled",
        "restrictOutboundNetworkAccess": "Disabled",
        "administrators": {
            "administratorType": "ActiveDirectory",
            "principalType": "Group",
            "login": "sg-sql-administrators",
            "sid": dice.guid("group", "sg-sql-administrators"),
            "tenantId": estate.tenant_id,
            "azureADOnlyAuthentication": "server_entra_only" not in faults,
        },
        "privateEndpointConnections": _connections(estate, one),
        "externalGovernanceStatus": "Disabled",
    }


def _connections(estate: Estate, one: Resource) -> list[dict[str, Any]]:
    endpoint = estate.near("endpoint", one)
    if endpoint is None:
        return []
    approved = {"status": "Approved", "description": "Auto-approved", "actionsRequired": "None"}
    name = f"{endpoint.name}-{estate.dice.guid('connection', one.id)}"
    properties = {
        "provisioningState": "Ready",
        "privateEndpoint": {"id": endpoint.id},
        "privateLinkServiceConnectionState": approved,
    }
    return [{"id": f"{one.id}/privateEndpointConnections/{name}", "properties": properties}]


def _database(estate: Estate, one: Resource) -> dict[str, Any]:
    system = one.name == "master"
    objective = "System0" if system else "GP_Gen5_2"
    tier = "System" if system else "GeneralPurpose"
    sku = {"name": "System0" if system else "GP_Gen5", "tier": tier, "capacity": 0 if system else 2}
    properties = {
        "collation": "SQL_Latin1_General_CP1_CI_AS",
        "maxSizeBytes": (30 if system else 250) * GIB,
        "status": "Online",
        "databaseId": estate.dice.guid("database", one.id),
        "creationDate": millis(estate.dates.past(420)),
        "currentServiceObjectiveName": objective,
        "requestedServiceObjectiveName": objective,
        "defaultSecondaryLocation": "centralus",
        "catalogCollation": "SQL_Latin1_General_CP1_CI_AS",
        "isInfraEncryptionEnabled": False,
        "zoneRedundant": False,
        "readScale": "Disabled",
        "currentSku": dict(sku),
        "currentBackupStorageRedundancy": "Local" if system else "Geo",
        "requestedBackupStorageRedundancy": "Local" if system else "Geo",
        "isLedgerOn": False,
    }
    if not system:
        properties["licenseType"] = "LicenseIncluded"
        properties["maxLogSizeBytes"] = 75 * GIB
        properties["earliestRestoreDate"] = millis(estate.dates.past(7))
    kind = "v12.0,system" if system else "v12.0,user,vcore"
    return estate.row(one, properties, kind=kind, sku=sku)


def _tde(one: Resource, *, encrypted: bool) -> dict[str, Any]:
    return {
        "id": f"{one.id}/transparentDataEncryption/current",
        "name": "current",
        "type": "Microsoft.Sql/servers/databases/transparentDataEncryption",
        "properties": {"state": "Enabled" if encrypted else "Disabled"},
    }


def _auditing(estate: Estate, one: Resource, *, enough: bool) -> dict[str, Any]:
    """Enough goes to Azure Monitor, or to storage for ever or a year.

    Else it is off, kept too short, or on without anywhere to go.
    """
    good = ("monitor", "monitor", "storage", "storage for a year")
    bad = ("off", "storage for 90 days", "nowhere")
    shape = estate.dice.pick(good if enough else bad, "auditing", one.id)
    enabled, to_monitor = shape != "off", shape == "monitor"
    to_storage = shape.startswith("storage")
    days = {"storage for a year": 400, "storage for 90 days": 90}.get(shape, 0)
    storage = f"https://stnghaudit{one.place.short}.blob.core.windows.net/"
    return {
        "id": f"{one.id}/auditingSettings/default",
        "name": "default",
        "type": "Microsoft.Sql/servers/auditingSettings",
        "properties": {
            "state": "Enabled" if enabled else "Disabled",
            "storageEndpoint": storage if to_storage else "",
            "retentionDays": days,
            "auditActionsAndGroups": [
                "SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP",
                "FAILED_DATABASE_AUTHENTICATION_GROUP",
                "BATCH_COMPLETED_GROUP",
            ]
            if enabled
            else [],
            "storageAccountSubscriptionId": one.place.subscription.id
            if to_storage
            else "00000000-0000-0000-0000-000000000000",
            "isStorageSecondaryKeyInUse": False,
            "isAzureMonitorTargetEnabled": to_monitor,
            "isManagedIdentityInUse": to_storage,
        },
    }
