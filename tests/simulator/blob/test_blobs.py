"""The real Azure SDK writes, reads, lists and is refused as in Azure."""

import hashlib
from datetime import timedelta

import pytest
from azure.core import MatchConditions
from azure.core.exceptions import ServiceRequestError
from azure.storage.blob import BlobServiceClient, ContainerClient, ContentSettings

from tests.simulator.blob.refusals import refused
from tests.simulator.blob.serving import BlobService, Credential, token


def test_bytes_metadata_and_types_come_back(container: ContainerClient) -> None:
    blob = container.get_blob_client("raw/sha256/ab/x.json")
    put = blob.upload_blob(
        b'{"a":1}',
        metadata={"run": "r1"},
        content_settings=ContentSettings(content_type="application/json"),
    )
    assert blob.download_blob().readall() == b'{"a":1}'
    told = blob.get_blob_properties()
    assert told.metadata == {"run": "r1"}
    assert told.content_settings.content_type == "application/json"
    assert told.content_settings.content_md5 == hashlib.md5(b'{"a":1}').digest()  # noqa: S324 - the service's own checksum
    assert (told.size, told.etag, told.version_id) == (7, put["etag"], put["version_id"])


def test_an_empty_blob_is_read(container: ContainerClient) -> None:
    container.upload_blob("empty", b"")
    assert container.download_blob("empty").readall() == b""


def test_what_exists_is_not_written_with_if_none_match(container: ContainerClient) -> None:
    blob = container.get_blob_client("a")
    blob.upload_blob(b"1")
    assert refused(lambda: blob.upload_blob(b"2")) == (409, "BlobAlreadyExists")
    assert blob.download_blob().readall() == b"1"


def test_if_match_lets_only_the_known_state_be_overwritten(container: ContainerClient) -> None:
    blob = container.get_blob_client("a")
    etag = blob.upload_blob(b"1")["etag"]
    same = {"overwrite": True, "match_condition": MatchConditions.IfNotModified}
    assert refused(lambda: blob.upload_blob(b"2", etag='"0x1"', **same))[0] == 412
    blob.upload_blob(b"2", etag=etag, **same)
    assert blob.download_blob().readall() == b"2"


def test_a_large_blob_goes_up_in_blocks_and_comes_down_in_ranges(service: BlobService) -> None:
    small = {"max_single_put_size": 100_000, "max_block_size": 70_000}
    gets = {"max_single_get_size": 100_000, "max_chunk_get_size": 50_000}
    blob = service.container("large", **small, **gets).get_blob_client("b")
    data = bytes(range(256)) * 4000
    blob.upload_blob(data, max_concurrency=2)
    assert blob.download_blob(max_concurrency=2).readall() == data
    assert blob.download_blob(offset=10, length=20).readall() == data[10:30]
    assert refused(lambda: blob.download_blob(offset=len(data), length=1)) == (416, "InvalidRange")


def test_a_wrong_checksum_is_refused(container: ContainerClient) -> None:
    blob = container.get_blob_client("a")
    wrong = {"Content-MD5": "AAAAAAAAAAAAAAAAAAAAAA=="}
    assert refused(lambda: blob.upload_blob(b"1", headers=wrong)) == (400, "Md5Mismatch")
    blob.upload_blob(b"1", validate_content=True)
    assert refused(lambda: container.download_blob("b")) == (404, "BlobNotFound")


def test_overwriting_makes_a_version_and_the_old_one_is_read(container: ContainerClient) -> None:
    blob = container.get_blob_client("a")
    first = blob.upload_blob(b"1")["version_id"]
    second = blob.upload_blob(b"2", overwrite=True)["version_id"]
    assert first < second
    assert blob.download_blob(version_id=first).readall() == b"1"
    assert blob.download_blob().readall() == b"2"
    listed = list(container.list_blobs(include=["versions"]))
    assert [(one.version_id, one.is_current_version) for one in listed] == [
        (first, None),
        (second, True),
    ]


def test_deleting_the_current_version_only_demotes_it(container: ContainerClient) -> None:
    blob = container.get_blob_client("a")
    version = blob.upload_blob(b"1")["version_id"]
    assert refused(lambda: blob.delete_blob(version_id=version)) == (
        403,
        "OperationNotAllowedOnRootBlob",
    )
    blob.delete_blob()
    assert refused(blob.get_blob_properties)[0] == 404
    assert list(container.list_blobs()) == []
    assert blob.download_blob(version_id=version).readall() == b"1"
    blob.delete_blob(version_id=version)
    assert list(container.list_blobs(include=["versions"])) == []


