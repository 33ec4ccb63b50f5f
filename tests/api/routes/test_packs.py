"""Packs over HTTP: asked for, followed, and fetched in parts, but never once altered."""

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient

from app.services.packing.pack import IssuedPack
from tests.api.conftest import Served, alter
from tests.patience import PATIENCE

ROOT = Path(__file__).parents[3]
FILES = [("bundle", "application/vnd.etsi.asic-e+zip"), ("pdf", "application/pdf")]


def path_of(pack: IssuedPack, kind: str) -> Path:
    return pack.bundle if kind == "bundle" else pack.pdf


def order(served: Served, **changed: Any) -> dict[str, Any]:
    day = served.night.slot.date().isoformat()
    return {
        "connection": "northgate",
        "from": day,
        "to": day,
        "engagement": "Surveillance audit 2026",
        "auditor": "Northbridge Audit Ltd",
        "scope": "The patient portal.\n\nNothing else.",
        **changed,
    }


def follow(client: TestClient, location: str) -> dict[str, Any]:
    deadline = time.monotonic() + PATIENCE
    while True:
        found: dict[str, Any] = client.get(location).json()
        if found["state"] != "running":
            return found
        assert time.monotonic() < deadline, found
        time.sleep(0.2)


def test_issued_packs_are_listed_with_their_files(client: TestClient, served: Served) -> None:
    told = client.get("/v1/packs", params={"connection": "northgate"}).json()

    [issued] = [one for one in told["items"] if one["id"] == served.pack.pack_id]
    assert issued["state"] == "ready"
    assert issued["bundle_sha256"] == served.pack.bundle_sha256
    assert client.get(issued["links"]["self"]).json() == issued


@pytest.mark.parametrize(("kind", "media_type"), FILES)
def test_a_file_comes_whole_with_its_digest(
    client: TestClient, served: Served, kind: str, media_type: str
) -> None:
    stored = path_of(served.pack, kind).read_bytes()
    path = f"/v1/packs/{served.pack.pack_id}/{kind}"

    answer, head = client.get(path), client.head(path)

    assert answer.content == stored
    assert answer.headers["content-type"] == media_type
    digest = hashlib.sha256(stored)
    assert answer.headers["etag"] == f'"{digest.hexdigest()}"'
    told = answer.headers["repr-digest"].removeprefix("sha-256=:").removesuffix(":")
    assert b64decode(told) == digest.digest()
    assert head.status_code == 200
    assert head.content == b""
    for name in ("etag", "repr-digest", "content-length", "content-type", "accept-ranges"):
        assert head.headers[name] == answer.headers[name]


RANGES = [
    ("bytes=0-99", slice(0, 100)),
    ("bytes=100-", slice(100, None)),
    ("bytes=-100", slice(-100, None)),
    ("bytes=5-999999999999", slice(5, None)),
    ("BYTES=7-7", slice(7, 8)),
]


