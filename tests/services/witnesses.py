"""A real witness behind a real server, on a port of its own."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from app.cli.listener import address_of, listening
from app.witness.folder import Witness, create_witness
from app.witness.server import create_witness_app


class Server(uvicorn.Server):
    """One that says when it answers, and leaves signals to the tests."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.answers = threading.Event()

    async def startup(self, sockets: list[object] | None = None) -> None:
        await super().startup(sockets)
        self.answers.set()


def now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def witnessing(
    folder: Path, name: str = "witness.example/w1", tls: Path | None = None
) -> Iterator[tuple[Witness, str]]:
    """A witness, and the address that it answers at; `tls` holds its key and certificate."""
    witness = create_witness(folder, name, now)
    open_socket = listening("127.0.0.1", 0)
    config = uvicorn.Config(
        create_witness_app(witness), log_level="critical", ssl_certfile=tls, ssl_keyfile=tls
    )
    server = Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [open_socket]})
    thread.start()
    try:
        assert server.answers.wait(60)
        yield witness, f"{'https' if tls else 'http'}://{address_of(open_socket)}"
    finally:
        server.should_exit = True
        thread.join()
        open_socket.close()


def settings_of(name: str, witness: Witness, url: str = "") -> str:
    """TOML of one witness."""
    where = f'url = "{url}"\n' if url else ""
    return f'\n[[witnesses]]\nname = "{name}"\nvkey = "{witness.key}"\n{where}'
