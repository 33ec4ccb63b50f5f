"""Log Analytics workspaces: how long the workspace and its tables keep what they hold."""

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

AUDIT_TABLES = frozenset(
    {
        "AADManagedIdentitySignInLogs",
        "AADNonInteractiveUserSignInLogs",
        "AADServicePrincipalSignInLogs",
        "AKSAudit",
        "AKSAuditAdmin",
        "AppRequests",
        "AuditLogs",
        "AzureActivity",
        "AzureDiagnostics",
        "AZKVAuditLogs",
        "CommonSecurityLog",
        "OfficeActivity",
        "SecurityAlert",
        "SecurityEvent",
        "SigninLogs",
        "SQLSecurityAuditEvents",
        "StorageBlobLogs",
        "Syslog",
    }
)
"""Tables that tell who did what; the others hold measurements."""


def is_audit_table(table: Item) -> bool:
    """The question is about tables that tell who did what."""
    return table.name in AUDIT_TABLES


def workspace_retention(workspace: Item, expectations: Expectations) -> Verdict:
    """What tables keep unless they say otherwise."""
    return _kept(workspace["properties.retentionInDays"], expectations["log_retention_days"])


def table_retention(table: Item, expectations: Expectations) -> Verdict:
    """What the table keeps, the archive included."""
    return _kept(table["properties.totalRetentionInDays"], expectations["log_retention_days"])


def _kept(days: object, wanted: int) -> Verdict:
    kept = whole(days)
    if kept is None:
        return unknown("Azure returned no retention in days")
    if kept >= wanted:
        return passed(f"keeps logs for {kept} days")
    return failed(f"keeps logs for {kept} days, {wanted} are expected")


COLLECTOR = Collector(
    id="logging.workspace_retention",
    title="Retention of Log Analytics workspaces and tables",
    reads={
        "workspaces": ResourceGraph(
            table="resources",
            types=("microsoft.operationalinsights/workspaces",),
            needs=("Microsoft.OperationalInsights/workspaces/read",),
        ),
        "tables": Arm(
            path="{id}/tables",
            api_version="2022-10-01",
            per="resource",
            of="workspaces",
            each=True,
            needs=("Microsoft.OperationalInsights/workspaces/tables/read",),
        ),
    },
    checks=(
        Check(
            id="workspace_retention",
            title="Log Analytics workspaces keep logs long enough",
            on="workspaces",
            judge=workspace_retention,
            controls=("A.8.15", "A.5.33"),
            expectation="log_retention_days",
            remedy="az monitor log-analytics workspace update --ids <id> --retention-time 365",
            owner=Owner.SECURITY,
        ),
        Check(
            id="table_retention",
            title="Tables with audit logs keep them long enough",
            on="tables",
            when=is_audit_table,
            judge=table_retention,
            controls=("A.8.15", "A.5.33"),
            expectation="log_retention_days",
            remedy=(
                "az monitor log-analytics workspace table update --resource-group <group>"
                " --workspace-name <workspace> --name <table> --total-retention-time 365"
            ),
            owner=Owner.SECURITY,
        ),
    ),
)
