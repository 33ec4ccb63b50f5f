"""The blob service behind the same front: its own port, the tenant's tokens, log and faults."""

from collections.abc import Iterator

import pytest
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.storage.blob import BlobServiceClient

from simulator.process import SimulatorProcess


@pytest.fixture
def blobs(simulator: SimulatorProcess) -> Iterator[BlobServiceClient]:
    credential = ClientSecretCredential(
        simulator.tenant_id,
        simulator.client_id,
        simulator.client_secret,
        authority=simulator.base_url,
        disable_instance_discovery=True,
        connection_verify=str(simulator.ca_file),
    )
    with (
        credential,
        BlobServiceClient(
            f"{simulator.blob_url}/evidence",
            credential,
            connection_verify=str(simulator.ca_file),
            retry_total=0,
        ) as client,
    ):
        yield client
    simulator.clear_faults()


def test_the_tenants_token_opens_it_and_requests_are_logged(
    simulator: SimulatorProcess, blobs: BlobServiceClient
) -> None:
    container = blobs.create_container("one")
    container.upload_blob("a.json", b"{}")
    assert container.download_blob("a.json").readall() == b"{}"
    entry = simulator.log()[-1]
    assert (entry["host"], entry["method"], entry["bytes"]) == ("blob", "GET", 2)


def test_a_fault_strikes_blobs_in_their_own_shape(
    simulator: SimulatorProcess, blobs: BlobServiceClient
) -> None:
    container = blobs.create_container("two")
    simulator.post_faults({"path": "/two/", "service": "blob", "kind": "denied"})
    with pytest.raises(HttpResponseError) as caught:
        container.upload_blob("a.json", b"{}")
    assert caught.value.status_code == 403
    assert getattr(caught.value, "error_code", None) == "AuthorizationPermissionMismatch"
