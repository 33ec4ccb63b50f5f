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
from collectors.kit.absence import documented
from collectors.kit.settings import first_known, setting, tls, toggle, unread
from collectors.kit.sql_audit import AUDIT_READS, auditing

SERVER = "microsoft.sql/servers"
TLS = "properties.minimalTlsVersion"
ADMINISTRATORS = "properties.administrators"


def is_user_database(database: Item) -> bool:
    """The system database `master` cannot be encrypted, so it is not asked.

    https://learn.microsoft.com/azure/azure-sql/database/transparent-data-encryption-tde-overview
    """
    return database.id.rsplit("/", 1)[-1].lower() != "master"


_ENTRA_ONLY = toggle(
    f"{ADMINISTRATORS}.azureADOnlyAuthentication",
    passes="sign-in is by Entra ID only",
    fails="SQL passwords are accepted beside Entra ID",
)


def server_entra_only(server: Item, expectations: Expectations) -> Verdict:
    """Everybody signs in as themselves. A server with passwords only has no administrators."""
    if server[ADMINISTRATORS] is None:
        return unread(server, ADMINISTRATORS, documented(SERVER, ADMINISTRATORS))
    return _ENTRA_ONLY(server, expectations)


COLLECTOR = Collector(
    id="sql.databases",
    title="Azure SQL servers and databases",
    reads={
        "servers": AUDIT_READS["servers"],
        "databases": ResourceGraph(
            table="resources",
            types=("microsoft.sql/servers/databases",),
            needs=("Microsoft.Sql/servers/databases/read",),
        ),
        "workspaces": ResourceGraph(
            table="resources",
            types=("microsoft.operationalinsights/workspaces",),
            needs=("Microsoft.OperationalInsights/workspaces/read",),
        ),
        "tde": Arm(
            path="{id}/transparentDataEncryption/current",
            api_version="2021-11-01",
            per="resource",
            of="databases",
            where=is_user_database,
            needs=("Microsoft.Sql/servers/databases/transparentDataEncryption/read",),
        ),
        "auditing": AUDIT_READS["auditing"],
        "master_settings": AUDIT_READS["master_settings"],
    },
    checks=(
        Check(
            id="tde",
            title="Databases are encrypted at rest",
            on="tde",
            judge=setting(
                "properties.state",
                {
                    "Enabled": passed("data files, logs and backups are encrypted"),
                    "Disabled": failed("transparent data encryption is disabled"),
                },
            ),
            controls=("A.8.24",),
            remedy=(
                "az sql db tde set --resource-group <group> --server <server>"
                " --database <name> --status Enabled"
            ),
            owner=Owner.CLOUD,
            policy="17k78e20-9358-41c9-923c-fb736d382a12",
        ),
        Check(
            # Stricter than Microsoft's policy, which lets a server without any lowest version pass.
            id="server_minimum_tls",
            title="SQL servers refuse old TLS versions",
            on="servers",
            judge=first_known(
                setting(TLS, {"None": failed("no lowest TLS version is set, any is accepted")}),
                tls(TLS, absent=documented(SERVER, TLS)),
            ),
            controls=("A.8.24",),
            expectation="minimum_tls",
            remedy="az sql server update --ids <id> --minimal-tls-version 1.2",
            owner=Owner.CLOUD,
            policy="32e6bbec-16b6-44c2-be37-c5b672d103cf",
        ),
        Check(
            id="server_public_network",
            title="SQL servers cannot be reached from public networks",
            on="servers",
            judge=setting(
                "properties.publicNetworkAccess",
                {
                    "Disabled": passed("public network access is disabled"),
                    "Enabled": failed("the server can be reached from public networks"),
                    "SecuredByPerimeter": unknown(
                        "a network security perimeter decides, which is not read"
                    ),
                },
                absent=documented(SERVER, "properties.publicNetworkAccess"),
            ),
            controls=("A.8.20", "A.8.22"),
            remedy="az sql server update --ids <id> --enable-public-network false",
            owner=Owner.SECURITY,
            policy="1b8ca024-1d5c-4dec-8995-b1a932b41780",
        ),
        Check(
            id="server_entra_only",
            title="SQL servers accept Entra ID sign-in only",
            on="servers",
            judge=server_entra_only,
            controls=("A.5.17", "A.8.5"),
            remedy=(
                "az sql server ad-only-auth enable --resource-group <group> --name <server>, after"
                " az sql server ad-admin create where no Entra administrator is set"
            ),
            owner=Owner.SECURITY,
            policy="abda6d70-9778-44e7-84a8-06713e6db027",
        ),
        Check(
            id="auditing",
            title="SQL servers write an audit log that is kept",
            on="auditing",
            judge=auditing,
            beside=("master_settings", "workspaces"),
            controls=("A.8.15",),
            expectation="log_retention_days",
            remedy=(
                "az sql server audit-policy update --ids <id> --state Enabled"
                " --log-analytics-target-state Enabled --log-analytics-workspace-resource-id <id>"
                " (it also makes the diagnostic setting of database master)"
            ),
            owner=Owner.SECURITY,
            policy="a6fb4358-5bf4-4ad7-ba82-2cd2f41ce5e9",
        ),
    ),
)
