"""Blob services of storage accounts.

Shaped by recorded answers of 2021-04-01 to 2022-05-01: a service of which nobody set anything has
`deleteRetentionPolicy {enabled: false}` and leaves out versioning and the container policy. A
policy that was switched off again stays as `{enabled: false}`; allowPermanentDelete appears once it
was set. A data lake has no versions, an account for file shares no blob service.
https://learn.microsoft.com/azure/storage/blobs/versioning-overview
"""

from typing import Any

from simulator.tenant.kit import Child, Fault, Policy, Row, Scene
from simulator.tenant.storage.kinds import as_made, kind_of, services

SOFT_DELETE, CONTAINERS, VERSIONING = (
    "storage.blob_services.soft_delete",
    "storage.blob_services.container_soft_delete",
    "storage.blob_services.versioning",
)
OFF: tuple[dict[str, Any], ...] = (
    {"enabled": False},
    {"enabled": False, "allowPermanentDelete": False},
)


def blobs(scene: Scene) -> bool:
    """Whether the account has the service."""
    return kind_of(scene).blobs


def body(scene: Scene) -> dict[str, Any] | None:
    """The service, as its verdicts ask for."""
    if not blobs(scene):
        return None
    return {"properties": _properties(scene), "sku": dict(kind_of(scene).sku)}


def untouched(scene: Scene) -> str:
    """A service that is as it was made keeps nothing."""
    return "fail" if as_made(scene) else ""


def unversioned(scene: Scene) -> str:
    """Nor has a data lake versions."""
    return "fail" if kind_of(scene).lake else untouched(scene)


def needed(row: Row) -> bool:
    """By the row of the account."""
    return "blob" in services(row)


def _properties(scene: Scene) -> dict[str, Any]:
    properties: dict[str, Any] = {"cors": {"corsRules": []}}
    if as_made(scene):
        return properties | {"deleteRetentionPolicy": dict(OFF[1])}
    properties["deleteRetentionPolicy"] = _blobs(scene, weak=scene.fails(SOFT_DELETE))
    container = _containers(scene, weak=scene.fails(CONTAINERS))
    if container is not None:
        properties["containerDeleteRetentionPolicy"] = container
    if not scene.fails(VERSIONING):
        properties["isVersioningEnabled"] = True
    elif not kind_of(scene).lake and scene.share("unversioned") < 0.5:
        properties["isVersioningEnabled"] = False
    if scene.share("change feed") < 0.6:
        properties["defaultServiceVersion"] = "2020-10-02"
        properties["changeFeed"] = {"enabled": True, "retentionInDays": 30}
    return properties


def _blobs(scene: Scene, *, weak: bool) -> dict[str, Any]:
    """Too weak is off, on for fewer than 7 days, or open to destruction before its time."""
    said = {"allowPermanentDelete": False} if scene.share("permanent") < 0.5 else {}
    if not weak:
        return {"enabled": True, "days": scene.pick((7, 14, 30, 90), "blobs")} | said
    shape = scene.pick(("off", "short", "permanent"), "weak blobs")
    if shape == "off":
        return dict(scene.pick(OFF, "off"))
    if shape == "short":
        return {"enabled": True, "days": scene.pick((1, 3), "short")} | said
    return {"enabled": True, "days": 30, "allowPermanentDelete": True}


def _containers(scene: Scene, *, weak: bool) -> dict[str, Any] | None:
    """Too weak is never set, off, or on for fewer than 7 days."""
    if not weak:
        return {"enabled": True, "days": scene.pick((7, 14, 30, 365), "containers")}
    shape = scene.pick(("never", "off", "short"), "weak containers")
    if shape == "never":
        return None
    return {"enabled": False} if shape == "off" else {"enabled": True, "days": 3}


BLOB_SERVICES = Child(
    path="blobServices/default",
    body=body,
    faults={
        SOFT_DELETE: Fault(asked=blobs, settled=untouched),
        CONTAINERS: Fault(asked=blobs, settled=untouched),
        VERSIONING: Fault(
            asked=blobs,
            settled=unversioned,
            policy=Policy(
                guid="978deb5d-c9a7-41f8-b4b2-b76880d0de1f",
                child="/blobServices/default",
                initiative="iso27001",
            ),
        ),
    },
    purpose="blob_services",
    needed=needed,
)
