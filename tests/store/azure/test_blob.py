"""What Azure adds to the contract: immutability read back, leases, and its refusals."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from azure.core.credentials import AccessToken

from app.errors import StoreConflictError, UnavailableError, WriterBusyError
from app.store.azure.blob import AzureBlobStore
from tests.patience import PATIENCE
from tests.simulator.blob.serving import TENANT, BlobService, Credential, token
from tests.store.azurite import Azurite

ROOT = Path(__file__).parents[3]
NUMBERS = count()
OpenAzure = Callable[..., AzureBlobStore]


@pytest.fixture
def name(blob_service: BlobService) -> str:
    """A new container."""
    made = f"azure-{next(NUMBERS)}"
    blob_service.container(made)
    return made


@pytest.fixture
def open_azure(blob_service: BlobService, name: str) -> Iterator[OpenAzure]:
    """Opens stores in that container."""
    opened: list[AzureBlobStore] = []

    def open_one(credential: Any = None, **options: Any) -> AzureBlobStore:
        url = options.pop("url", f"{blob_service.url}/evidence/{name}")
        options.setdefault("ca_file", blob_service.ca_file)
        opened.append(AzureBlobStore(url, credential or Credential(), **options))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


@pytest.mark.parametrize(
    ("locked", "mode", "said"),
    [(True, "locked", "(immutable, locked)"), (False, "unlocked", "can still remove it")],
)
def test_the_policy_asked_for_is_set_and_read_back(
    open_azure: OpenAzure, *, locked: bool, mode: str, said: str
) -> None:
    store = open_azure(retention_days=365, locked=locked, legal_hold=True)
    assert "not read back yet" in store.label
    store.put_once("entry/0", b"x")
    kept = store.protection("entry/0")
    assert (kept.mode, kept.legal_hold) == (mode, True)
    assert kept.until is not None
    assert timedelta(days=365) <= kept.until - datetime.now(UTC) + timedelta(seconds=5)
    assert kept.version_id
    assert said in store.label
    assert open_azure().protection("entry/0") == kept


def test_the_containers_default_is_inherited_and_seen(
    blob_service: BlobService, name: str, open_azure: OpenAzure
) -> None:
    blob_service.immutability(name, retention_days=30, locked=True)
    store = open_azure()
    store.put_once("entry/0", b"x")
    assert store.protection("entry/0").mode == "locked"


def test_a_container_level_policy_counts_as_unlocked_since_the_data_plane_is_silent(
    blob_service: BlobService, name: str, open_azure: OpenAzure
) -> None:
    blob_service.immutability(name, level="container", retention_days=30, locked=True)
    store = open_azure()
    store.put_once("entry/0", b"x")
    assert store.put_once("entry/0", b"x") is False
    assert store.protection("entry/0").mode == "unlocked"
    with store.writer("collect"):
        store.put_once("entry/1", b"y")


def test_a_service_that_drops_the_policy_in_silence_is_found_out(
    azurite_service: Azurite,
) -> None:
    url = azurite_service.create_container("dropped")
    store = AzureBlobStore(
        url,
        Credential(),
        retention_days=365,
        locked=True,
        legal_hold=True,
        ca_file=azurite_service.ca_file,
    )
    store.put_once("entry/0", b"x")
    kept = store.protection("entry/0")
    assert (kept.mode, kept.until, kept.legal_hold, kept.version_id) == ("none", None, False, None)
    assert "not immutable" in store.label
    store.close()


def test_what_someone_deleted_is_still_read(
    blob_service: BlobService, name: str, open_azure: OpenAzure
) -> None:
    store = open_azure(retention_days=1, locked=True)
    store.put_once("entry/0", b"sealed")
    with blob_service.client() as client:
        client.get_blob_client(name, "entry/0").delete_blob()
    assert list(store.list("")) == []
    assert store.get("entry/0") == b"sealed"


def test_an_identity_that_may_only_read_and_add_is_enough(
    blob_service: BlobService, name: str, open_azure: OpenAzure
) -> None:
    blob_service.immutability(name, add_only=True)
    store = open_azure()
    with store.writer("collect"):
        assert store.put_once("entry/0", b"x") is True
        assert store.put_once("entry/0", b"x") is False
        with pytest.raises(StoreConflictError):
            store.put_once("entry/0", b"y")


HOLD = """
import sys
from tests.store.places import Place
store = Place(kind="simulator", where=sys.argv[1], ca_file=sys.argv[2]).open()
with store.writer("collect contoso"):
    print("holding", flush=True)
    sys.stdin.read()
