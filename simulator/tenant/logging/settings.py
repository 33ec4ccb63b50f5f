"""One list of diagnostic settings that logs what it shall, in one of the shapes that occur.

Shaped by what `az monitor diagnostic-settings` recorded at 2021-05-01-preview: unused destinations
are null, `resourcegroups` is in lower case, a switch has a category or a group and the other null,
and a setting with no logs and no metrics is accepted and listed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from simulator.tenant.estate.dice import Dice
from simulator.tenant.kit.log_categories import Categories

Switch = tuple[str, bool]
GROUPS = ("allLogs", "audit")


@dataclass(frozen=True, kw_only=True, slots=True)
class Target:
    """The resource or service that is asked, and where its logs may go."""

    id: str
    categories: Categories
    workspace: str
    archive: str
    hub: str


def working(dice: Dice, target: Target) -> list[dict[str, Any]]:
    """Every audit log goes to the workspace."""
    known, share = target.categories, dice.share("settings", target.id)
    groups = GROUPS if known.grouped else GROUPS[:1]
    if share < 0.4:
        group = dice.pick(groups, "group", target.id)
        return [_setting(target, "to-log-analytics", [(group, True)], workspace=True)]
    if share < 0.5 and known.instead:
        return [_setting(target, "to-log-analytics", _on(known.instead), workspace=True)]
    if share < 0.7:
        everything = _on((*known.audit, *known.others))
        return [_setting(target, "to-log-analytics", everything, workspace=True)]
    if share < 0.85:
        kept = _setting(target, "to-archive", [("allLogs", True)], archive=True)
        return [kept, _setting(target, "to-log-analytics", _on(known.audit), workspace=True)]
    first, rest = known.audit[:1], (*known.audit[1:], *known.others)
    return [
        _setting(target, "first", _on(first), workspace=True),
        _setting(target, "second", _on(rest), workspace=True),
    ]


def elsewhere(dice: Dice, target: Target) -> list[dict[str, Any]]:
    """Every audit log is kept, and one of them at least reaches no workspace."""
    known, share = target.categories, dice.share("elsewhere", target.id)
    if share < 0.3:
        kept = _setting(target, "to-archive", [("allLogs", True)], archive=True)
        if not known.others:
            return [kept]
        seen = _setting(target, "to-log-analytics", _on(known.others), workspace=True)
        return [kept, seen]
    if share < 0.6:
        return [_setting(target, "to-hub", _on(known.audit), hub=True)]
    last = _setting(target, "to-archive", _on(known.audit[-1:]), archive=True)
    rest = [*_on(known.audit[:-1]), (known.audit[-1], False)]
    return [last, _setting(target, "to-log-analytics", rest, workspace=True)]


def silent(dice: Dice, target: Target) -> list[dict[str, Any]]:
    """At least one audit log is kept nowhere, in one of the shapes of nothing."""
    known, share = target.categories, dice.share("silent", target.id)
    if share < 0.25:
        return []
    if share < 0.4:
        return [_setting(target, "set-by-policy", [], workspace=True)]
    if share < 0.5:
        return [_setting(target, "metrics", [], workspace=True, metrics=True)]
    if share < 0.65:
        off = [("allLogs", False)]
        return [_setting(target, "set-by-policy", off, workspace=True, metrics=True)]
    on = [*_on((*known.audit[:-1], *known.others)), (known.audit[-1], False)]
    return [_setting(target, "to-log-analytics", on, workspace=True, metrics=True)]


def metrics_only(target: Target) -> list[dict[str, Any]]:
    """What a storage account itself can have."""
    return [_setting(target, "metrics", [], workspace=True, metrics=True)]


def _on(names: Sequence[str]) -> list[Switch]:
    return [(name, True) for name in names]


def _setting(
    target: Target,
    name: str,
    logs: Sequence[Switch],
    *,
    workspace: bool = False,
    archive: bool = False,
    hub: bool = False,
    metrics: bool = False,
) -> dict[str, Any]:
    owner = target.id.replace("/resourceGroups/", "/resourcegroups/")
    metric = {"category": target.categories.metric, "enabled": True, "retentionPolicy": _never()}
    return {
        "id": f"{owner}/providers/microsoft.insights/diagnosticSettings/{name}",
        "type": "Microsoft.Insights/diagnosticSettings",
        "name": name,
        "location": None,
        "kind": None,
        "tags": None,
        "properties": {
            "storageAccountId": target.archive if archive else None,
            "serviceBusRuleId": None,
            "workspaceId": target.workspace if workspace else None,
            "eventHubAuthorizationRuleId": target.hub if hub else None,
            "eventHubName": None,
            "metrics": [metric] if metrics else [],
            "logs": [_switch(name, on=on) for name, on in logs],
            "logAnalyticsDestinationType": None,
        },
        "identity": None,
    }


def _switch(name: str, *, on: bool) -> dict[str, Any]:
    grouped = name in GROUPS
    return {
        "category": None if grouped else name,
        "categoryGroup": name if grouped else None,
        "enabled": on,
        "retentionPolicy": _never(),
    }


def _never() -> dict[str, Any]:
    return {"enabled": False, "days": 0}
