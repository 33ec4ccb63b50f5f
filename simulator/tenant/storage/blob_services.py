"""Blob services of storage accounts.

Shaped by recorded answers of 2021-04-01 to 2022-05-01: a service of which nobody set anything has
`deleteRetentionPolicy {enabled: false}` and leaves out versioning and the container policy. A
policy that was switched off again stays as `{enabled: false}`; allowPermanentDelete appears once it
was set. A data lake has no versions, an account for file shares no blob service.
https://learn.microsoft.com/azure/storage/blobs/versioning-overview
"""

from typing import Any

from simulator.tenant.kit import ABSENT, Child, Fault, Policy, Row, Scene, where
from simulator.tenant.storage.kinds import as_made, kind_of, services

SOFT, CONTAINER, VERSIONS = (
    "properties.deleteRetentionPolicy",
    "properties.containerDeleteRetentionPolicy",
    "properties.isVersioningEnabled",
)


def blobs(scene: Scene) -> bool:
    """Whether the account has the service."""
    return kind_of(scene).blobs


def unversioned(scene: Scene) -> bool:
    """Whether it has no versions whatever anybody set: it is as it was made, or a data lake."""
    return as_made(scene) or kind_of(scene).lake


def needed(row: Row) -> bool:
    """By the row of the account, whether it has the service."""
    return "blob" in services(row)


def body(scene: Scene) -> dict[str, Any] | None:
    """A service that keeps what was deleted or overwritten; one that is as it was made does not."""
    if not blobs(scene):
        return None
    properties: dict[str, Any] = {"cors": {"corsRules": []}}
    if as_made(scene):
        properties["deleteRetentionPolicy"] = {"enabled": False, "allowPermanentDelete": False}
    else:
        properties |= _kept(scene)
    return {"properties": properties, "sku": dict(kind_of(scene).sku)}


def _kept(scene: Scene) -> dict[str, Any]:
    said = {"allowPermanentDelete": False} if scene.share("permanent") < 0.5 else {}
    days = scene.pick((7, 14, 30, 365), "containers")
    kept: dict[str, Any] = {
        "deleteRetentionPolicy": {"enabled": True, "days": scene.pick((7, 14, 30, 90), "blobs")}
        | said,
        "containerDeleteRetentionPolicy": {"enabled": True, "days": days},
    }
    if not kind_of(scene).lake:
        kept["isVersioningEnabled"] = True
    if scene.share("change feed") < 0.6:
        kept["defaultServiceVersion"] = "2020-10-02"
        kept["changeFeed"] = {"enabled": True, "retentionInDays": 30}
    return kept


BLOB_SERVICES = Child(
    path="blobServices/default",
    body=body,
    faults={
        "storage.blob_services.soft_delete": Fault(
            # Off, on for fewer than 7 days, or open to destruction before its time.
            fails=(
                {SOFT: {"enabled": False}},
                {SOFT: {"enabled": False, "allowPermanentDelete": False}},
                {SOFT: {"enabled": True, "days": 1}},
                {SOFT: {"enabled": True, "days": 3, "allowPermanentDelete": False}},
                {SOFT: {"enabled": True, "days": 30, "allowPermanentDelete": True}},
            ),
            asked=blobs,
            settled=where(as_made, "fail"),
        ),
        "storage.blob_services.container_soft_delete": Fault(
            fails=(
                {CONTAINER: ABSENT},
                {CONTAINER: {"enabled": False}},
                {CONTAINER: {"enabled": True, "days": 3}},
            ),
            asked=blobs,
            settled=where(as_made, "fail"),
        ),
        "storage.blob_services.versioning": Fault(
            fails=({VERSIONS: ABSENT}, {VERSIONS: False}),
            asked=blobs,
            settled=where(unversioned, "fail"),
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
