"""Timestamps: openssl believes them, and we believe nothing that does not verify."""

import http.server
import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from asn1crypto import tsp
from rfc3161_client import PKIStatus, decode_timestamp_response

from app.errors import UsageError
from app.trust.keys.keyring import Trust, create_trust
from app.trust.time.development import POLICY
from app.trust.time.timestamp import (
    DevelopmentAuthority,
    HttpAuthority,
    TimestampRefusedError,
    TimestampUnavailableError,
    stamp,
    verify_timestamp,
)
from app.trust.time.timestamp_token import read_token

DATA = b"evidence.example/log\n1\n\n"
Clock = Callable[[], datetime]


class Answering(http.server.BaseHTTPRequestHandler):
    """A real HTTP time authority around an answer function."""

    respond: Callable[[bytes], bytes]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        assert self.headers["Content-Type"] == "application/timestamp-query"
        answer = type(self).respond(body)
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Silent."""


@pytest.fixture
def serve() -> Iterator[Callable[[Callable[[bytes], bytes]], str]]:
    servers: list[http.server.ThreadingHTTPServer] = []

    def start(respond: Callable[[bytes], bytes]) -> str:
        handler = type("Handler", (Answering,), {"respond": staticmethod(respond)})
        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_address[1]}/"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize("kind", ["response", "token"])
def test_openssl_verifies_both_forms_and_notices_a_changed_byte(
    kind: str, trust: Trust, authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    stamped = stamp(DATA, [authority], now)
    (tmp_path / "data").write_bytes(DATA)
    (tmp_path / "stamp").write_bytes(stamped.response if kind == "response" else stamped.token)
    command = [
        *["openssl", "ts", "-verify", "-data", "data", "-in", "stamp"],
        *["-CAfile", str(trust.folder / "root.pem")],
        *(["-token_in"] if kind == "token" else []),
    ]
    done = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True)
    assert "Verification: OK" in done.stdout + done.stderr
    (tmp_path / "data").write_bytes(DATA[:-1] + b"x")
    assert subprocess.run(command, cwd=tmp_path, check=False, capture_output=True).returncode


def test_a_token_says_its_time_policy_and_assurance(
    authority: DevelopmentAuthority, now: Clock
) -> None:
    stamped = stamp(DATA, [authority], now)
    assert stamped.assurance == "development"
    assert stamped.authority == "built-in development authority"
    assert stamped.at == now().replace(microsecond=0)
    assert stamped.at.tzinfo == UTC
    response = tsp.TimeStampResp.load(stamped.response)
    info = response["time_stamp_token"]["content"]["encap_content_info"]["content"].parsed
    assert info["policy"].native == POLICY
    assert info["accuracy"]["seconds"].native == 1
    assert read_token(stamped.response).token == stamped.token


def test_a_stored_token_verifies_years_later_and_over_its_data_only(
    trust: Trust, authority: DevelopmentAuthority, now: Clock
) -> None:
    response = stamp(DATA, [authority], now).response
    assert verify_timestamp(response, DATA, [trust.root]) == now().replace(microsecond=0)
    with pytest.raises(TimestampRefusedError):
        verify_timestamp(response, DATA + b"x", [trust.root])


def test_any_changed_byte_of_a_token_is_noticed_or_means_nothing(
    trust: Trust, authority: DevelopmentAuthority, now: Clock
) -> None:
    stamped = stamp(DATA, [authority], now)
    believed = 0
    for place in range(0, len(stamped.response), 7):
        changed = bytearray(stamped.response)
        changed[place] ^= 1
        try:
            at = verify_timestamp(bytes(changed), DATA, [trust.root])
        except TimestampRefusedError:
            continue
        assert at == stamped.at, place
        believed += 1
    # what no signature covers: the status and the spare copy of the root's certificate
    assert believed < len(stamped.response) / 7 / 2


def test_an_authority_over_http_is_verified_the_same_way(
    trust: Trust,
    authority: DevelopmentAuthority,
    now: Clock,
    serve: Callable[[Callable[[bytes], bytes]], str],
) -> None:
    url = serve(authority.answer)
    asked = HttpAuthority(name="hospital", url=url, roots=(trust.root,), assurance="qualified")
    stamped = stamp(DATA, [asked], now)
    assert (stamped.authority, stamped.assurance) == ("hospital", "qualified")


def test_the_next_authority_answers_when_one_is_down(
    trust: Trust, authority: DevelopmentAuthority, now: Clock
) -> None:
    dead = HttpAuthority(name="dead", url="http://127.0.0.1:1/", roots=(trust.root,))
    assert stamp(DATA, [dead, authority], now).authority == authority.name
    with pytest.raises(TimestampUnavailableError, match=r"dead: .*refused"):
        stamp(DATA, [dead], now)
    with pytest.raises(TimestampUnavailableError, match="none is configured"):
        stamp(DATA, [], now)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (lambda _, __: b"<html>proxy error</html>", "no RFC 3161 response"),
        (
            lambda answer, _: answer(b"not a query"),
            "refused: rejection, bad data format, the query cannot be read",
        ),
        (lambda answer, query: answer(without_nonce(query)), "the nonce is not the query's"),
        (lambda answer, query: answer(of_other_data(query)), "Mismatch"),
        (lambda answer, query: answer(query)[:-1], "no RFC 3161 response"),
        (lambda answer, query: swapped(answer(query)), "."),
    ],
)
def test_answers_that_do_not_fit_are_refused(
    spoil: Callable[[Callable[[bytes], bytes], bytes], bytes],
    reason: str,
    trust: Trust,
    authority: DevelopmentAuthority,
    now: Clock,
    serve: Callable[[Callable[[bytes], bytes]], str],
) -> None:
    url = serve(lambda query: spoil(authority.answer, query))
    with pytest.raises(TimestampUnavailableError, match=reason):
        stamp(DATA, [HttpAuthority(name="odd", url=url, roots=(trust.root,))], now)


def test_an_authority_of_another_root_is_refused(
    authority: DevelopmentAuthority, now: Clock, tmp_path: Path
) -> None:
    other = create_trust(tmp_path / "trust", "other.example/log", now)
    with pytest.raises(TimestampUnavailableError):
        stamp(DATA, [replace(authority, roots=(other.root,))], now)


def test_a_certificate_that_is_not_for_timestamps_is_refused(
    trust: Trust, authority: DevelopmentAuthority, now: Clock
) -> None:
    seal = replace(authority.tsa, certificate=trust.seal)
    with pytest.raises(TimestampUnavailableError):
        stamp(DATA, [replace(authority, tsa=seal)], now)


def test_a_clock_far_from_ours_is_refused(trust: Trust, now: Clock) -> None:
    late = DevelopmentAuthority.of(trust, lambda: now() + timedelta(minutes=6))
    with pytest.raises(TimestampUnavailableError, match="its clock says"):
        stamp(DATA, [late], now)


def test_weak_digests_and_foreign_policies_are_refused(authority: DevelopmentAuthority) -> None:
    for change in ({"algorithm": "sha1", "length": 20}, {"policy": "1.2.3"}):
        query = {
            "version": 1,
            "message_imprint": {
                "hash_algorithm": {"algorithm": change.get("algorithm", "sha256")},
                "hashed_message": bytes(int(change.get("length", 32))),
            },
        }
        if "policy" in change:
            query["req_policy"] = change["policy"]
        answer = authority.answer(tsp.TimeStampReq(query).dump())
        assert decode_timestamp_response(answer).status == PKIStatus.REJECTION


def test_an_authority_needs_a_web_address_and_a_root(trust: Trust) -> None:
    with pytest.raises(UsageError, match="no http"):
        HttpAuthority(name="odd", url="file:///etc/passwd", roots=(trust.root,))
    with pytest.raises(UsageError, match="needs the root"):
        HttpAuthority(name="odd", url="http://127.0.0.1/", roots=())


def without_nonce(query: bytes) -> bytes:
    request = tsp.TimeStampReq.load(query)
    return tsp.TimeStampReq(
        {"version": 1, "message_imprint": request["message_imprint"], "cert_req": True}
    ).dump()


def of_other_data(query: bytes) -> bytes:
    request = tsp.TimeStampReq.load(query)
    request["message_imprint"]["hashed_message"] = bytes(32)
    return request.dump(force=True)


def swapped(answer: bytes) -> bytes:
    changed = bytearray(answer)
    changed[-1] ^= 1
    return bytes(changed)
