"""SQL databases and their encryption; `logging.sql_auditing` says what they log."""

from typing import Any

from simulator.tenant.kit import (
    Categories,
    Child,
    Fault,
    Policy,
    ResourceType,
    Row,
    Scene,
    hundredths,
    millis,
)
from simulator.tenant.types.sql.servers import TYPE as SERVERS

MASTER, TDE = "master", "sql.databases.tde"


def user(scene: Scene) -> bool:
    """Whether it is one of the company's, and none of the system's."""
    return scene.name != MASTER


def body(scene: Scene) -> dict[str, Any]:
    """A database of the company or, for every server, `master`."""
    system = not user(scene)
    objective = "System0" if system else "GP_Gen5_2"
    tier = "System" if system else "GeneralPurpose"
    sku = {"name": "System0" if system else "GP_Gen5", "tier": tier, "capacity": 0 if system else 2}
    properties = {
        "collation": "SQL_Latin1_General_CP1_CI_AS",
        "maxSizeBytes": (30 if system else 250) * 1024**3,
        "status": "Online",
        "databaseId": scene.guid("database"),
        "creationDate": hundredths(scene.dates.past(420)),
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
        properties["maxLogSizeBytes"] = 75 * 1024**3
        properties["earliestRestoreDate"] = millis(scene.dates.past(7))
    kind = "v12.0,system" if system else "v12.0,user,vcore"
    return {"kind": kind, "sku": sku, "properties": properties}


def encryption(scene: Scene) -> dict[str, Any]:
    """It cannot be switched on for `master`."""
    return {"properties": {"state": "Enabled" if user(scene) else "Disabled"}}


def needed(row: Row) -> bool:
    """Of `master` it says nothing."""
    return not str(row["id"]).lower().endswith(f"/databases/{MASTER}")


ENCRYPTION = Child(
    path="transparentDataEncryption/current",
    body=encryption,
    faults={
        TDE: Fault(
            fails=({"properties.state": "Disabled"},),
            asked=user,
            policy=Policy(guid="17k78e20-9358-41c9-923c-fb736d382a12", effect="auditifnotexists"),
        )
    },
    purpose="transparent_data_encryption",
    needed=needed,
)
TYPE = ResourceType(
    type="Microsoft.Sql/servers/databases",
    naming="sqldb-{short}-{n:03}",
    weight=8.4,
    parent=SERVERS.type,
    first=MASTER,
    versions=SERVERS.versions,
    logs=Categories(
        audit=("SQLSecurityAuditEvents",),
        others=("SQLInsights", "AutomaticTuning", "QueryStoreRuntimeStatistics", "Errors"),
        grouped=True,
        metric="Basic",
    ),
    body=body,
    children=(ENCRYPTION,),
)
