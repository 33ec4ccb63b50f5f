"""What diagnostic settings really log, and where to: category by category.

A setting may hold `logs: []`, switch a category off, or name no workspace: it then exists and logs
nothing. https://learn.microsoft.com/rest/api/monitor/diagnostic-settings/list
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from collectors.kit.values.audit_log import AuditLog

DESTINATIONS = (
    "workspaceId",
    "storageAccountId",
    "eventHubAuthorizationRuleId",
    "serviceBusRuleId",
    "marketplacePartnerId",
)
_PROVIDER = "/providers/microsoft."
_PARTNER = re.compile(
    r"/subscriptions/[^/]+/.*/providers/[^/.]+(?:\.[^/.]+)+/[^/]+/[^/]+", re.IGNORECASE
)
"""Partners have providers of their own, such as Dynatrace.Observability."""
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
    """By the categories that are on, where another than the usual one is."""
    missing: tuple[str, ...]
    """Switched on nowhere, or sent to no place that counts."""
    unsaid: tuple[str, ...]
    """Of which Azure did not say so much that it could be told."""


def logged(settings: Any, log: AuditLog, *, to_workspace: bool) -> Logged:
    """How much of an audit log goes anywhere at all, or to a workspace.

    `settings` is Azure's list. What cannot be read in it may be all that is needed, or nothing.
    """
    streams = [stream for setting in settings for stream in _streams(setting, to_workspace)]
    sights = {need[0]: _sight(need, log, streams) for need in log.needs}
    return Logged(
        needed=tuple(dict.fromkeys(_told(need, streams) for need in log.needs)),
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


_UNREAD = _Stream(category=None, group=None, works=Sight.UNSAID)


def _streams(setting: Any, to_workspace: bool) -> Iterator[_Stream]:  # noqa: FBT001 - passed on by `logged`, where it is named
    properties = setting.get("properties") if isinstance(setting, Mapping) else None
    if not isinstance(properties, Mapping):
        yield _UNREAD
        return
    sent = _in_workspace(properties) if to_workspace else _anywhere(properties)
    logs = properties.get("logs")
    for one in logs if isinstance(logs, list) else [None]:
        yield _stream(one, sent)


def _stream(one: Any, sent: Sight) -> _Stream:
    if not isinstance(one, Mapping):
        return replace(_UNREAD, works=min(_UNREAD.works, sent))
    on = _SWITCH.get(repr(one.get("enabled")), Sight.UNSAID)
    # A switch has a category or a group; where both are told, or neither, it says nothing.
    group = _text(one.get("categoryGroup")) if one.get("category") is None else None
    return _Stream(category=_text(one.get("category")), group=group, works=min(on, sent))


_SWITCH: Mapping[str, Sight] = {"True": Sight.YES, "False": Sight.NO}
"""By how Python writes it: JSON 1 is not true, "true" is no boolean."""


def _sight(need: Sequence[str], log: AuditLog, streams: Sequence[_Stream]) -> Sight:
    wanted = {category.lower() for category in need}
    return max(
        (min(stream.works, _covers(stream, wanted, log)) for stream in streams), default=Sight.NO
    )


def _told(need: Sequence[str], streams: Sequence[_Stream]) -> str:
    """The category that is on; the usual one where a group holds them, or none is on."""
    on = {stream.category for stream in streams if stream.works is Sight.YES}
    return next((category for category in need if category.lower() in on), need[0])


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
    partner = properties.get("marketplacePartnerId")
    if isinstance(partner, str) and _PARTNER.fullmatch(partner):
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