def test_lists_go_on_page_by_page_under_their_prefix(container: ContainerClient) -> None:
    names = [f"entry/{number:03d}" for number in range(25)]
    for name in [*names, "tile/0/000"]:
        container.upload_blob(name, b"x")
    assert [one.name for one in container.list_blobs("entry/", results_per_page=10)] == names
    pages = container.list_blobs(results_per_page=10).by_page()
    assert [len(list(page)) for page in pages] == [10, 10, 6]
    assert [one.name for one in container.walk_blobs()] == ["entry/", "tile/"]


def test_containers_are_made_once_and_listed(service: BlobService) -> None:
    client = service.client()
    client.create_container("one")
    client.create_container("two")
    assert [one.name for one in client.list_containers()] == ["one", "two"]
    assert refused(lambda: client.create_container("one")) == (409, "ContainerAlreadyExists")
    assert refused(lambda: client.create_container("No")) == (400, "InvalidResourceName")
    missing = client.get_container_client("three")
    assert refused(missing.get_container_properties)[1] == "ContainerNotFound"
    assert refused(lambda: missing.upload_blob("a", b"")) == (404, "ContainerNotFound")


def test_leases_hold_others_off_until_they_end(service: BlobService) -> None:
    blob = service.container("leased").get_blob_client("lock")
    blob.upload_blob(b"")
    lease = blob.acquire_lease(15)
    assert blob.get_blob_properties().lease.state == "leased"
    assert refused(lambda: blob.acquire_lease(15)) == (409, "LeaseAlreadyPresent")
    assert refused(lambda: blob.upload_blob(b"", overwrite=True)) == (412, "LeaseIdMissing")
    assert refused(blob.delete_blob) == (412, "LeaseIdMissing")
    blob.upload_blob(b"mine", overwrite=True, lease=lease)
    lease.renew()
    service.clock.ahead += timedelta(seconds=16)
    assert blob.get_blob_properties().lease.state == "expired"
    other = blob.acquire_lease(15)
    assert refused(lease.renew) == (409, "LeaseIdMismatchWithLeaseOperation")
    other.release()
    assert blob.get_blob_properties().lease.state == "available"
    endless = blob.acquire_lease(-1)
    assert blob.get_blob_properties().lease.duration == "infinite"
    endless.break_lease(0)
    assert blob.get_blob_properties().lease.state == "broken"
    assert refused(lambda: blob.acquire_lease(5)) == (400, "InvalidHeaderValue")


def test_without_a_token_the_challenge_names_tenant_and_audience(service: BlobService) -> None:
    with service.plain() as client:
        answer = client.get(f"{service.url}/evidence?comp=list")
    assert answer.status_code == 401
    assert "resource_id=https://storage.azure.com" in answer.headers["WWW-Authenticate"]
    assert "5f0d2c51-3f0a-4c56-9a0e-3a1d8b2f7c11" in answer.headers["WWW-Authenticate"]
    assert answer.headers["x-ms-error-code"] == "NoAuthenticationInformation"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (token("https://management.azure.com"), 403),
        (token(tenant="0" * 36), 401),
        ("nonsense", 401),
    ],
)
def test_a_token_for_another_audience_or_tenant_opens_nothing(
    service: BlobService, sent: str, status: int
) -> None:
    headers = {"Authorization": f"Bearer {sent}", "x-ms-version": "2026-06-06"}
    with service.plain(**headers) as client:
        assert client.get(f"{service.url}/evidence?comp=list").status_code == status


def test_what_the_simulator_does_not_know_is_a_clear_400(container: ContainerClient) -> None:
    blob = container.get_blob_client("a")
    assert refused(blob.create_append_blob) == (400, "UnsupportedQueryParameter")
    blob.upload_blob(b"1")
    assert refused(lambda: blob.set_standard_blob_tier("Cool")) == (
        400,
        "UnsupportedQueryParameter",
    )
    assert refused(blob.create_snapshot) == (400, "UnsupportedQueryParameter")


def test_a_client_that_does_not_trust_the_authority_gets_nothing(service: BlobService) -> None:
    stranger = BlobServiceClient(f"{service.url}/evidence", credential=Credential(), retry_total=0)
    with stranger, pytest.raises(ServiceRequestError, match="CERTIFICATE_VERIFY_FAILED"):
        stranger.create_container("one")
