"""A whole home with real time authorities over HTTP and a clock that is set by hand."""

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from app.services.home.installation import Ports, open_ports
from app.services.upkeep.new_home import initialise
from tests.services.authorities import Moody


class _Answering(http.server.BaseHTTPRequestHandler):
    respond: Callable[[bytes], bytes]

    def do_POST(self) -> None:
        query = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            answer = type(self).respond(query)
        except ConnectionRefusedError:
            self.send_error(503)
            return
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Silent."""


@contextmanager
def listening(authority: Moody) -> Iterator[str]:
    """URL of an HTTP server that answers as this authority does."""
    handler = type("Handler", (_Answering,), {"respond": staticmethod(authority.answer)})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def authority_table(home: Path, authority: Moody, url: str, more: str = "") -> str:
    """TOML of one authority, its root laid into the home."""
    root = home / f"{authority.name}-root.pem"
    root.write_bytes(authority.roots[0].public_bytes(Encoding.PEM))
    return (
        f'\n[[time_authorities]]\nname = "{authority.name}"\nurl = "{url}"\n'
        f'roots = ["{root}"]\n{more}\n'
    )


@contextmanager
def home_with(
    home: Path, clock: Callable[[], object], *authorities: tuple[Moody, str], settings: str = ""
) -> Iterator[Ports]:
    """A new home that asks these authorities, opened."""
    initialise(home, "Northgate Health", clock)
    file = home / "annexa.toml"
    tables = "".join(authority_table(home, one, url) for one, url in authorities)
    file.write_text(file.read_text() + tables + settings)
    ports = open_ports(home, clock)
    try:
        yield ports
    finally:
        ports.close()
