"""What diagnostic settings really log, and where to: category by category.

A setting may hold `logs: []`, switch a category off, or name no workspace: it then exists and logs
nothing. https://learn.microsoft.com/rest/api/monitor/diagnostic-settings/list
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from collectors.kit.audit_logs import AuditLog

DESTINATIONS = (
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "serviceBusRuleId",
    "marketplacePartnerId",
)
_PROVIDER = "/providers/microsoft."
_WORKSPACE = "/providers/microsoft.operationalinsights/workspaces/"


class Sight(IntEnum):
    """Whether something is so, as far as Azure said."""

    NO = 0
    UNSAID = 1
    YES = 2


@dataclass(frozen=True, kw_only=True, slots=True)
class Logged:
    """What is needed, by how far it is there."""

    needed: tuple[str, ...]
    missing: tuple[str, ...]
    """Switched on nowhere, or sent to no place that counts."""
    unsaid: tuple[str, ...]
    """Of which Azure did not say so much that it could be told."""


def logged(settings: Any, log: AuditLog, *, to_workspace: bool) -> Logged:
    """How much of an audit log goes anywhere at all, or to a workspace.

    `settings` is Azure's list. Raises TypeError, KeyError or AttributeError on another shape.
    """
    streams = [stream for setting in settings for stream in _streams(setting, to_workspace)]
    sights = {need[0]: _sight(need, log, streams) for need in log.needs}
    return Logged(
        needed=tuple(sights),
        missing=tuple(name for name, sight in sights.items() if sight is Sight.NO),
        unsaid=tuple(name for name, sight in sights.items() if sight is Sight.UNSAID),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class _Stream:
    """One switch of a setting; without a name where Azure did not say what it switches."""

    category: str | None
    group: str | None
    works: Sight
    """Whether it is on and arrives where it should."""


def _streams(setting: Mapping[str, Any], to_workspace: bool) -> Iterator[_Stream]:  # noqa: FBT001 - passed on by `logged`, where it is named
    properties = setting["properties"]
    sent = _in_workspace(properties) if to_workspace else _anywhere(properties)
    logs = properties.get("logs")
    if not isinstance(logs, list):
        yield _Stream(category=None, group=None, works=min(Sight.UNSAID, sent))
        return
    for one in logs:
        on = _SWITCH.get(repr(one.get("enabled")), Sight.UNSAID)
        category = _text(one.get("category"))
        # A switch has a category or a group; where both are told, or neither, it says nothing.
        group = _text(one.get("categoryGroup")) if one.get("category") is None else None
        yield _Stream(category=category, group=group, works=min(on, sent))


_SWITCH: Mapping[str, Sight] = {"True": Sight.YES, "False": Sight.NO}
"""By how Python writes it: JSON 1 is not true, "true" is no boolean."""


def _sight(need: Sequence[str], log: AuditLog, streams: Sequence[_Stream]) -> Sight:
    wanted = {category.lower() for category in need}
    return max(
        (min(stream.works, _covers(stream, wanted, log)) for stream in streams), default=Sight.NO
    )


def _covers(stream: _Stream, wanted: set[str], log: AuditLog) -> Sight:
    if stream.category is not None:
        return Sight.YES if stream.category in wanted else Sight.NO
    if stream.group in log.groups:
        return Sight.YES
    # A group that is not documented for this type may hold what is needed, or not.
    return Sight.UNSAID


def _anywhere(properties: Mapping[str, Any]) -> Sight:
    """Does it send what it logs to any place?"""
    stated = [properties[name] for name in DESTINATIONS if name in properties]
    if any(isinstance(one, str) and _PROVIDER in one.lower() for one in stated):
        return Sight.YES
    return Sight.NO if stated and all(one in (None, "") for one in stated) else Sight.UNSAID


def _in_workspace(properties: Mapping[str, Any]) -> Sight:
    """Does it send what it logs to a workspace?

    Unused destinations are null in the settings of resources, and left out in those of
    subscriptions: one that names another place without naming a workspace has none. The model
    calls workspaceId optional, and Microsoft's built-in rules compare it for equality.
    """
    if "workspaceId" not in properties:
        return Sight.NO if _anywhere(properties) is Sight.YES else Sight.UNSAID
    named = properties["workspaceId"]
    if named is None or named == "":
        return Sight.NO
    return Sight.YES if isinstance(named, str) and _WORKSPACE in named.lower() else Sight.UNSAID


def _text(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and value else None
