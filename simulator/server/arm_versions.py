"""Which api-versions of which resource type the simulator knows, and what Azure says of others.

Every type answers several versions, as Azure does; the newest of each are those the stock clients
of the lock file send. A type that is not listed takes any well-formed version.
"""

import re

from simulator.server.arm_path import ArmPath
from simulator.server.question import Answer, refuse

_WELL_FORMED = re.compile(
    r"\d{4}-\d{2}-\d{2}(-(preview|beta|alpha|privatepreview))?", re.IGNORECASE
)

_AUTHORIZATION = ("2018-07-01", "2020-04-01-preview", "2022-04-01", "2022-05-01-preview")
_PIM = ("2020-10-01", "2020-10-01-preview", "2024-09-01-preview")
_CORE = (
    "2016-06-01",
    "2018-05-01",
    "2019-10-01",
    "2020-01-01",
    "2020-06-01",
    "2021-01-01",
    "2021-04-01",
    "2022-09-01",
    "2022-12-01",
    "2024-03-01",
    "2024-07-01",
    "2025-03-01",
    "2025-04-01",
)
_STORAGE = (
    "2019-06-01",
    "2021-09-01",
    "2022-09-01",
    "2023-01-01",
    "2023-05-01",
    "2024-01-01",
    "2025-01-01",
    "2025-06-01",
    "2025-08-01",
    "2026-09-01",
)
_SQL = ("2014-04-01", "2020-11-01-preview", "2021-11-01", "2022-05-01-preview", "2023-08-01")
_DISKS = ("2021-12-01", "2023-04-02", "2023-10-02", "2024-03-02", "2025-01-02")
_VAULTS = ("2019-09-01", "2022-07-01", "2023-02-01", "2023-07-01", "2024-11-01", "2026-05-15")
_WEB = ("2021-02-01", "2022-03-01", "2022-09-01", "2023-01-01", "2023-12-01", "2024-04-01")
_NETWORK = ("2022-07-01", "2023-05-01", "2023-09-01", "2024-05-01", "2024-07-01", "2026-03-01")
_NETWORKING = (
    "applicationGateways",
    "networkInterfaces",
    "networkSecurityGroups",
    "privateEndpoints",
    "publicIPAddresses",
    "virtualNetworks",
)
_LOG_ANALYTICS = ("2020-08-01", "2021-12-01-preview", "2022-10-01", "2023-09-01", "2025-02-01")

TYPES: dict[str, tuple[str, ...]] = {
    "Microsoft.Authorization/permissions": ("2015-07-01", "2018-07-01", "2022-04-01"),
    "Microsoft.Authorization/policyAssignments": ("2021-06-01", "2022-06-01", "2024-04-01"),
    "Microsoft.Authorization/roleAssignments": _AUTHORIZATION,
    "Microsoft.Authorization/roleDefinitions": _AUTHORIZATION,
    "Microsoft.Authorization/roleEligibilityScheduleInstances": _PIM,
    "Microsoft.Authorization/roleAssignmentScheduleInstances": _PIM,
    "Microsoft.Authorization/roleManagementPolicyAssignment": _PIM,
    "Microsoft.Authorization/roleManagementPolicyAssignments": _PIM,
    "Microsoft.Authorization/locks": ("2016-09-01", "2020-05-01"),
    "Microsoft.Compute/disks": _DISKS,
    "Microsoft.Compute/snapshots": _DISKS,
    "Microsoft.Compute/virtualMachines": ("2022-11-01", "2023-09-01", "2024-07-01", "2024-11-01"),
    "Microsoft.ContainerService/managedClusters": ("2023-10-01", "2024-09-01", "2025-05-01"),
    "Microsoft.DBforPostgreSQL/flexibleServers": ("2022-12-01", "2023-06-01", "2024-08-01"),
    "Microsoft.Insights/diagnosticSettings": ("2017-05-01-preview", "2021-05-01-preview"),
    "Microsoft.KeyVault/vaults": _VAULTS,
    "Microsoft.ManagedIdentity/userAssignedIdentities": ("2018-11-30", "2023-01-31", "2024-11-30"),
    "Microsoft.Management/managementGroups": ("2020-05-01", "2021-04-01", "2023-04-01"),
    **{f"Microsoft.Network/{name}": _NETWORK for name in _NETWORKING},
    "Microsoft.OperationalInsights/workspaces": _LOG_ANALYTICS,
    "Microsoft.OperationalInsights/workspaces/tables": _LOG_ANALYTICS,
    "Microsoft.RecoveryServices/vaults": ("2021-04-01", "2023-04-01", "2024-10-01", "2025-02-01"),
    "Microsoft.ResourceGraph/resources": (
        "2019-04-01",
        "2021-03-01",
        "2021-06-01-preview",
        "2022-10-01",
        "2024-04-01",
    ),
    "Microsoft.Sql/servers": _SQL,
    "Microsoft.Sql/servers/databases": _SQL,
    "Microsoft.Sql/servers/auditingSettings": _SQL,
    "Microsoft.Sql/servers/databases/transparentDataEncryption": _SQL,
    "Microsoft.Storage/storageAccounts": _STORAGE,
    "Microsoft.Storage/storageAccounts/blobServices": _STORAGE,
    "Microsoft.Web/serverFarms": _WEB,
    "Microsoft.Web/sites": _WEB,
}
"""Types as their providers write them, and the versions that each answers."""

_BARE = {"subscriptions": _CORE, "resources": _CORE, "resourcegroups": _CORE, "providers": _CORE}
KNOWN: dict[str, tuple[str, ...]] = _BARE | {
    kind.lower(): versions for kind, versions in TYPES.items()
}


def namespaces() -> tuple[str, ...]:
    """Resource providers, in order."""
    return tuple(sorted({kind.partition("/")[0] for kind in TYPES}))


def refused_version(path: ArmPath, version: str | None) -> Answer | None:
    """Azure's 400 for a missing or unknown api-version; None when the version will do."""
    if not version:
        return refuse(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    supported = _supported(path)
    if supported is not None and version.lower() in supported:
        return None
    if supported is None and _WELL_FORMED.fullmatch(version):
        return None
    if supported in (None, _CORE) or not _WELL_FORMED.fullmatch(version):
        listed = ",".join(reversed(supported or _CORE))
        return refuse(
            400,
            "InvalidApiVersionParameter",
            f"The api-version '{version}' is invalid. The supported versions are '{listed}'.",
        )
    listed = ", ".join(reversed(supported))
    return refuse(
        400,
        "NoRegisteredProviderFound",
        "No registered resource provider found for location 'westeurope' and API version "
        f"'{version}' for type '{path.type.partition('/')[2]}'. The supported api-versions are "
        f"'{listed}'. The supported locations are 'westeurope, northeurope'.",
    )


def _supported(path: ArmPath) -> tuple[str, ...] | None:
    """Versions of a type; a namespace by itself is a question to Resource Manager."""
    if path.namespace is not None and "/" not in path.type:
        return _CORE
    return KNOWN.get(path.type)
