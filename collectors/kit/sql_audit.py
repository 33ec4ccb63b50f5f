"""Where the audit log of an Azure SQL server goes, and how long it is kept there.

The switch towards Azure Monitor alone sends nothing: a diagnostic setting of the server's database
`master` says where to, and how long that is kept is the destination's affair. Of a workspace it is
the retention of the workspace: that of single tables is judged by logging.workspace_retention.
https://learn.microsoft.com/azure/azure-sql/database/auditing-setup
https://learn.microsoft.com/rest/api/sql/server-blob-auditing-policies/get
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit.amounts import whole
from collectors.kit.audit_logs import audit_logs_of
from collectors.kit.diagnostics import logged
from collectors.kit.settings import quoted
from collectors.kit.spec import Expectations, Item, Status, Verdict, failed, passed, unknown

(AUDIT_LOG,) = audit_logs_of(Item(id="/", data={"type": "microsoft.sql/servers/databases"}))
"""The same for `master` as for every other database."""
STRANGE = unknown("Azure returned a diagnostic setting of master that is not known")
ACTION = re.compile(r"[A-Z_]+_GROUP|[A-Z, ]+ on .+ by .+", re.IGNORECASE)
INCOMPLETE = unknown("Azure returned no complete auditing settings")


def auditing(policy: Item, expectations: Expectations) -> Verdict:
    """The audit log is written, arrives somewhere and is kept there long enough.

    Stricter than Microsoft's policy, which asks for the state alone.
    """
    match policy["properties"]:
        case {"state": "Disabled"}:
            return failed("auditing is disabled")
        case {"state": "Enabled"}:
            return _recorded(policy, policy["properties"], expectations["log_retention_days"])
        case {"state": state}:
            return unknown(f"Azure returned state {quoted(state)}, a value that is not known")
    return INCOMPLETE


def _recorded(policy: Item, settings: Mapping[str, Any], wanted: int) -> Verdict:
    groups = settings.get("auditActionsAndGroups")
    if groups is None or groups == []:
        return unknown("auditing is on, yet Azure names no action that it records")
    if not isinstance(groups, list) or not all(map(_is_action, groups)):
        return INCOMPLETE
    storage, monitor = settings.get("storageEndpoint"), settings.get("isAzureMonitorTargetEnabled")
    if not isinstance(storage, str | None) or not isinstance(monitor, bool | None):
        return INCOMPLETE
    kept: list[Verdict] = []
    if storage and not storage.startswith("https://"):
        return INCOMPLETE
    if storage:
        kept.append(_in_storage(whole(settings.get("retentionDays")), wanted))
    elif monitor is None:
        return INCOMPLETE
    if monitor and not any(one.status is Status.PASS for one in kept):
        kept.append(_in_monitor(policy, wanted))
    nowhere = failed("auditing is on and goes nowhere: neither storage nor Azure Monitor")
    return _best(kept) if kept else nowhere


def _is_action(name: Any) -> bool:
    """A group of actions, or actions on an object by somebody."""
    return isinstance(name, str) and ACTION.fullmatch(name) is not None


def _best(verdicts: list[Verdict]) -> Verdict:
    """One place that keeps the log is enough; one that is not known may be that place."""
    order = (Status.PASS, Status.UNKNOWN, Status.FAIL)
    return min(verdicts, key=lambda verdict: order.index(verdict.status))


def _in_storage(days: int | None, wanted: int) -> Verdict:
    """Zero days means that nothing is deleted by age; in storage only."""
    if days is None or days < 0:
        return INCOMPLETE
    if days == 0 or days >= wanted:
        return passed(f"the audit log is kept {f'for {days} days' if days else 'for good'}")
    return failed(f"the audit log is kept for {days} days, {wanted} are expected")


def _in_monitor(policy: Item, wanted: int) -> Verdict:
    """Raises NotSeenError where the settings of `master` could not be seen."""
    answer = policy.near("master_settings").get(policy.id)
    listed = answer["value"] if answer else None
    if not isinstance(listed, list):
        return unknown("Azure returned no list of diagnostic settings of database master")
    places = [place for setting in listed for place in _sent(policy, setting, wanted)]
    nothing = "auditing is on and sends nothing: no diagnostic setting of master takes"
    return _best(places) if places else failed(f"{nothing} SQLSecurityAuditEvents")


def _sent(policy: Item, setting: Any, wanted: int) -> Iterator[Verdict]:
    """How long each destination of a setting keeps the audit log; none where it sends none."""
    try:
        found = logged([setting], AUDIT_LOG, to_workspace=False)
    except (TypeError, KeyError, AttributeError):
        yield STRANGE
        return
    if found.unsaid:
        yield STRANGE
    elif not found.missing:
        yield from _places(policy, setting["properties"], wanted)


def _places(policy: Item, setting: Mapping[str, Any], wanted: int) -> Iterator[Verdict]:
    """Every destination of a setting. What leaves Azure Monitor another way cannot be followed."""
    followed = False
    if workspace := _text(setting, "workspaceId"):
        followed = True
        yield _in_workspace(policy, workspace, wanted)
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


def _in_workspace(policy: Item, workspace_id: str, wanted: int) -> Verdict:
    """How long the workspace keeps what it gets. Raises NotSeenError."""
    workspace = policy.near("workspaces").get(workspace_id)
    name = workspace_id.rsplit("/", 1)[-1]
    if workspace is None:
        return unknown(f"the audit log goes to workspace {name}, which was not seen")
    days = whole(workspace["properties.retentionInDays"])
    if days is None or days <= 0:
        return unknown(f"the audit log goes to workspace {name}, which does not say how long")
    said = f"the audit log is kept for {days} days in workspace {name}"
    return passed(said) if days >= wanted else failed(f"{said}, {wanted} are expected")
