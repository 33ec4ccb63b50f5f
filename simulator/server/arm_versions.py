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
_LOG_ANALYTICS = ("2020-08-01", "2021-12-01-preview", "2022-10-01", "2023-09-01", "2025-02-01")

KNOWN: dict[str, tuple[str, ...]] = {
    "subscriptions": _CORE,
    "resources": _CORE,
    "resourcegroups": _CORE,
    "microsoft.authorization/roleassignments": _AUTHORIZATION,
    "microsoft.authorization/roledefinitions": _AUTHORIZATION,
    "microsoft.authorization/roleeligibilityscheduleinstances": _PIM,
    "microsoft.authorization/roleassignmentscheduleinstances": _PIM,
    "microsoft.authorization/rolemanagementpolicyassignments": _PIM,
    "microsoft.authorization/locks": ("2016-09-01", "2020-05-01"),
    "microsoft.insights/diagnosticsettings": ("2017-05-01-preview", "2021-05-01-preview"),
    "microsoft.operationalinsights/workspaces": _LOG_ANALYTICS,
    "microsoft.operationalinsights/workspaces/tables": _LOG_ANALYTICS,
    "microsoft.resourcegraph/resources": (
        "2019-04-01",
        "2021-03-01",
        "2021-06-01-preview",
        "2022-10-01",
        "2024-04-01",
    ),
    "microsoft.sql/servers": _SQL,
    "microsoft.sql/servers/databases": _SQL,
    "microsoft.sql/servers/auditingsettings": _SQL,
    "microsoft.sql/servers/databases/transparentdataencryption": _SQL,
    "microsoft.storage/storageaccounts": _STORAGE,
    "microsoft.storage/storageaccounts/blobservices": _STORAGE,
}


def refused_version(path: ArmPath, version: str | None) -> Answer | None:
    """Azure's 400 for a missing or unknown api-version; None when the version will do."""
    if not version:
        return refuse(
            400,
            "MissingApiVersionParameter",
            "The api-version query parameter (?api-version=) is required for all requests.",
        )
    supported = KNOWN.get(path.type)
    if supported is not None and version.lower() in supported:
        return None
    if supported is None and _WELL_FORMED.fullmatch(version):
        return None
    if supported is None or path.namespace is None or not _WELL_FORMED.fullmatch(version):
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
