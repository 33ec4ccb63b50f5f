"""The product's own store, with a real credential, on the whole simulator's blob service."""

import hashlib

from azure.identity import ClientSecretCredential
from azure.storage.blob import BlobServiceClient

from app.store.azure.blob import AzureBlobStore
from simulator.process import SimulatorProcess


def test_a_store_on_the_simulated_tenant_is_written_once_and_locked(
    simulator: SimulatorProcess,
) -> None:
    trust = {"connection_verify": str(simulator.ca_file)}
    credential = ClientSecretCredential(
        simulator.tenant_id,
        simulator.client_id,
        simulator.client_secret,
        authority=simulator.base_url,
        disable_instance_discovery=True,
        **trust,
    )
    account = f"{simulator.blob_url}/evidence"
    with credential:
        with BlobServiceClient(account, credential=credential, **trust) as client:
            client.create_container("records")
        store = AzureBlobStore(
            f"{account}/records",
            credential,
            retention_days=365,
            locked=True,
            ca_file=simulator.ca_file,
        )
        with store.writer("collect"):
            assert store.put_once("entry/000", b"sealed") is True
            assert store.put_once("entry/000", b"sealed") is False
        assert store.get("entry/000") == b"sealed"
        assert store.protection("entry/000").mode == "locked"
        assert list(store.list("entry/")) == ["entry/000"]
        store.close()
    sent = {row["sha256"] for row in simulator.log()}
    assert hashlib.sha256(b"sealed").hexdigest() in sent
