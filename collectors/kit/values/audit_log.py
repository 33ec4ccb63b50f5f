"""What a type of resource has to log so that it is told who did what."""

from dataclasses import dataclass

ALL_LOGS, AUDIT = "alllogs", "audit"
"""Groups of categories, in lower case.

https://learn.microsoft.com/azure/azure-monitor/platform/diagnostic-settings#resource-logs
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class AuditLog:
    """What a resource of one type has to log."""

    needs: tuple[tuple[str, ...], ...]
    """Each is needed; of the categories of one, the first is the usual, any one will do."""
    groups: frozenset[str]
    """Groups that are documented to hold all that is needed, in lower case."""
    source: str


def logs(azure_type: str, *categories: str, audit_group: bool = True) -> dict[str, AuditLog]:
    """What Azure Monitor's reference lists for a type, where each category is needed.

    `audit_group` tells whether the type has the group `audit` and it holds them.
    """
    page = f"{azure_type.lower().replace('.', '-').replace('/', '-')}-logs"
    return {
        azure_type: AuditLog(
            needs=tuple((one,) for one in categories),
            groups=GROUPED if audit_group else EVERYTHING,
            source=f"{REFERENCE}{page}",
        )
    }


REFERENCE = "https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/"
EVERYTHING = frozenset({ALL_LOGS})
GROUPED = frozenset({ALL_LOGS, AUDIT})
"""Types that have the group `audit`: those of Microsoft's built-in definition 187242f4-89c6-4c43-
9a4e-188c0efacc5f, the storage services, Kubernetes and PostgreSQL."""
