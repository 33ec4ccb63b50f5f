"""The witness over HTTP, as c2sp.org/tlog-witness has it, asked by a plain client."""

import hashlib
import http.client
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.evidence.tree.cosignature import parse_signature_lines, verify_cosignature
from app.evidence.tree.note import open_checkpoint, parse_note
from app.witness.folder import Witness
from tests.services.witnesses import witnessing
from tests.witness.logs import SmallLog

Answer = tuple[int, str, bytes]


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Witness, str]]:
    with witnessing(tmp_path / "witness") as found:
        yield found


def asked(url: str, method: str, path: str, body: bytes | None = None) -> Answer:
    where = urlsplit(url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
    try:
        connection.request(method, path, body)
        reply = connection.getresponse()
        return reply.status, reply.getheader("Content-Type", ""), reply.read()
    finally:
        connection.close()


def test_a_checkpoint_is_cosigned_and_then_shown_to_monitors(served: tuple[Witness, str]) -> None:
    witness, url = served
    log = SmallLog().grow([b"a", b"b"])
    witness.watch(str(log.key))
    shown = f"/{hashlib.sha256(log.origin.encode()).hexdigest()}/checkpoint"
    assert asked(url, "GET", shown)[0] == 404

    status, _, lines = asked(url, "POST", "/add-checkpoint", log.request(0))

    (signature,) = parse_signature_lines(lines)
    assert status == 200
    assert verify_cosignature(parse_note(log.note()).text, signature, witness.key).at
    status, _, kept = asked(url, "GET", shown)
    assert (status, open_checkpoint(kept, log.key).size) == (200, 2)
    assert signature in parse_note(kept).signatures


def test_another_old_size_is_answered_with_the_one_that_it_knows(
    served: tuple[Witness, str],
) -> None:
    witness, url = served
    log = SmallLog().grow([b"a", b"b"])
    witness.watch(str(log.key))
    witness.add_checkpoint(log.request(0))

    answer = asked(url, "POST", "/add-checkpoint", log.grow([b"c"]).request(0))

    assert answer == (409, "text/x.tlog.size", b"2\n")


@pytest.mark.parametrize(
    ("method", "path", "body", "expected"),
    [
        ("POST", "/add-checkpoint", b"nonsense", 400),
        ("POST", "/add-checkpoint", b"x" * (1 << 20), 400),
        ("POST", "/add-checkpoint", SmallLog().grow([b"x"]).request(0), 404),
        ("GET", "/add-checkpoint", None, 405),
        ("GET", "/../witness.key.pem/checkpoint", None, 404),
        ("GET", "/%2e%2e/checkpoint", None, 404),
        ("GET", "/", None, 404),
    ],
)
def test_what_is_no_request_of_a_known_log_is_refused(
    method: str, path: str, body: bytes | None, expected: int, served: tuple[Witness, str]
) -> None:
    _, url = served
    assert asked(url, method, path, body)[0] == expected


def test_a_client_that_goes_away_in_the_middle_hinders_nobody(
    served: tuple[Witness, str],
) -> None:
    witness, url = served
    log = SmallLog().grow([b"a"])
    witness.watch(str(log.key))
    where = urlsplit(url)
    with socket.create_connection((where.hostname or "", where.port or 0)) as half:
        half.sendall(b"POST /add-checkpoint HTTP/1.1\r\nHost: w\r\nContent-Length: 900\r\n\r\nold")

    assert asked(url, "POST", "/add-checkpoint", log.request(0))[0] == 200
