"""Which api-versions of which resource type the simulator knows, and what Azure says of others.

Every type answers several versions, as Azure does; the newest of each are those the stock clients
of the lock file send. A type that is not listed takes any well-formed version.
"""

import re

from simulator.arm_path import ArmPath
from simulator.server.question import Answer, refuse
from simulator.tenant.kit.registry import all_types

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
_SNAPSHOTS = ("2021-12-01", "2023-04-02", "2023-10-02", "2024-03-02", "2025-01-02")

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
    "Microsoft.Compute/snapshots": _SNAPSHOTS,
    "Microsoft.Insights/diagnosticSettings": ("2017-05-01-preview", "2021-05-01-preview"),
    "Microsoft.Management/managementGroups": ("2020-05-01", "2021-04-01", "2023-04-01"),
    "Microsoft.ResourceGraph/resources": (
        "2019-04-01",
        "2021-03-01",
        "2021-06-01-preview",
        "2022-10-01",
        "2024-04-01",
    ),
    **{one.type: one.versions for one in all_types()},
    **{
        one.below(child): child.versions or one.versions
        for one in all_types()
        for child in one.children
    },
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
