"""Which types a resource provider has, and which api-versions each answers.

https://learn.microsoft.com/rest/api/resources/providers/get
"""

from typing import Any

from simulator.arm_path import ArmPath
from simulator.server.arm.versions import TYPES, namespaces
from simulator.server.question import Answer, refuse, reply

_LOCATIONS = ["East US 2", "Central US", "West Europe"]


def answer(path: ArmPath) -> Answer | None:
    """One provider or all of them, for the tenant or a subscription; None when not asked."""
    if path.namespace is None and path.type == "providers" and path.collection:
        return reply({"value": [_provider(path, name) for name in namespaces()]})
    if path.namespace is None or "/" in path.type or path.scope.count("/") not in (0, 2):
        return None
    name = next((one for one in namespaces() if one.lower() == path.namespace), None)
    if name is None:
        return refuse(
            404,
            "InvalidResourceNamespace",
            f"The resource namespace '{path.namespace}' is invalid.",
        )
    return reply(_provider(path, name))


def _provider(path: ArmPath, name: str) -> dict[str, Any]:
    scope = f"/subscriptions/{path.subscription}" if path.subscription else ""
    types = {kind: versions for kind, versions in TYPES.items() if kind.startswith(f"{name}/")}
    return {
        "id": f"{scope}/providers/{name}",
        "namespace": name,
        "registrationPolicy": "RegistrationRequired",
        "registrationState": "Registered",
        "resourceTypes": [
            {
                "resourceType": kind.partition("/")[2],
                "locations": _LOCATIONS,
                "apiVersions": sorted(versions, reverse=True),
                "capabilities": "SupportsTags, SupportsLocation",
            }
            for kind, versions in types.items()
        ],
    }