@pytest.mark.parametrize(("asked", "part"), RANGES)
def test_a_part_is_what_range_names(
    client: TestClient, served: Served, asked: str, part: slice
) -> None:
    stored = served.pack.bundle.read_bytes()

    answer = client.get(f"/v1/packs/{served.pack.pack_id}/bundle", headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.content == stored[part]
    first, last, _ = part.indices(len(stored))
    assert answer.headers["content-range"] == f"bytes {first}-{last - 1}/{len(stored)}"
    assert answer.headers["etag"] == f'"{served.pack.bundle_sha256}"'


@pytest.mark.parametrize(
    "asked", ["bytes=-", "bytes=9-3", "lines=1-2", "bytes", "bytes=0-1,5-6", "bytes=a-b", ""]
)
def test_what_is_no_single_range_gives_the_whole_file(
    client: TestClient, served: Served, asked: str
) -> None:
    answer = client.get(f"/v1/packs/{served.pack.pack_id}/bundle", headers={"Range": asked})

    assert answer.status_code == 200
    assert hashlib.sha256(answer.content).hexdigest() == served.pack.bundle_sha256


@pytest.mark.parametrize("asked", ["bytes=999999999999-", "bytes=-0"])
def test_a_part_that_is_not_there_is_a_problem_with_the_size(
    client: TestClient, served: Served, asked: str
) -> None:
    answer = client.get(f"/v1/packs/{served.pack.pack_id}/bundle", headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == f"bytes */{served.pack.bundle.stat().st_size}"
    assert answer.json()["type"] == "/problems/range_unsatisfiable"


def test_conditions_compare_with_the_digest(client: TestClient, served: Served) -> None:
    path, tag = f"/v1/packs/{served.pack.pack_id}/bundle", f'"{served.pack.bundle_sha256}"'
    part = {"Range": "bytes=0-9"}

    fresh = client.get(path, headers={"If-None-Match": tag})
    stale = client.get(path, headers={"If-None-Match": '"other"'})
    same = client.get(path, headers={**part, "If-Range": tag})
    other = client.get(path, headers={**part, "If-Range": '"other"'})
    dated = client.get(path, headers={**part, "If-Range": "Wed, 21 Oct 2026 07:28:00 GMT"})

    assert (fresh.status_code, fresh.content, fresh.headers["etag"]) == (304, b"", tag)
    assert [a.status_code for a in (stale, same, other, dated)] == [200, 206, 200, 200]


@pytest.mark.parametrize("kind", ["bundle", "pdf"])
def test_an_altered_file_is_never_handed_out(
    copied: tuple[TestClient, Path], served: Served, kind: str
) -> None:
    client, home = copied
    path = f"/v1/packs/{served.pack.pack_id}/{kind}"
    alter(home / path_of(served.pack, kind).relative_to(served.home))

    answers = [client.get(path), client.get(path, headers={"Range": "bytes=0-9"})]
    answers.append(client.get(path, headers={"If-None-Match": "*"}))

    for answer in answers:
        assert answer.status_code == 409
        assert answer.json()["type"] == "/problems/bundle_altered"
        assert str(home) not in answer.text
    assert client.head(path).status_code == 409


@pytest.mark.parametrize("kind", ["bundle", "pdf"])
def test_a_missing_file_is_told_as_altered(
    copied: tuple[TestClient, Path], served: Served, kind: str
) -> None:
    client, home = copied
    (home / path_of(served.pack, kind).relative_to(served.home)).unlink()

    answer = client.get(f"/v1/packs/{served.pack.pack_id}/{kind}")

    assert (answer.status_code, answer.json()["type"]) == (409, "/problems/bundle_altered")


def test_a_pack_asked_for_over_http_is_issued_once_a_key(
    copied: tuple[TestClient, Path], served: Served
) -> None:
    """The evidence is that of the pack issued before: the same id, under another seal."""
    client, _ = copied
    key = {"Idempotency-Key": "audit-2026"}
    same = order(served, engagement="Surveillance audit", scope="The patient portal.")

    asked = client.post("/v1/packs", json=same, headers=key)
    again = client.post("/v1/packs", json=same, headers=key)
    other = client.post("/v1/packs", json=order(served), headers=key)

    assert (asked.status_code, again.status_code) == (202, 202)
    assert asked.headers["location"] == again.headers["location"]
    assert asked.headers["retry-after"]
    assert (other.status_code, other.json()["type"]) == (409, "/problems/key_reused")
    ended = follow(client, asked.headers["location"])
    assert (ended["state"], ended["pack_id"]) == ("ready", served.pack.pack_id)
    issued = client.get(f"/v1/packs/{ended['pack_id']}").json()
    bundle = client.get(ended["links"]["bundle"]).content
    assert hashlib.sha256(bundle).hexdigest() == issued["bundle_sha256"]
    assert issued["bundle_sha256"] != served.pack.bundle_sha256
    assert client.get("/v1/verification").json()["intact"] is True


def test_a_pack_of_a_period_without_evidence_fails_and_says_why(
    client: TestClient, served: Served
) -> None:
    asked = client.post(
        "/v1/packs", json=order(served, **{"from": "2020-01-01", "to": "2020-01-31"})
    )

    ended = follow(client, asked.headers["location"])

    assert (ended["state"], ended["code"]) == ("failed", "period_empty")
    assert "no sealed record" in ended["detail"]
    assert ended["links"]["bundle"] is None


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"connection": "nobody"}, 404),
        ({"from": "2026-02-01", "to": "2026-01-01"}, 400),
        ({"from": "2999-01-01", "to": "2999-01-02"}, 400),
        ({"from": "1999-01-01"}, 400),
        ({"from": "yesterday"}, 422),
        ({"engagement": ""}, 422),
        ({"engagement": "two\nlines"}, 422),
        ({"scope": "x" * 4001}, 422),
        ({"auditor": "\ud800"}, 422),
        ({"framework": "SOC 2"}, 422),
    ],
)
def test_an_order_that_cannot_be_is_refused_at_once(
    client: TestClient, served: Served, changed: dict[str, str], status: int
) -> None:
    body = json.dumps(order(served, **changed))  # escapes what is not ASCII, lone surrogates too

    answer = client.post("/v1/packs", content=body, headers={"Content-Type": "application/json"})

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.fixture
def server(served: Served) -> Iterator[str]:
    """`annexa serve` as a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = ["--home", str(served.home), "serve", "--no-schedule", "--port", str(port)]
    process = subprocess.Popen(
        [sys.executable, "-m", "app.main", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ,
    )
    try:
        yield _listening(f"http://127.0.0.1:{port}", process)
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=PATIENCE)


def _listening(address: str, process: subprocess.Popen[bytes]) -> str:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            httpx2.get(f"{address}/health").raise_for_status()
        except httpx2.ConnectError:
            time.sleep(0.1)
        else:
            return address
    raise AssertionError("annexa serve did not listen")


def test_a_download_that_broke_off_is_resumed_from_a_real_server(
    served: Served, server: str
) -> None:
    path = f"{server}/v1/packs/{served.pack.pack_id}/bundle"
    bearer = {"Authorization": f"Bearer {served.tokens['packs:read']}"}
    size = served.pack.bundle.stat().st_size

    with httpx2.stream("GET", path, headers=bearer) as answer:
        tag = answer.headers["etag"]
        begun = b""
        for chunk in answer.iter_bytes(10_000):
            begun += chunk
            if len(begun) > size // 3:
                break
    rest = httpx2.get(path, headers={**bearer, "Range": f"bytes={len(begun)}-", "If-Range": tag})

    assert rest.status_code == 206
    assert 0 < len(begun) < size
    assert hashlib.sha256(begun + rest.content).hexdigest() == served.pack.bundle_sha256
    assert httpx2.get(path).status_code == 401
