"""SQL servers, their databases and transparent data encryption.

Shaped by recorded answers of 2024-11-01-preview (5 November 2025) and 2021-02-01-preview: a server
with passwords only has no `administrators` at all, and an old one no lowest TLS version either.
"""

from typing import Any

from simulator.tenant.dates import hundredths, millis
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource

SERVER = ("server_minimum_tls", "server_public_network", "server_entra_only")
GIB = 1024**3


def generate(estate: Estate) -> Fragment:
    """Every SQL server and database, as its verdicts ask for."""
    ledger = Ledger(estate.dice)
    servers, databases = estate.of("server"), estate.of("database")
    ids = [one.id for one in servers]
    guarded = {one.id for one in servers if _guarded(estate, one)}
    for subject in sorted(guarded):
        ledger.expect("sql.databases.server_public_network", subject, "unknown")
    bad = {
        name: ledger.decide(
            f"sql.databases.{name}",
            [one for one in ids if name != "server_public_network" or one not in guarded],
        )
        for name in SERVER
    }
    own = [one.id for one in databases if one.name != "master"]
    plain = ledger.decide("sql.databases.tde", own)
    rows: list[dict[str, Any]] = []
    arm: dict[str, Any] = {}
    for one in servers:
        faults = {name for name, failing in bad.items() if one.id in failing}
        properties = _server(estate, one, faults)
        rows.append(estate.row(one, properties, kind="v12.0", identity=True))
    for one in databases:
        rows.append(_database(estate, one))
        # TDE cannot be switched on for master.
        encrypted = one.name != "master" and one.id not in plain
        arm[f"{one.id}/transparentDataEncryption/current".lower()] = _tde(one, encrypted=encrypted)
    return Fragment(rows=tuple(rows), arm=arm, truth=ledger.truth)


def _guarded(estate: Estate, one: Resource) -> bool:
    """Whether a network security perimeter decides who reaches it, which is written elsewhere."""
    return one.ordinal > 1 and estate.dice.share("perimeter", one.id) < 0.05


def _server(estate: Estate, one: Resource, faults: set[str]) -> dict[str, Any]:
    properties = {
        "fullyQualifiedDomainName": f"{one.name}.database.windows.net",
        "administratorLogin": "nghadmin",
        "version": "12.0",
        "state": "Ready",
        "publicNetworkAccess": "Enabled" if "server_public_network" in faults else "Disabled",
        "restrictOutboundNetworkAccess": "Disabled",
        "privateEndpointConnections": _connections(estate, one),
        "externalGovernanceStatus": "Disabled",
        "retentionDays": -1,
    }
    if _guarded(estate, one):
        properties["publicNetworkAccess"] = "SecuredByPerimeter"
    if estate.dice.share("workspace feature", one.id) < 0.5:
        properties["workspaceFeature"] = "Disconnected"
    return properties | _tls(estate, one, faults) | _administrators(estate, one, faults)


def _tls(estate: Estate, one: Resource, faults: set[str]) -> dict[str, Any]:
    """Too weak is an old version, none by name, or nothing said: an old server enforces none."""
    weak = "server_minimum_tls" in faults
    shapes = ("None", "1.0", "1.1", None) if weak else ("1.2", "1.2", "1.3")
    version = estate.dice.pick(shapes, "tls", one.id)
    return {} if version is None else {"minimalTlsVersion": version}


def _administrators(estate: Estate, one: Resource, faults: set[str]) -> dict[str, Any]:
    """Half of those that accept passwords accept nothing else: they name no administrator."""
    passwords = "server_entra_only" in faults
    if passwords and estate.dice.share("passwords only", one.id) < 0.5:
        return {}
    return {
        "administrators": {
            "administratorType": "ActiveDirectory",
            "principalType": "Group",
            "login": "sg-sql-administrators",
            "sid": estate.dice.guid("group", "sg-sql-administrators"),
            "tenantId": estate.tenant_id,
            "azureADOnlyAuthentication": not passwords,
        }
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
        "creationDate": hundredths(estate.dates.past(420)),
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
