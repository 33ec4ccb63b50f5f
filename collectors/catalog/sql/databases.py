"""Azure SQL: encryption, sign-in, network and auditing of servers and their databases."""

from collectors.kit import Check, Collector, Item, Owner, child, rows
from collectors.kit.absence import absent, documented
from collectors.kit.catalogue.lists import TABLES_OF_WORKSPACES, WORKSPACES
from collectors.kit.logging.sql_audit import AUDIT_READS, auditing
from collectors.kit.settings import first_known, setting, tls, toggle
from collectors.kit.verdicts import Status, failed, passed, unknown

TLS = "properties.minimalTlsVersion"
ADMINISTRATORS = "properties.administrators"
ABSENT = documented(
    "Microsoft.Sql/servers",
    "https://pypi.org/project/azure-mgmt-sql/4.0.0/",
    "2026-11-28",
    "2019-06-01",
    absent(
        ADMINISTRATORS,
        "no Entra administrator is then set, and sign-in is by SQL passwords",
        Status.FAIL,
        agrees="abda6d70-9778-44e7-84a8-06713e6db027",
        since="2020-08-01",
    ),
    absent(
        TLS,
        "no lowest TLS version is then enforced",
        Status.FAIL,
        agrees="32e6bbec-16b6-44c2-be37-c5b672d103cf",
    ),
    absent(
        "properties.publicNetworkAccess",
        "the server can then be reached from public networks",
        Status.FAIL,
        agrees="1b8ca024-1d5c-4dec-8995-b1a932b41780",
    ),
)


def is_user_database(database: Item) -> bool:
    """The system database `master` cannot be encrypted, so it is not asked.

    https://learn.microsoft.com/azure/azure-sql/database/transparent-data-encryption-tde-overview
    """
    return database.id.rsplit("/", 1)[-1].lower() != "master"


def is_its_own(policy: Item) -> bool:
    """The server of a Synapse workspace is audited by a setting of the workspace.

    https://learn.microsoft.com/azure/azure-sql/database/auditing-overview
    """
    server = policy.parent
    return server is None or "analytics" not in str(server["kind"]).lower().split(",")


COLLECTOR = Collector(
    id="sql.databases",
    title="Azure SQL servers and databases",
    owner=Owner.SECURITY,
    absent=ABSENT,
    reads={
        "servers": AUDIT_READS["servers"],
        "databases": rows("Microsoft.Sql/servers/databases"),
        "workspaces": WORKSPACES,
        "tde": child(
            "databases",
            "Microsoft.Sql/servers/databases/transparentDataEncryption",
            "2021-11-01",
            name="current",
            where=is_user_database,
        ),
        "tables": TABLES_OF_WORKSPACES,
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
            id="server_minimum_tls",
            title="SQL servers refuse old TLS versions",
            judge=first_known(
                setting(TLS, {"None": failed("no lowest TLS version is set, any is accepted")}),
                tls(TLS, absent=ABSENT),
            ),
            controls=("A.8.24",),
            expectation="minimum_tls",
            remedy="az sql server update --ids <id> --minimal-tls-version 1.2",
            owner=Owner.CLOUD,
            policy="32e6bbec-16b6-44c2-be37-c5b672d103cf",
            differs=(
                'a server whose lowest version is "None" takes any and passes the rule, not here; '
                "which version is old is the organisation's own expectation"
            ),
        ),
        Check(
            id="server_public_network",
            title="SQL servers cannot be reached from public networks",
            judge=setting(
                "properties.publicNetworkAccess",
                {
                    "Disabled": passed("public network access is disabled"),
                    "Enabled": failed("the server can be reached from public networks"),
                    "SecuredByPerimeter": unknown(
                        "a network security perimeter decides, which is not read"
                    ),
                },
                absent=ABSENT,
            ),
            controls=("A.8.20", "A.8.22"),
            remedy="az sql server update --ids <id> --enable-public-network false",
            policy="1b8ca024-1d5c-4dec-8995-b1a932b41780",
        ),
        Check(
            id="server_entra_only",
            title="SQL servers accept Entra ID sign-in only",
            # A server with passwords only has no administrators.
            judge=toggle(
                f"{ADMINISTRATORS}.azureADOnlyAuthentication",
                passes="sign-in is by Entra ID only",
                fails="SQL passwords are accepted beside Entra ID",
                absent=ABSENT,
            ),
            controls=("A.5.17", "A.8.5"),
            remedy=(
                "az sql server ad-only-auth enable --resource-group <group> --name <server>, after"
                " az sql server ad-admin create where no Entra administrator is set"
            ),
            policy="b3a22bc9-66de-45fb-98fa-00f5df42f41a",
        ),
        Check(
            id="auditing",
            title="SQL servers write an audit log that is kept",
            on="auditing",
            when=is_its_own,
            judge=auditing,
            beside=("master_settings", "workspaces", "tables"),
            controls=("A.8.15",),
            expectation="log_retention_days",
            remedy=(
                "az sql server audit-policy update --ids <id> --state Enabled"
                " --log-analytics-target-state Enabled --log-analytics-workspace-resource-id <id>"
                " (it also makes the diagnostic setting of database master)"
            ),
            policy="a6fb4358-5bf4-4ad7-ba82-2cd2f41ce5e9",
            differs=(
                "the rule reads the switch alone: here sign-ins and what ran must be recorded (as"
                " 7ff426e2 asks), arrive somewhere and be kept long enough; servers of Synapse"
                " are asked by neither"
            ),
        ),
    ),
)
