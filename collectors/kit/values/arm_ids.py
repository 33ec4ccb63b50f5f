"""What an id of Azure Resource Manager says of itself: its type, its group, what it lies in. Pure.

https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
"""

import re
from collections.abc import Iterator

SUBSCRIPTION = "microsoft.resources/subscriptions"
GROUP = "microsoft.resources/subscriptions/resourcegroups"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_DEPTHS = {2: SUBSCRIPTION, 4: GROUP}
"""Types of ids that name no provider, by the number of their parts."""


def is_guid(text: str) -> bool:
    """True for the bare id of a subscription or of an object of Microsoft Graph."""
    return _GUID.fullmatch(text) is not None


def is_arm(item_id: str) -> bool:
    """True for an id that is a path; ids of Microsoft Graph are bare."""
    return item_id.startswith("/")


def type_of(item_id: str) -> str:
    """Azure type in lower case; empty for what is no ARM id."""
    before, found, own = item_id.lower().rpartition("/providers/")
    if not found:
        parts = _parts(before or own)
        return _DEPTHS.get(len(parts), "") if is_arm(item_id) else ""
    namespace, *rest = _parts(own)
    return "/".join([namespace, *rest[::2]])


def ancestors(item_id: str) -> Iterator[str]:
    """Everything an id lies in, in lower case, nearest first: parents, group, subscription."""
    parts = _parts(item_id.lower()) if is_arm(item_id) else []
    while len(parts) > 2:
        parts = parts[:-2]
        if len(parts) >= 2 and parts[-2] == "providers":
            parts = parts[:-2]
        if parts:
            yield "/" + "/".join(parts)


def subscription_path(item_id: str) -> str | None:
    """`/subscriptions/<id>` in lower case, for what lies in one or is one."""
    parts = _parts(item_id.lower())
    if is_arm(item_id) and len(parts) >= 2 and parts[0] == "subscriptions":
        return "/" + "/".join(parts[:2])
    return None


def group_path(item_id: str) -> str | None:
    """The resource group's id in lower case, for what lies in one or is one."""
    parts = _parts(item_id.lower())
    if is_arm(item_id) and len(parts) >= 4 and parts[0] == "subscriptions":
        return "/" + "/".join(parts[:4]) if parts[2] == "resourcegroups" else None
    return None


def home_of(item_id: str) -> str:
    """The group, else the subscription, an id lies in; empty for all others."""
    return group_path(item_id) or subscription_path(item_id) or ""


def _parts(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
