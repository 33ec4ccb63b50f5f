"""How long the audit log of an Azure SQL server is kept where a diagnostic setting sends it.

In a workspace the table it is written to decides: AzureDiagnostics, or a table of its own where the
setting says so. https://learn.microsoft.com/azure/azure-monitor/platform/resource-logs
Tables are read for the workspaces of the server's own subscription. Elsewhere the default of the
workspace counts, and its tables are judged on their own by logging.workspace_retention.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit.logging.log_retention import (
    RetentionError,
    purged_early,
    total_days,
    workspace_days,
)
from collectors.kit.settings import quoted
from collectors.kit.spec import Item, Verdict, failed, passed, unknown

TABLES: Mapping[str | None, str] = {
    None: "AzureDiagnostics",
    "AzureDiagnostics": "AzureDiagnostics",
    "Dedicated": "SQLSecurityAuditEvents",
}
"""Where the events go, by logAnalyticsDestinationType.

https://learn.microsoft.com/rest/api/monitor/diagnostic-settings/get
"""
ELSEWHERE = " (its tables are judged on their own)"


def destinations(policy: Item, setting: Mapping[str, Any], wanted: int) -> Iterator[Verdict]:
    """Every destination of a setting. What leaves Azure Monitor another way cannot be followed.

    Raises NotSeenError.
    """
    followed = False
    if _text(setting, "workspaceId"):
        followed = True
        yield _in_workspace(policy, setting, wanted)
    if _text(setting, "storageAccountId"):
        # The setting's own retentionPolicy is retired: lifecycle rules of the account decide.
        # https://learn.microsoft.com/azure/azure-monitor/platform/migrate-to-azure-storage-lifecycle-policy
        followed = True
        yield unknown("the audit log goes to storage, whose lifecycle rules are not read")
    if not followed:
        yield unknown("the audit log leaves Azure Monitor to where it cannot be followed")


def _text(setting: Mapping[str, Any], key: str) -> str:
    value = setting.get(key)
    return value.strip() if isinstance(value, str) else ""


def _in_workspace(policy: Item, setting: Mapping[str, Any], wanted: int) -> Verdict:
    """How long the workspace keeps what it gets. Raises NotSeenError."""
    workspace_id = _text(setting, "workspaceId")
    name = workspace_id.rsplit("/", 1)[-1]
    workspace = policy.near("workspaces").get(workspace_id)
    if workspace is None:
        return unknown(f"the audit log goes to workspace {name}, which was not seen")
    if workspace.disputed:
        return unknown(f"Azure described workspace {name} twice, in two ways")
    kind = setting.get("logAnalyticsDestinationType")
    table_name = TABLES.get(kind) if isinstance(kind, str | None) else None
    if table_name is None:
        return unknown(f"Azure returned logAnalyticsDestinationType {quoted(kind)}, not known")
    own = workspace.subscription_id == policy.subscription_id
    table = _table(policy, workspace, table_name) if own else None
    if table is not None:
        return _kept(table, workspace, f"in table {table_name} of workspace {name}", wanted)
    place = f"in workspace {name}{'' if own else ELSEWHERE}"
    return _kept(None, workspace, place, wanted)


def _table(policy: Item, workspace: Item, name: str) -> Item | None:
    """The table that is written to; None before it has got its first record.

    Raises NotSeenError where the tables of the workspace could not be seen.
    """
    tables = policy.near("tables")
    found = tables.get(f"{workspace.id}/tables/{name}")
    if found is None:
        tables.get(workspace.id)  # A gap of this read names the workspace, not a table.
    return found


def _kept(table: Item | None, workspace: Item, place: str, wanted: int) -> Verdict:
    if table is not None and table.disputed:
        return unknown(f"Azure described the table {table.name} twice, in two ways")
    try:
        days = workspace_days(workspace) if table is None else total_days(table)
    except RetentionError as error:
        return unknown(f"the audit log is kept {place}: {error}")
    said = f"the audit log is kept for {days} days {place}"
    if days < wanted:
        return failed(f"{said}, {wanted} are expected")
    purged = purged_early(workspace, days)
    return unknown(f"the audit log is {place}, which {purged}") if purged else passed(said)