"""


def test_a_killed_writer_is_named_and_holds_others_off_for_a_minute(
    blob_service: BlobService, name: str, open_azure: OpenAzure
) -> None:
    store, url = open_azure(), f"{blob_service.url}/evidence/{name}"
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, url, str(blob_service.ca_file)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"holding\n"
        holder.kill()
    named = rf"Process {holder.pid} \(collect contoso, since 20"
    with pytest.raises(WriterBusyError, match=named), store.writer("reindex"):
        pass
    blob_service.clock.ahead += timedelta(seconds=61)
    with store.writer("reindex"):
        store.put_once("entry/0", b"x")


def test_a_writer_whose_lease_another_took_writes_no_more(
    open_azure: OpenAzure, monkeypatch: pytest.MonkeyPatch, blob_service: BlobService, name: str
) -> None:
    monkeypatch.setattr("app.store.azure.lease._SECONDS", 15)
    store = open_azure()
    with store.writer("collect"), blob_service.client() as client:
        blob = client.get_blob_client(name, ".writer.lock")
        blob_service.clock.ahead += timedelta(seconds=16)
        blob.acquire_lease(60)
        assert store._lost.wait(PATIENCE)
        with pytest.raises(WriterBusyError, match="took over"):
            store.put_once("entry/0", b"x")
    assert threading.active_count() < 20


class Stranger:
    def get_token(self, *_: str, **__: Any) -> AccessToken:
        return AccessToken(token(tenant=TENANT[::-1]), 2**31)


def test_each_way_azure_refuses_is_one_sentence_with_the_next_step(
    open_azure: OpenAzure, blob_service: BlobService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azure.core.pipeline.transport.HttpTransport.sleep", lambda *_: None)
    refusals = {
        "create the container": open_azure(url=f"{blob_service.url}/evidence/nowhere"),
        "check the identity": open_azure(Stranger()),
        "its ca_file": open_azure(ca_file=None),
        "check the address": open_azure(url="https://127.0.0.1:9/evidence/records"),
    }
    for step, store in refusals.items():
        for attempt in (
            lambda store=store: store.put_once("a", b"x"),
            lambda store=store: store.get("a"),
            lambda store=store: list(store.list("")),
            lambda store=store: store.protection("a"),
            lambda store=store: store.writer("x").__enter__(),
        ):
            with pytest.raises(UnavailableError, match=step) as refusal:
                attempt()
            assert "\n" not in refusal.value.message
            assert "Bearer" not in refusal.value.message


def test_the_guarantee_claims_no_more_than_was_read_back(open_azure: OpenAzure) -> None:
    empty = open_azure().guarantee()
    assert not empty.write_once
    assert "nothing is written yet" in empty.detail
    assert "version-level immutability are on, with no policy by default" in empty.detail

    open_azure(retention_days=30, locked=True).put_once("entry/000", b"x")
    locked = open_azure().guarantee()
    assert locked.write_once
    assert "(immutable, locked)" in locked.label
    assert "evidence read back is locked until 20" in locked.detail
    assert "without legal hold, in versions" in locked.detail

    open_azure(retention_days=30).put_once("checkpoint/000000000001", b"x")
    weaker = open_azure().guarantee()
    assert weaker.write_once
    assert "an administrator can still remove that" in weaker.detail

    open_azure().put_once("checkpoint/000000000002", b"x")
    bare = open_azure().guarantee()
    assert not bare.write_once
    assert "tamper-evident only" in bare.detail
    assert "tamper-evident only" in bare.label


def test_a_container_says_only_what_the_storage_api_tells(
    blob_service: BlobService, name: str, open_azure: OpenAzure
) -> None:
    blob_service.immutability(name, level="container", retention_days=30, locked=True)
    open_azure().put_once("entry/000", b"x")
    whole = open_azure().guarantee()
    assert "the storage API does not tell if it is locked" in whole.detail
    assert "not locked" in whole.label

    blob_service.immutability(name, level="none", retention_days=30, locked=True)
    blob_service.immutability(name + "-none", level="none", legal_hold=True)
    none = open_azure(url=f"{blob_service.url}/evidence/{name}-none").guarantee()
    assert "immutability is not enabled, and a legal hold on the container" in none.detail
