"""Log Analytics workspaces: how long the workspace and its tables keep what they hold."""

from collections.abc import Callable

from collectors.kit import Check, Collector, Expectations, Item, Owner
from collectors.kit.catalogue.lists import TABLES_OF_WORKSPACES, WORKSPACES
from collectors.kit.logging.audit_tables import is_audit_table
from collectors.kit.logging.log_retention import (
    RetentionError,
    purged_early,
    total_days,
    workspace_days,
)
from collectors.kit.verdicts import Verdict, failed, passed, unknown


def tells_who(table: Item) -> bool:
    """The question is about tables that tell who did what."""
    return is_audit_table(table.name)


def workspace_retention(workspace: Item, expectations: Expectations) -> Verdict:
    """What tables keep unless they say otherwise."""
    return _kept(workspace, workspace_days, workspace, expectations)


def table_retention(table: Item, expectations: Expectations) -> Verdict:
    """What the table keeps, the archive included.

    Azure lists every table that a workspace could have. Whether one ever held a record is not in
    that list: a table with the default of its workspace answers as the workspace does.
    """
    return _kept(table, total_days, table.parent, expectations)


def _kept(
    item: Item,
    days_of: Callable[[Item], int],
    workspace: Item | None,
    expectations: Expectations,
) -> Verdict:
    wanted = expectations["log_retention_days"]
    try:
        days = days_of(item)
    except RetentionError as error:
        return unknown(str(error))
    if days < wanted:
        return failed(f"keeps logs for {days} days, {wanted} are expected")
    purged = purged_early(workspace, days)
    return unknown(purged) if purged else passed(f"keeps logs for {days} days")


COLLECTOR = Collector(
    id="logging.workspace_retention",
    title="Retention of Log Analytics workspaces and tables",
    owner=Owner.SECURITY,
    reads={
        "workspaces": WORKSPACES,
        "tables": TABLES_OF_WORKSPACES,
    },
    checks=(
        Check(
            id="workspace_retention",
            title="Log Analytics workspaces keep logs long enough",
            judge=workspace_retention,
            controls=("A.8.15", "A.5.33"),
            expectation="log_retention_days",
            remedy="az monitor log-analytics workspace update --ids <id> --retention-time 365",
        ),
        Check(
            id="table_retention",
            title="Tables with audit logs keep them long enough",
            on="tables",
            when=tells_who,
            judge=table_retention,
            controls=("A.8.15", "A.5.33"),
            expectation="log_retention_days",
            remedy=(
                "az monitor log-analytics workspace table update --resource-group <group>"
                " --workspace-name <workspace> --name <table> --total-retention-time 365"
            ),
        ),
    ),
)
