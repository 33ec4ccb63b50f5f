"""What a resource can log, as Azure Monitor documents it, and what of it are audit logs.

https://learn.microsoft.com/azure/azure-monitor/reference/logs-index
Every type has the group `allLogs`, some have the group `audit`.
https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings
"""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Categories:
    """What a resource of one type can log."""

    audit: tuple[str, ...]
    """All of these are needed to say who did what."""
    others: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    """Categories that do as well as all of `audit`."""
    grouped: bool = False
    """Whether the type has the group `audit`."""
    metric: str = "AllMetrics"
