"""Which log categories of a resource tell who did what, and which groups of them hold these.

A diagnostic setting that switches anything on is not one that logs the right thing. Some of
Microsoft's own rules take any group of categories, others want every category that a setting lists:
here those count that an auditor needs, wherever they are on.

A source says so of its own types (`Collector.logs`); those without a source stand here.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from collectors.kit.spec import Arm, Collector, Item

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
            groups=_GROUPED if audit_group else _EVERYTHING,
            source=f"{_REFERENCE}{page}",
        )
    }


_REFERENCE = "https://learn.microsoft.com/azure/azure-monitor/reference/supported-logs/"
_EVERYTHING = frozenset({ALL_LOGS})
_GROUPED = frozenset({ALL_LOGS, AUDIT})
"""Types that have the group `audit`: those of Microsoft's built-in definition 187242f4-89c6-4c43-
9a4e-188c0efacc5f, the storage services, Kubernetes and PostgreSQL."""

STORAGE_SERVICE = AuditLog(
    needs=(("StorageRead",), ("StorageWrite",), ("StorageDelete",)),
    groups=_GROUPED,
    source=f"{_REFERENCE}microsoft-storage-storageaccounts-blobservices-logs",
)
"""Of a storage account's blob, file, queue and table service; the account has metrics only."""
_WEB_APP = AuditLog(
    needs=(("AppServiceHTTPLogs",), ("AppServiceAuditLogs",), ("AppServiceIPSecAuditLogs",)),
    groups=_EVERYTHING,
    source=f"{_REFERENCE}microsoft-web-sites-logs",
)
_FUNCTION_APP = AuditLog(
    needs=(("FunctionAppLogs",),),
    groups=_EVERYTHING,
    source="https://learn.microsoft.com/azure/azure-functions/functions-monitor-log-analytics",
)

_BY_TYPE: Mapping[str, AuditLog] = MappingProxyType(
    {
        "microsoft.keyvault/vaults": AuditLog(
            needs=(("AuditEvent",),),
            groups=_GROUPED,
            source=f"{_REFERENCE}microsoft-keyvault-vaults-logs",
        ),
        "microsoft.sql/servers/databases": AuditLog(
            needs=(("SQLSecurityAuditEvents",),),
            groups=_GROUPED,
            source=f"{_REFERENCE}microsoft-sql-servers-databases-logs",
        ),
        "microsoft.network/networksecuritygroups": AuditLog(
            needs=(("NetworkSecurityGroupEvent",), ("NetworkSecurityGroupRuleCounter",)),
            groups=_EVERYTHING,
            source=f"{_REFERENCE}microsoft-network-networksecuritygroups-logs",
        ),
        "microsoft.network/applicationgateways": AuditLog(
            needs=(("ApplicationGatewayAccessLog",), ("ApplicationGatewayFirewallLog",)),
            groups=_EVERYTHING,
            source=f"{_REFERENCE}microsoft-network-applicationgateways-logs",
        ),
        "microsoft.web/sites": _WEB_APP,
        "microsoft.operationalinsights/workspaces": AuditLog(
            needs=(("Audit",),),
            groups=_GROUPED,
            source=f"{_REFERENCE}microsoft-operationalinsights-workspaces-logs",
        ),
        "microsoft.recoveryservices/vaults": AuditLog(
            # AzureBackupReport is the older category that holds the events of all the newer ones.
            # https://learn.microsoft.com/azure/backup/backup-azure-diagnostic-events
            needs=(
                ("CoreAzureBackup", "AzureBackupReport"),
                ("AddonAzureBackupJobs", "AzureBackupReport"),
                ("AddonAzureBackupPolicy", "AzureBackupReport"),
            ),
            groups=_EVERYTHING,
            source=f"{_REFERENCE}microsoft-recoveryservices-vaults-logs",
        ),
        "microsoft.containerservice/managedclusters": AuditLog(
            # kube-audit-admin leaves out what only reads.
            # https://learn.microsoft.com/azure/aks/monitor-aks-reference#resource-logs
            needs=(("kube-audit", "kube-audit-admin"),),
            groups=_GROUPED,
            source=f"{_REFERENCE}microsoft-containerservice-managedclusters-logs",
        ),
        "microsoft.dbforpostgresql/flexibleservers": AuditLog(
            needs=(("PostgreSQLLogs",),),
            groups=_GROUPED,
            source=f"{_REFERENCE}microsoft-dbforpostgresql-flexibleservers-logs",
        ),
        "microsoft.cognitiveservices/accounts": AuditLog(
            needs=(("Audit",),),
            groups=_GROUPED,
            source=f"{_REFERENCE}microsoft-cognitiveservices-accounts-logs",
        ),
        "microsoft.apimanagement/service": AuditLog(
            needs=(("GatewayLogs",),),
            groups=_GROUPED,
            source=f"{_REFERENCE}microsoft-apimanagement-service-logs",
        ),
    }
)
TYPES = tuple(_BY_TYPE)
OF_SOURCES = "types of the sources"
"""Among the types of a read: those of which sources say what they log; the registry fills it in."""


def with_logged_types(collectors: Iterable[Collector]) -> tuple[Collector, ...]:
    """The same collectors; who asks for the types of which sources say what they log asks these."""
    every = tuple(collectors)
    named = tuple(sorted({one.lower() for collector in every for one in collector.logs}))
    return tuple(_filled(collector, named) for collector in every)


def _filled(collector: Collector, named: tuple[str, ...]) -> Collector:
    reads = {
        name: replace(read, types=(*(one for one in read.types if one != OF_SOURCES), *named))
        if isinstance(read, Arm) and OF_SOURCES in read.types
        else read
        for name, read in collector.reads.items()
    }
    return collector if reads == collector.reads else replace(collector, reads=reads)


def audit_logs_of(resource: Item) -> tuple[AuditLog, ...]:
    """What a resource has to log; none where that is not known.

    Several where its kind decides and was not told.
    """
    if resource.type == "microsoft.web/sites":
        return _of_site(resource["kind"])
    log = _BY_TYPE.get(resource.type) or _of_source(resource.type)
    return () if log is None else (log,)


def _of_source(azure_type: str) -> AuditLog | None:
    # the registry finds the catalogue, whose files stand on this module
    from collectors.kit.registry import all_collectors

    logs = (one for collector in all_collectors() for one in collector.logs.items())
    return next((log for kind, log in logs if kind.lower() == azure_type), None)


def _of_site(kind: object) -> tuple[AuditLog, ...]:
    """Kinds are lists such as "app,linux" or "functionapp,linux,container".

    https://learn.microsoft.com/azure/app-service/reference-app-service-kinds
    """
    parts = kind.lower().split(",") if isinstance(kind, str) else []
    if "functionapp" in parts:
        return (_FUNCTION_APP,)
    return (_WEB_APP,) if "app" in parts else (_WEB_APP, _FUNCTION_APP)
