"""witness: cosign other people's logs, and have one's own cosigned."""

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import ERR, OUT, Json, clock, print_json
from app.cli.encryption import BehindProxy, TlsCert, TlsKey, encryption
from app.cli.opened import opened
from app.errors import NotFoundError, RefusedError, UnavailableError
from app.packs.verify.log.checkpoint import as_signed
from app.witness.decision import WitnessRefusalError
from app.witness.folder import Witness, create_witness, open_witness

app = typer.Typer(
    help="Cosign other people's logs, and have your own cosigned.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Folder = Annotated[Path, typer.Option(help="Folder of the witness; it needs no home of Annexa.")]
Out = Annotated[Path, typer.Option(help="File to write.")]


@app.callback()
def witness() -> None:
    """Cosign other people's logs, and have your own cosigned."""


@app.command()
def init(
    folder: Folder, name: Annotated[str, typer.Option(help="Such as auditors.example/witness.")]
) -> None:
    """Make a witness: its key, and the folder that remembers what it cosigned."""
    made = create_witness(folder, name, clock)
    OUT.print(
        f"A witness in {folder}. Whoever verifies with it needs its key:\n\n{made.key}\n\n"
        f"Next: annexa witness watch --folder {folder} log.vkey"
    )


@app.command()
def watch(
    folder: Folder, vkey: Annotated[str, typer.Argument(help="A log's key: log.vkey, or its text.")]
) -> None:
    """Cosign a log from now on; its newer log.vkey, after a rotation, is given the same way."""
    text = vkey if "+" in vkey else _read(Path(vkey)).decode("utf-8", "replace")
    key = open_witness(folder, clock).watch(text)
    OUT.print(f"{key.name} is watched: what continues it is cosigned.")


@app.command()
def serve(
    folder: Folder,
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 takes a free one.", min=0, max=65535)
    ] = 8090,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
    *,
    behind_proxy: BehindProxy = False,
) -> None:
    """Answer logs over HTTP (POST /add-checkpoint of c2sp.org/tlog-witness)."""
    from app.cli.http_server import ClientLimits, HttpServer
    from app.cli.listener import address_of, listening
    from app.witness.server import create_witness_app

    spoken = encryption(host, tls_cert, tls_key, behind_proxy=behind_proxy)
    served = create_witness_app(open_witness(folder, clock))
    with closing(listening(host, port)) as open_socket:
        server = HttpServer(served, ClientLimits(), **spoken.options)
        ERR.print(f"A witness serves {spoken.scheme}://{address_of(open_socket)}/")
        server.run(sockets=[open_socket])


@app.command()
def sign(
    folder: Folder,
    request: Annotated[Path, typer.Argument(help="What `annexa witness request` wrote.")],
    out: Annotated[Path | None, typer.Option(help="File to write [standard output].")] = None,
) -> None:
    """Cosign the checkpoint of a request that came by file."""
    try:
        lines = _signed(open_witness(folder, clock), _read(request))
    except OSError as error:
        raise UnavailableError(f"nothing was signed: {error.strerror} in {folder}") from error
    if out is None:
        OUT.print(lines.decode(), end="")
    else:
        _write(out, lines)


@app.command("request")
def ask(
    ctx: typer.Context,
    out: Out,
    name: Annotated[
        str | None, typer.Option("--witness", help="Of [[witnesses]]: from where it stands.")
    ] = None,
    old: Annotated[
        int | None, typer.Option(help="The size that it cosigned last [as the store knows].")
    ] = None,
) -> None:
    """Write what a witness is asked, for one that is reached by file alone."""
    from app.services.upkeep.witness_files import request_for

    with opened(ctx) as ports:
        _write(out, request_for(ports, name, old))
    OUT.print(
        f"Give {out} to the witness (annexa witness sign), and its answer to: annexa witness add"
    )


@app.command()
def add(
    ctx: typer.Context,
    answer: Annotated[Path, typer.Argument(help="What the witness answered.")],
    *,
    as_json: Json = False,
) -> None:
    """Keep the cosignatures of a file, once they are verified."""
    from app.services.upkeep.witness_files import add_cosignatures

    with opened(ctx) as ports:
        done = add_cosignatures(ports, _read(answer))
    if as_json:
        print_json([asdict(one) for one in done])
        return
    for one in done:
        OUT.print(f"{one.witness} cosigned {one.size} entries at {one.at}.")


def _signed(opened_witness: Witness, data: bytes) -> bytes:
    try:
        return opened_witness.add_checkpoint(data)
    except WitnessRefusalError as refusal:
        known = f"; ask again with --old {refusal.size}" if refusal.size is not None else ""
        raise RefusedError(f"not cosigned: {refusal.reason}{known}", code="not_cosigned") from None


def _read(path: Path) -> bytes:
    """A file that came by mail or was saved by an editor: as it was sent."""
    try:
        return as_signed(path.read_bytes())
    except OSError as error:
        raise NotFoundError(
            f"there is no file {path}: {error.strerror}", code="file_unknown"
        ) from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}") from error
