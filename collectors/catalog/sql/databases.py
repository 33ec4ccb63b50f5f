"""Azure SQL: encryption, sign-in, network and auditing of servers and their databases."""

from collectors.kit import (
    Arm,
    Check,
    Collector,
    Expectations,
    Item,
    Owner,
    ResourceGraph,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.amounts import whole
from collectors.kit.tls import tls_at_least


def is_user_database(setting: Item) -> bool:
    """The system database `master` cannot be encrypted, so it is not asked."""
    return setting.parent is None or setting.parent.name.lower() != "master"


def tde(setting: Item, _: Expectations) -> Verdict:
    """Data files are encrypted."""
    match setting["properties.state"]:
        case "Enabled":
            return passed("data files, logs and backups are encrypted")
        case "Disabled":
            return failed("transparent data encryption is disabled")
        case _:
            return unknown("Azure returned no state of transparent data encryption")


def server_minimum_tls(server: Item, expectations: Expectations) -> Verdict:
    """Old TLS versions are refused."""
    found, wanted = server["properties.minimalTlsVersion"], expectations["minimum_tls"]
    if found == "None":
        return failed(f"no lowest TLS version is set, expected {wanted}")
    match tls_at_least(found, wanted):
        case True:
            return passed(f"the lowest TLS version accepted is {found}")
        case False:
            return failed(f"accepts TLS {found}, older than {wanted}")
        case _:
            return unknown("Azure returned no minimalTlsVersion that names a version")


def server_public_network(server: Item, _: Expectations) -> Verdict:
    """The server has no public address."""
    match server["properties.publicNetworkAccess"]:
        case "Disabled":
            return passed("public network access is disabled")
        case "Enabled":
            return failed("the server can be reached from public networks")
        case "SecuredByPerimeter":
            return unknown("a network security perimeter decides, which is not read")
        case _:
            return unknown("Azure returned no publicNetworkAccess")


def server_entra_only(server: Item, _: Expectations) -> Verdict:
    """Everybody signs in as themselves."""
    match server["properties.administrators.azureADOnlyAuthentication"]:
        case True:
            return passed("sign-in is by Entra ID only")
        case False:
            return failed("SQL passwords are accepted beside Entra ID")
        case _:
            return unknown("Azure returned no azureADOnlyAuthentication")


def auditing(setting: Item, expectations: Expectations) -> Verdict:
    """The audit log is written somewhere and kept there."""
    match setting["properties"]:
        case {"state": "Disabled"}:
            return failed("auditing is disabled")
        case {"state": "Enabled", "isAzureMonitorTargetEnabled": True}:
            return passed("the audit log goes to Azure Monitor")
        case {"state": "Enabled", "storageEndpoint": str(storage), "retentionDays": days} if (
            storage.strip()
        ):
            return _kept_in_storage(whole(days), expectations["log_retention_days"])
        case {
            "state": "Enabled",
            "storageEndpoint": "" | None,
            "isAzureMonitorTargetEnabled": False,
        }:
            return failed("auditing is on and goes nowhere: neither storage nor Azure Monitor")
        case _:
            return unknown("Azure returned no complete auditing settings")


def _kept_in_storage(days: int | None, wanted: int) -> Verdict:
    """Zero days means that nothing is deleted by age.

    https://learn.microsoft.com/azure/azure-sql/database/auditing-setup
    """
    if days is None or days < 0:
        return unknown("Azure returned no complete auditing settings")
    if days == 0 or days >= wanted:
        return passed(f"the audit log is kept {f'for {days} days' if days else 'for good'}")
    return failed(f"the audit log is kept for {days} days, {wanted} are expected")


COLLECTOR = Collector(
    id="sql.databases",
    title="Azure SQL servers and databases",
    reads={
        "servers": ResourceGraph(
            table="resources",
            types=("microsoft.sql/servers",),
            needs=("Microsoft.Sql/servers/read",),
        ),
        "databases": ResourceGraph(
            table="resources",
            types=("microsoft.sql/servers/databases",),
            needs=("Microsoft.Sql/servers/databases/read",),
        ),
        "tde": Arm(
            path="{id}/transparentDataEncryption/current",
            api_version="2021-11-01",
            per="resource",
            of="databases",
            needs=("Microsoft.Sql/servers/databases/transparentDataEncryption/read",),
        ),
        "auditing": Arm(
            path="{id}/auditingSettings/default",
            api_version="2021-11-01",
            per="resource",
            of="servers",
            needs=("Microsoft.Sql/servers/auditingSettings/read",),
        ),
    },
    checks=(
        Check(
            id="tde",
            title="Databases are encrypted at rest",
            on="tde",
            when=is_user_database,
            judge=tde,
            controls=("A.8.24",),
            remedy=(
                "az sql db tde set --resource-group <group> --server <server>"
                " --database <name> --status Enabled"
            ),
            owner=Owner.CLOUD,
        ),
        Check(
            id="server_minimum_tls",
            title="SQL servers refuse old TLS versions",
            on="servers",
            judge=server_minimum_tls,
            controls=("A.8.24",),
            expectation="minimum_tls",
            remedy="az sql server update --ids <id> --minimal-tls-version 1.2",
            owner=Owner.CLOUD,
        ),
        Check(
            id="server_public_network",
            title="SQL servers cannot be reached from public networks",
            on="servers",
            judge=server_public_network,
            controls=("A.8.20", "A.8.22"),
            remedy="az sql server update --ids <id> --enable-public-network false",
            owner=Owner.SECURITY,
        ),
        Check(
            id="server_entra_only",
            title="SQL servers accept Entra ID sign-in only",
            on="servers",
            judge=server_entra_only,
            controls=("A.5.17", "A.8.5"),
            remedy=("az sql server ad-only-auth enable --resource-group <group> --name <server>"),
            owner=Owner.SECURITY,
        ),
        Check(
            id="auditing",
            title="SQL servers write an audit log that is kept",
            on="auditing",
            judge=auditing,
            controls=("A.8.15",),
            expectation="log_retention_days",
            remedy=(
                "az sql server audit-policy update --ids <id> --state Enabled"
                " --log-analytics-target-state Enabled --log-analytics-workspace-resource-id <id>"
            ),
            owner=Owner.SECURITY,
        ),
    ),
)
