"""Where the audit log of an Azure SQL server goes, and how long it is kept there.

The switch towards Azure Monitor alone sends nothing: a diagnostic setting of the server's database
`master` says where to, and how long that is kept is the destination's affair (audit_destinations).
https://learn.microsoft.com/azure/azure-sql/database/auditing-setup
https://learn.microsoft.com/rest/api/sql/server-blob-auditing-policies/get
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from collectors.kit.logging.audit_destinations import destinations
from collectors.kit.logging.audit_logs import audit_logs_of
from collectors.kit.logging.diagnostics import Sight, logged
from collectors.kit.reads import child, rows
from collectors.kit.settings import quoted
from collectors.kit.spec import (
    Arm,
    Expectations,
    Item,
    Read,
    Status,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.values.amounts import whole

(AUDIT_LOG,) = audit_logs_of(Item(id="/", data={"type": "microsoft.sql/servers/databases"}))
"""The same for `master` as for every other database."""
STRANGE = unknown("Azure returned a diagnostic setting of master that is not known")
ACTION = re.compile(r"[A-Z_]+_GROUP|[A-Z, ]+ on .+ by .+", re.IGNORECASE)
INCOMPLETE = unknown("Azure returned no complete auditing settings")
RECORDED = (
    "BATCH_COMPLETED_GROUP",
    "SUCCESSFUL_DATABASE_AUTHENTICATION_GROUP",
    "FAILED_DATABASE_AUTHENTICATION_GROUP",
)
"""What ran, and who signed in or tried to: the set that Azure sets and the model recommends.

https://learn.microsoft.com/rest/api/sql/server-blob-auditing-policies/get
Microsoft's definition 7ff426e2-515f-405a-91c8-4f2333442eb5 asks for the same three.
"""
NOWHERE = failed("auditing is on and goes nowhere: neither storage nor Azure Monitor")

AUDIT_READS: Mapping[str, Read] = MappingProxyType(
    {
        "servers": rows("Microsoft.Sql/servers"),
        "auditing": child(
            "servers", "Microsoft.Sql/servers/auditingSettings", "2021-11-01", name="default"
        ),
        "master_settings": Arm(
            path="{id}/databases/master/providers/Microsoft.Insights/diagnosticSettings",
            api_version="2021-05-01-preview",
            per="resource",
            of="servers",
            needs=("Microsoft.Insights/diagnosticSettings/read",),
        ),
    }
)
"""What tells of a server's audit: equal reads of two collectors cost one request."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Targets:
    """Where to a server writes its audit log."""

    storage: bool
    monitor: bool | None
    """Towards Azure Monitor, where a setting of `master` takes it on; None where not told."""


def auditing(policy: Item, expectations: Expectations) -> Verdict:
    """The audit log is written, arrives somewhere and is kept there long enough.

    Stricter than Microsoft's policy, which asks for the state alone. Servers of Synapse workspaces
    are not asked, as there: their auditing is a setting of the workspace.
    https://learn.microsoft.com/azure/azure-sql/database/auditing-overview
    """
    found = targets(policy)
    if isinstance(found, Verdict):
        return found
    wanted: int = expectations["log_retention_days"]
    kept: list[Verdict] = []
    if found.storage:
        kept.append(_in_storage(whole(policy["properties.retentionDays"]), wanted))
    if found.monitor and not any(one.status is Status.PASS for one in kept):
        kept.append(_in_monitor(policy, wanted))
    return _best(kept)


def targets(policy: Item) -> Targets | Verdict:
    """Where to an audit log is written; the verdict where it is written nowhere, or not told."""
    match policy["properties"]:
        case {"state": "Disabled"}:
            return failed("auditing is disabled")
        case {"state": "Enabled"}:
            return _written(policy["properties"])
        case {"state": state}:
            return unknown(f"Azure returned state {quoted(state)}, a value that is not known")
    return INCOMPLETE


def _written(settings: Mapping[str, Any]) -> Targets | Verdict:
    lacking = _unrecorded(settings.get("auditActionsAndGroups"))
    if lacking is not None:
        return lacking
    storage, monitor = settings.get("storageEndpoint"), settings.get("isAzureMonitorTargetEnabled")
    if not isinstance(storage, str | None) or not isinstance(monitor, bool | None):
        return INCOMPLETE
    if storage and not storage.startswith("https://"):
        return INCOMPLETE
    if not storage and not monitor:
        return INCOMPLETE if monitor is None else NOWHERE
    return Targets(storage=bool(storage), monitor=monitor)


def _unrecorded(groups: Any) -> Verdict | None:
    """Why what is recorded is too little, or not told; None where it is enough."""
    if groups is None or groups == []:
        return unknown("auditing is on, yet Azure names no action that it records")
    if not isinstance(groups, list) or not all(map(_is_action, groups)):
        return INCOMPLETE
    told = {group.upper() for group in groups}
    missing = [group for group in RECORDED if group not in told]
    return failed(f"auditing is on {_without(missing)}") if missing else None


def _is_action(name: Any) -> bool:
    """A group of actions, or actions on an object by somebody."""
    return isinstance(name, str) and ACTION.fullmatch(name) is not None


def _without(groups: list[str]) -> str:
    if len(groups) == len(RECORDED):
        return "and records neither what is run nor who signs in"
    return f"without {' and '.join(group.removesuffix('_GROUP') for group in groups)}"


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
    listed = settings_of_master(policy, policy.id)
    if isinstance(listed, Verdict):
        return listed
    places = [place for setting in listed for place in _sent(policy, setting, wanted)]
    nothing = "auditing is on and sends nothing: no diagnostic setting of master takes"
    return _best(places) if places else failed(f"{nothing} SQLSecurityAuditEvents")


def settings_of_master(item: Item, server: str) -> list[Any] | Verdict:
    """Diagnostic settings of a server's database `master`, beside an item. Raises NotSeenError."""
    answer = item.near("master_settings").get(server)
    listed = answer["value"] if answer else None
    if not isinstance(listed, list):
        return unknown("Azure returned no list of diagnostic settings of database master")
    return listed


def takes_audit(setting: Any, *, to_workspace: bool) -> Sight:
    """Does a diagnostic setting of `master` send the audit log anywhere, or to a workspace?"""
    try:
        found = logged([setting], AUDIT_LOG, to_workspace=to_workspace)
    except (TypeError, KeyError, AttributeError):
        return Sight.UNSAID
    if found.unsaid:
        return Sight.UNSAID
    return Sight.NO if found.missing else Sight.YES


def _sent(policy: Item, setting: Any, wanted: int) -> Iterator[Verdict]:
    """How long each destination of a setting keeps the audit log; none where it sends none."""
    match takes_audit(setting, to_workspace=False):
        case Sight.UNSAID:
            yield STRANGE
        case Sight.YES:
            yield from destinations(policy, setting["properties"], wanted)
