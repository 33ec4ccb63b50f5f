"""A witness that is silent, endless or somebody else's host stops nothing."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from app.services.upkeep import witness_channel
from app.services.upkeep.witness_channel import SilentWitnessError, ask
from tests.services.witnesses import witnessing

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"


@contextmanager
def answering(talk: Callable[[socket.socket], None]) -> Iterator[str]:
    """A host that answers one connection so, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            connection, _ = server.accept()
            with connection:
                connection.recv(1 << 16)
                talk(connection)

        thread = threading.Thread(target=run)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def endless(connection: socket.socket) -> None:
    connection.sendall(HEAD + b"\r\n")
    try:
        while True:
            connection.sendall(b"x" * 4096)
    except OSError:
        return  # the other side had enough


def hanging(connection: socket.socket) -> None:
    connection.recv(1)  # until the other side goes away


def redirecting(connection: socket.socket) -> None:
    connection.sendall(
        b"HTTP/1.1 307 T\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n"
    )


def test_an_endless_answer_is_not_read_to_its_end() -> None:
    with answering(endless) as url, pytest.raises(SilentWitnessError, match="longer than"):
        ask(url, b"request", None)


def test_a_host_that_never_answers_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(witness_channel, "TIMEOUT", 0.3)
    with answering(hanging) as url, pytest.raises(SilentWitnessError, match="no answer within"):
        ask(url, b"request", None)


def test_a_redirect_is_an_answer_and_not_followed() -> None:
    with answering(redirecting) as url:
        assert ask(url, b"request", None).status == 307


@pytest.mark.parametrize("url", ["http://127.0.0.1:9", "http://", "http://nobody.invalid/"])
def test_what_cannot_be_reached_is_told_in_one_sentence(url: str) -> None:
    with pytest.raises(SilentWitnessError):
        ask(url, b"request", None)


def test_a_host_is_who_its_certificate_says_by_the_given_authority(tmp_path: Path) -> None:
    ca = trustme.CA()
    issued = ca.issue_cert("127.0.0.1")
    ca.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    trustme.CA().cert_pem.write_to_path(str(tmp_path / "other.pem"))
    issued.private_key_and_cert_chain_pem.write_to_path(str(tmp_path / "server.pem"))

    with witnessing(tmp_path / "w", tls=tmp_path / "server.pem") as (_, url):
        assert url.startswith("https://")
        assert ask(url, b"nonsense", tmp_path / "ca.pem").status == 400
        for wrong in (None, tmp_path / "other.pem", tmp_path / "none.pem"):
            with pytest.raises(SilentWitnessError):
                ask(url, b"nonsense", wrong)
