"""Evidence over HTTP is the sealed bytes themselves, and a broken seal is an answer."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.evidence.record import entry_key, raw_key
from app.evidence.tree.merkle import verify_consistency
from app.evidence.tree.note import open_checkpoint
from app.services.log.checkpoints import checkpoint_sizes
from tests.api.conftest import Served, alter
from tests.proofs import verify_proof


def whole(client: TestClient, path: str, **params: Any) -> Iterator[dict[str, Any]]:
    """Every item of a list, part by part."""
    cursor = None
    while True:
        answer = client.get(path, params={**params, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200
        told = answer.json()
        yield from told["items"]
        cursor = told["next"]
        if cursor is None:
            return


def test_every_record_of_the_night_is_listed_once_in_parts(
    client: TestClient, served: Served
) -> None:
    found = list(whole(client, "/v1/evidence", limit=7))

    assert [one["record_id"] for one in found] == [r.record_id for r in served.records]
    assert [one["sha256"] for one in found] == [r.sha256 for r in served.records]
    assert all(one["collected_at"].endswith("Z") for one in found)


def test_a_list_is_narrowed_by_collector_and_days(client: TestClient, served: Served) -> None:
    day = served.night.slot.date().isoformat()
    disks = list(whole(client, "/v1/evidence", collector="compute.disks"))
    tonight = list(whole(client, "/v1/evidence", **{"from": day, "to": day}))
    before = list(whole(client, "/v1/evidence", to="2001-01-01"))

    assert {one["collector_id"] for one in disks} == {"compute.disks"}
    assert len(tonight) == len(served.records)
    assert before == []


def test_a_cursor_of_one_list_is_refused_by_another(client: TestClient) -> None:
    cursor = client.get("/v1/evidence", params={"limit": 1}).json()["next"]

    same = client.get("/v1/evidence", params={"cursor": cursor})
    other = client.get("/v1/evidence", params={"cursor": cursor, "collector": "compute.disks"})
    forged = client.get("/v1/evidence", params={"cursor": cursor[:-2] + "AA"})

    assert same.status_code == 200
    assert (other.status_code, forged.status_code) == (422, 422)
    assert other.json()["type"] == "/problems/cursor_invalid"


def test_a_record_is_served_byte_for_byte_under_its_digest(
    client: TestClient, served: Served
) -> None:
    sealed = served.record("storage.accounts")
    path = f"/v1/evidence/{sealed.record_id}"

    answer = client.get(path)
    again = client.get(path, headers={"If-None-Match": f'"x", W/{answer.headers["etag"]}'})

    assert answer.content == served.ports.store.get(entry_key(sealed.seq))
    assert hashlib.sha256(answer.content).hexdigest() == sealed.sha256
    assert answer.headers["etag"] == f'"{sealed.sha256}"'
    assert (again.status_code, again.content) == (304, b"")


def test_raw_bodies_are_served_as_azure_sent_them_and_only_those_named(
    client: TestClient, served: Served
) -> None:
    sealed = served.record("storage.accounts")
    path = f"/v1/evidence/{sealed.record_id}"
    named = {source["raw_sha256"] for source in client.get(path).json()["source"]}

    for digest in named:
        answer = client.get(f"{path}/raw/{digest}")
        assert hashlib.sha256(answer.content).hexdigest() == digest
        assert answer.headers["content-type"] == "application/octet-stream"
        assert answer.headers["content-disposition"].startswith("attachment")
    other = client.get(f"/v1/evidence/{served.record('compute.disks').record_id}")
    foreign = ({source["raw_sha256"] for source in other.json()["source"]} - named).pop()
    refused = client.get(f"{path}/raw/{foreign}")
    assert refused.status_code == 404
    assert refused.json()["type"] == "/problems/raw_unknown"


def test_verdicts_of_a_record_are_those_it_counts(client: TestClient, served: Served) -> None:
    path = f"/v1/evidence/{served.record('storage.accounts').record_id}"
    counts = client.get(path).json()["verdicts"]

    verdicts = list(whole(client, f"{path}/verdicts", limit=5))

    assert verdicts
    for status in ("pass", "fail", "unknown"):
        assert sum(one["status"] == status for one in verdicts) == counts[status]
    assert all(one["reason"] for one in verdicts)


def test_a_proof_verifies_with_the_logs_key_alone(client: TestClient, served: Served) -> None:
    sealed = served.record("compute.disks")
    record = client.get(f"/v1/evidence/{sealed.record_id}").content

    proof = client.get(f"/v1/evidence/{sealed.record_id}/proof")

    assert proof.headers["content-type"].startswith("text/plain")
    parsed, _ = verify_proof(proof.text, record, served.ports.trust.log.key)
    assert parsed.index == sealed.seq
    assert client.get("/v1/log/checkpoint").content == parsed.checkpoint


def test_consistency_between_any_two_checkpoints_verifies(
    client: TestClient, served: Served
) -> None:
    key, store = served.ports.trust.log.key, served.ports.store
    new = open_checkpoint(client.get("/v1/log/checkpoint").content, key)
    sizes = checkpoint_sizes(store)

    for size in sizes:
        told = client.get("/v1/log/consistency", params={"from": size}).json()
        old = open_checkpoint(store.get(f"checkpoint/{size:012d}"), key)
        proof = [_bytes(each) for each in told["hashes"]]
        assert (_bytes(told["from_root"]), _bytes(told["to_root"])) == (old.root, new.root)
        assert verify_consistency(size, told["to_size"], old.root, new.root, proof)
    assert len(sizes) > 2


def _bytes(text: str) -> bytes:
    import base64

    return base64.b64decode(text, validate=True)


def test_every_record_and_the_whole_store_verify(client: TestClient, served: Served) -> None:
    for sealed in served.records:
        told = client.get(f"/v1/evidence/{sealed.record_id}/verification").json()
        assert told["intact"] is True
        assert told["faults"] == []
        assert told["found_sha256"] == told["sealed_sha256"] == sealed.sha256
    whole_store = client.get("/v1/verification").json()
    assert whole_store["intact"] is True
    assert whole_store["faults_total"] == 0


def raw_of(home: Path, client: TestClient, record_id: str) -> tuple[Path, str]:
    digest = client.get(f"/v1/evidence/{record_id}").json()["source"][0]["raw_sha256"]
    return home / "store" / raw_key(digest), digest


def test_an_altered_raw_body_is_named_and_never_served(
    copied: tuple[TestClient, Path], served: Served
) -> None:
    client, home = copied
    sealed = served.record("compute.disks")
    path, digest = raw_of(home, client, sealed.record_id)
    alter(path)

    told = client.get(f"/v1/evidence/{sealed.record_id}/verification")
    body = client.get(f"/v1/evidence/{sealed.record_id}/raw/{digest}")
    store = client.get("/v1/verification")

    assert (told.status_code, store.status_code) == (200, 200)
    assert told.json()["intact"] is False
    assert [fault["object"] for fault in told.json()["faults"]] == [raw_key(digest)]
    assert "digest" in told.json()["faults"][0]["reason"]
    assert body.status_code == 409
    assert body.json()["type"] == "/problems/evidence_altered"
    assert store.json()["intact"] is False
    assert raw_key(digest) in {fault["object"] for fault in store.json()["faults"]}


def test_an_altered_or_missing_record_is_named_and_never_served(
    copied: tuple[TestClient, Path], served: Served
) -> None:
    client, home = copied
    altered, missing = served.records[0], served.records[1]
    alter(home / "store" / entry_key(altered.seq))
    (home / "store" / entry_key(missing.seq)).unlink()

    for sealed in (altered, missing):
        told = client.get(f"/v1/evidence/{sealed.record_id}/verification").json()
        assert told["intact"] is False
        assert entry_key(sealed.seq) in {fault["object"] for fault in told["faults"]}
        served_bytes = client.get(f"/v1/evidence/{sealed.record_id}")
        assert served_bytes.status_code == 409
        assert str(home) not in served_bytes.text


@pytest.mark.parametrize("what", ["checkpoint", "tile", "timestamp"])
def test_a_broken_seal_over_an_untouched_record_is_named(
    copied: tuple[TestClient, Path], served: Served, what: str
) -> None:
    client, home = copied
    store = served.ports.store
    last = checkpoint_sizes(store)[-1]
    broken = {
        "checkpoint": f"checkpoint/{last:012d}",
        "timestamp": f"checkpoint/{last:012d}.tsr",
        "tile": f"tile/0/000.p/{last}",
    }[what]
    alter(home / "store" / broken)

    told = client.get(f"/v1/evidence/{served.records[0].record_id}/verification")

    assert told.status_code == 200
    assert told.json()["intact"] is False
    assert told.json()["found_sha256"] == told.json()["sealed_sha256"]
    named = {fault["object"] for fault in told.json()["faults"]}
    assert named == {broken if what != "tile" else entry_key(served.records[0].seq)}
