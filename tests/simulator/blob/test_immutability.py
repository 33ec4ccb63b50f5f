"""What Azure refuses of protected blobs, the simulator refuses with the same codes."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.storage.blob import BlobClient, ContainerClient, ImmutabilityPolicy

from tests.simulator.blob.refusals import refused
from tests.simulator.blob.serving import BlobService

POLICY, HOLD = (409, "BlobImmutableDueToPolicy"), (409, "BlobImmutableDueToLegalHold")


def until(days: int, mode: str = "Unlocked") -> ImmutabilityPolicy:
    end = datetime.now(UTC).replace(microsecond=0) + timedelta(days=days)
    return ImmutabilityPolicy(expiry_time=end, policy_mode=mode)


def put(container: ContainerClient, **protection: Any) -> BlobClient:
    blob = container.get_blob_client("record")
    blob.upload_blob(b"sealed", **protection)
    return blob


def policy_of(blob: BlobClient) -> tuple[datetime | None, str | None]:
    held = blob.get_blob_properties().immutability_policy
    return held.expiry_time, held.policy_mode


def test_a_policy_set_on_upload_is_read_back(container: ContainerClient) -> None:
    wanted = until(365, "Locked")
    blob = put(container, immutability_policy=wanted, legal_hold=True)
    assert policy_of(blob) == (wanted.expiry_time, "locked")
    assert blob.get_blob_properties().has_legal_hold is True
    (listed,) = container.list_blobs(include=["immutabilitypolicy", "legalhold"])
    assert listed.immutability_policy.expiry_time == wanted.expiry_time
    assert listed.has_legal_hold is True


@pytest.mark.parametrize(
    ("protection", "code"),
    [
        ({"immutability_policy": until(1)}, POLICY),
        ({"immutability_policy": until(1, "Locked")}, POLICY),
        ({"legal_hold": True}, HOLD),
    ],
)
def test_a_protected_version_survives_overwriting_and_deletion(
    container: ContainerClient, protection: dict[str, Any], code: tuple[int, str]
) -> None:
    blob = put(container, **protection)
    version = blob.get_blob_properties().version_id
    assert refused(lambda: blob.set_blob_metadata({"a": "b"})) == code
    blob.upload_blob(b"other", overwrite=True)
    assert refused(lambda: blob.delete_blob(version_id=version)) == code
    blob.delete_blob()
    assert blob.download_blob(version_id=version).readall() == b"sealed"
    assert refused(lambda: blob.delete_blob(version_id=version)) == code


def test_a_locked_policy_grows_and_never_shrinks(container: ContainerClient) -> None:
    blob = put(container, immutability_policy=until(10, "Locked"))
    assert refused(lambda: blob.set_immutability_policy(until(9, "Locked"))) == POLICY
    assert refused(lambda: blob.set_immutability_policy(until(11))) == POLICY
    assert refused(blob.delete_immutability_policy) == (
        409,
        "ImmutabilityPolicyDeleteOnLockedPolicy",
    )
    blob.set_immutability_policy(until(11, "Locked"))
    assert policy_of(blob) == (until(11).expiry_time, "locked")


def test_an_unlocked_policy_may_shrink_go_and_be_locked(container: ContainerClient) -> None:
    blob = put(container, immutability_policy=until(10))
    blob.set_immutability_policy(until(2))
    blob.delete_immutability_policy()
    assert policy_of(blob) == (None, None)
    blob.set_immutability_policy(until(3, "Locked"))
    assert policy_of(blob)[1] == "locked"


def test_protection_ends_with_its_time_and_a_hold_with_its_clearing(service: BlobService) -> None:
    container = service.container("timed")
    blob = put(container, immutability_policy=until(1, "Locked"), legal_hold=True)
    version = blob.get_blob_properties().version_id
    blob.upload_blob(b"other", overwrite=True)
    service.clock.ahead = timedelta(days=2)
    assert refused(lambda: blob.delete_blob(version_id=version)) == HOLD
    container.get_blob_client("record", version_id=version).set_legal_hold(False)
    blob.delete_blob(version_id=version)
    assert refused(lambda: blob.download_blob(version_id=version)) == (404, "BlobNotFound")


def test_a_policy_that_ends_in_the_past_is_refused(container: ContainerClient) -> None:
    with_past = {"immutability_policy": until(-1)}
    assert refused(lambda: put(container, **with_past)) == (400, "InvalidHeaderValue")
    assert list(container.list_blobs()) == []


def test_the_containers_default_is_inherited_by_what_names_no_policy(
    service: BlobService, container: ContainerClient
) -> None:
    assert service.immutability("records", retention_days=30, locked=True) == 200
    blob = put(container)
    end, mode = policy_of(blob)
    assert mode == "locked"
    assert end is not None
    assert timedelta(days=29) < end - datetime.now(UTC) <= timedelta(days=30)
    assert container.get_container_properties().has_immutability_policy is True
    assert service.immutability("records", retention_days=29) == 409


def test_a_container_level_policy_refuses_every_change(
    service: BlobService, container: ContainerClient
) -> None:
    service.immutability("records", level="container", retention_days=7)
    blob = put(container)
    assert refused(lambda: blob.upload_blob(b"2", overwrite=True)) == POLICY
    assert refused(lambda: blob.upload_blob(b"2")) == (409, "BlobAlreadyExists")
    assert refused(blob.delete_blob) == POLICY
    assert refused(lambda: blob.set_blob_metadata({"a": "b"})) == POLICY
    assert refused(lambda: blob.set_immutability_policy(until(9)))[0] == 409
    assert refused(container.delete_container) == (409, "ContainerImmutableDueToPolicy")
    service.clock.ahead = timedelta(days=8)
    blob.delete_blob()


def test_a_containers_legal_hold_refuses_every_change(
    service: BlobService, container: ContainerClient
) -> None:
    service.immutability("records", level="container", legal_hold=True)
    blob = put(container)
    assert refused(blob.delete_blob) == HOLD
    assert container.get_container_properties().has_legal_hold is True


def test_a_container_with_immutable_versions_is_not_deleted(container: ContainerClient) -> None:
    assert refused(container.delete_container) == (
        409,
        "ContainerImmutableStorageWithVersioningEnabled",
    )
    told = container.get_container_properties()
    assert told.immutable_storage_with_versioning_enabled is True


def test_a_container_without_immutability_forgets_what_is_overwritten(
    service: BlobService, container: ContainerClient
) -> None:
    service.immutability("records", level="none")
    blob = put(container)
    assert "version_id" not in blob.upload_blob(b"2", overwrite=True) or not blob.version_id
    assert refused(lambda: put(container, immutability_policy=until(1)))[0] == 409
    blob.delete_blob()
    assert list(container.list_blobs(include=["versions"])) == []
    container.delete_container()
