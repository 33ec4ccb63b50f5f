"""How long Log Analytics keeps what a table holds: the chain from table to workspace.

A total retention of -1 is the table's interactive retention, and an interactive one of -1 is the
workspace's. https://learn.microsoft.com/rest/api/loganalytics/tables/get (read on 2026-11-28)
"""

from collections.abc import Mapping

from collectors.kit.settings import quoted
from collectors.kit.spec import Item
from collectors.kit.values.amounts import whole

INHERITED = -1
SHORTEST, LONGEST = 4, 4383
"""Days that a table can be set to keep: four days to twelve years."""
PURGE = "properties.features.immediatePurgeDataOn30Days"
"""Flag of a workspace by which it removes data after 30 days."""
PURGED_AFTER = 30


class RetentionError(ValueError):
    """The days cannot be told; the text says why, for people."""


def workspace_days(workspace: Item | None) -> int:
    """What tables keep unless they say otherwise. Raises RetentionError."""
    return _days(None if workspace is None else workspace["properties.retentionInDays"])


def interactive_days(table: Item) -> int:
    """How far back a query of the table can see. Raises RetentionError."""
    stated = table["properties.retentionInDays"]
    inherited = table["properties.retentionInDaysAsDefault"]
    if whole(stated) == INHERITED or (stated is None and inherited is True):
        return workspace_days(table.parent)
    days = _days(stated)
    if inherited is True and days < _or(table.parent, days):
        raise RetentionError(
            f"Azure said that the table keeps {days} days, and that it keeps as many as its "
            "workspace, which keeps more"
        )
    return days


def total_days(table: Item) -> int:
    """What the table keeps, the archive included. Raises RetentionError."""
    stated = table["properties.totalRetentionInDays"]
    inherited = table["properties.totalRetentionInDaysAsDefault"]
    if whole(stated) == INHERITED or (stated is None and inherited is True):
        return interactive_days(table)
    days = _days(stated)
    interactive = table["properties.retentionInDays"]
    if interactive is not None and (inherited is True or days == interactive):
        return min(days, interactive_days(table))
    return days


def purged_early(workspace: Item | None, days: int) -> str | None:
    """Why data may be gone before its days are over; None where it is not.

    The flag makes a retention of 30 days exact (Azure else takes up to 31). On a workspace that
    keeps more it contradicts the days, and Microsoft does not say which of them holds.
    """
    found = None if workspace is None else _flag(workspace)
    own = _or(workspace, days)
    if found is None or found is False or min(days, own) <= PURGED_AFTER:
        return None
    if found is True:
        return f"keeps {days} days and immediatePurgeDataOn30Days removes data after 30"
    return f"Azure returned immediatePurgeDataOn30Days {quoted(found)}, which is not known"


def _flag(workspace: Item) -> object:
    features = workspace["properties.features"]
    if features is not None and not isinstance(features, Mapping):
        return features
    return workspace[PURGE]


def _or(workspace: Item | None, otherwise: int) -> int:
    try:
        return workspace_days(workspace)
    except RetentionError:
        return otherwise


def _days(stated: object) -> int:
    if stated is None:
        raise RetentionError("Azure returned no retention in days")
    days = whole(stated)
    if days is None or not SHORTEST <= days <= LONGEST:
        raise RetentionError(f"Azure returned {quoted(stated)} days, which is no known retention")
    return days
