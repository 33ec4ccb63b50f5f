"""Slow clients are cut in time, others are not hurt, and no more connect than may."""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from app.cli.http_server import ClientLimits, HttpServer
from app.cli.listener import listening
from tests.patience import PATIENCE

SOON = ClientLimits(head=0.3, body=0.3, stalled=0.3, connections=4)
ENDLESS = PATIENCE * 10
HEAD = b"POST /echo HTTP/1.1\r\nhost: h\r\ncontent-length: 10\r\n\r\n"
GET = b"GET /echo HTTP/1.1\r\nhost: h\r\n\r\n"


class Server(HttpServer):
    """One that says when it answers."""

    def __init__(self, limits: ClientLimits) -> None:
        self.ended = threading.Event()
        super().__init__(_application(self.ended), limits)
        self.answers = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


def _application(ended: threading.Event) -> Starlette:
    async def echo(request: Request) -> Response:
        return PlainTextResponse(await request.body())

    async def much(_: Request) -> Response:
        async def pieces() -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"x" * 65536
                    await asyncio.sleep(0)  # as a file is read: piece by piece, in a thread
            finally:
                ended.set()

        return StreamingResponse(pieces())

    routes = [Route("/echo", echo, methods=["GET", "POST"]), Route("/much", much)]
    return Starlette(routes=routes)


@contextmanager
def serving(limits: ClientLimits) -> Iterator[tuple[Server, tuple[str, int]]]:
    open_socket = listening("127.0.0.1", 0)
    server = Server(limits)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [open_socket]})
    thread.start()
    try:
        assert server.answers.wait(PATIENCE)
        yield server, open_socket.getsockname()
    finally:
        server.should_exit = True
        thread.join()
        open_socket.close()


@pytest.fixture(scope="module")
def address() -> Iterator[tuple[str, int]]:
    with serving(SOON) as (_, where):
        yield where


def _all(connection: socket.socket) -> bytes:
    """Everything until the other side closes."""
    return b"".join(iter(lambda: connection.recv(65536), b""))


@pytest.mark.parametrize(
    "sent", [b"", b"GET /ec", b"GET /echo HTTP/1.1\r\nhost: h\r\nx-slow: ", HEAD, HEAD + b"12345"]
)
def test_a_request_that_does_not_arrive_is_answered_408_and_cut(
    address: tuple[str, int], sent: bytes
) -> None:
    with socket.create_connection(address, PATIENCE) as slow:
        slow.sendall(sent)
        answer = _all(slow)

    assert answer.startswith(b"HTTP/1.1 408 ")
    assert b"application/problem+json" in answer
    assert b"/problems/request_timeout" in answer


def test_pieces_now_and_then_do_not_put_it_off(address: tuple[str, int]) -> None:
    with socket.create_connection(address, PATIENCE) as slow:
        slow.settimeout(0.05)
        answer = b""
        for _ in range(int(ENDLESS / 0.05)):
            try:
                slow.sendall(b"x")
                answer = slow.recv(65536)
                break
            except TimeoutError:
                continue

    assert answer.startswith(b"HTTP/1.1 408 ")


def test_a_second_request_on_one_connection_has_a_limit_of_its_own(
    address: tuple[str, int],
) -> None:
    with socket.create_connection(address, PATIENCE) as client:
        client.sendall(GET)
        assert client.recv(65536).startswith(b"HTTP/1.1 200 ")
        client.sendall(b"GET /echo")
        assert _all(client).startswith(b"HTTP/1.1 408 ")


def test_whole_requests_are_answered_one_after_the_other(address: tuple[str, int]) -> None:
    with socket.create_connection(address, PATIENCE) as client:
        for _ in range(3):
            client.sendall(HEAD + b"0123456789")
            answer = b""
            while not answer.endswith(b"0123456789"):
                answer += client.recv(65536)
            assert answer.startswith(b"HTTP/1.1 200 ")


def test_who_asks_for_much_and_takes_nothing_is_cut() -> None:
    with (
        serving(SOON) as (server, where),
        socket.create_connection(where, PATIENCE) as client,
    ):
        client.sendall(b"GET /much HTTP/1.1\r\nhost: h\r\n\r\n")
        assert server.ended.wait(PATIENCE)


def test_one_connection_too_many_is_answered_503() -> None:
    calm = ClientLimits(head=PATIENCE, connections=2)
    with serving(calm) as (_, where):
        held = [socket.create_connection(where, PATIENCE) for _ in range(2)]
        with socket.create_connection(where, PATIENCE) as refused:
            answer = _all(refused)
        for one in held:
            one.sendall(GET)
            assert one.recv(65536).startswith(b"HTTP/1.1 200 ")
            one.close()

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert b"retry-after: " in answer
