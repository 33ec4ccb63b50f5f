"""trust: the keys of this installation, and what auditors are given of them."""

from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.cli.edge import OUT, Json, clock, home_folder, print_json
from app.cli.opened import opened
from app.errors import UnavailableError
from app.services.reading.anchors import Anchors, anchors_of
from app.services.upkeep.key_rotation import rotate_log_key
from app.services.upkeep.seal_certificate import install_certificate, write_request

app = typer.Typer(help="Keys of this installation.", no_args_is_help=True, rich_markup_mode=None)


@app.callback()
def trust() -> None:
    """Keys of this installation."""


@app.command("rotate-log-key")
def rotate(ctx: typer.Context, *, as_json: Json = False) -> None:
    """Sign checkpoints with a new key from now on; what the old one signed still verifies."""
    done = rotate_log_key(home_folder(ctx), clock, "annexa trust rotate-log-key")
    if as_json:
        print_json(asdict(done))
        return
    OUT.print(
        f"The log has a new key. The old one signed checkpoints of up to {done.until} entries; its "
        f"private half is destroyed.\nGive {done.vkey_file} to your auditors and witnesses, out of "
        "band:\n\n"
        f"{done.vkey}\n{done.old_vkey} {done.until}"
    )


@app.command()
def show(
    ctx: typer.Context,
    pdf: Annotated[Path | None, typer.Option(help="Write them as a page for people.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """What to hand to auditors out of band: root, seal, log key, newest checkpoint."""
    with opened(ctx) as ports:
        anchors = anchors_of(ports)
    if pdf is not None:
        _draw(anchors, pdf)
    if as_json:
        print_json(asdict(anchors))
        return
    for line in _lines(anchors):
        OUT.print(line)


@app.command()
def csr(ctx: typer.Context, out: Annotated[Path, typer.Option(help="File to write.")]) -> None:
    """Write a certificate request (PKCS#10) for the seal's key, for the organisation's own CA."""
    with opened(ctx) as ports:
        subject = write_request(ports, out)
    OUT.print(
        f"{out} asks for a certificate of {subject}.\nHave your CA sign it with keyUsage "
        "digitalSignature and contentCommitment (nonRepudiation) and extendedKeyUsage "
        "emailProtection; then run: annexa trust install CERT --chain CHAIN"
    )


@app.command()
def install(
    ctx: typer.Context,
    certificate: Annotated[Path, typer.Argument(help="What the CA answered, PEM or DER.")],
    chain: Annotated[
        Path | None, typer.Option(help="Its issuers up to the root, unless they are in it.")
    ] = None,
    *,
    as_json: Json = False,
) -> None:
    """Seal with the certificate that your CA made for the seal's key. Old seals keep verifying."""
    with opened(ctx) as ports:
        done = install_certificate(ports, certificate, chain, "annexa trust install")
    if as_json:
        print_json(asdict(done))
        return
    OUT.print(
        f"Sealed by {done.subject} from now on, until {done.valid_until:%Y-%m-%d}.\n"
        f"Its root is {done.root_subject}\n  sha256 Fingerprint={done.root_sha256}\n"
        f"Give {done.roots_file} to your auditors, out of band: it holds this root and the former "
        "ones. Restart `annexa serve`: it seals with what it read at its start."
    )


def _draw(anchors: Anchors, path: Path) -> None:
    from app.packs.page.render import render_anchors

    try:
        path.write_bytes(render_anchors(anchors))
    except OSError as error:
        raise UnavailableError(f"{path} cannot be written: {error.strerror}") from error


def _lines(anchors: Anchors) -> Iterator[str]:
    """For a terminal, a mail or paper; fingerprints and subjects as openssl prints them."""
    yield f"Trust anchors of {anchors.organisation}. Hand them over by another way than bundles."
    yield f"\nRoot of the seal ({anchors.roots_file})"
    for root in anchors.roots:
        yield f"  subject={root.subject}"
        yield f"  sha256 Fingerprint={root.sha256}"
    yield "\nSeal (pin it with verify.py --seal-subject or --seal-cert)"
    yield f"  subject={anchors.seal.subject}"
    yield f"  sha256 Fingerprint={anchors.seal.sha256}"
    yield f"  valid until {anchors.seal.valid_until:%Y-%m-%d}"
    yield f"\nLog {anchors.origin} ({anchors.vkey_file})"
    for vkey in anchors.vkeys:
        yield f"  {vkey}"
    if anchors.checkpoint is not None:
        newest = anchors.checkpoint
        yield f"\nNewest checkpoint: {newest.size} entries, root {newest.root}"
        dating = f"dated {newest.stamped_at} by {newest.authority}" if newest.authority else ""
        signed = f"signed {newest.signed_at:%Y-%m-%d %H:%M:%S} UTC"
        yield f"  {signed}, {dating or 'not dated yet'} ({newest.assurance})"
        yield "".join(f"\n  {line}" for line in newest.note.splitlines())
    for witness in anchors.witnesses:
        yield f"\nWitness {witness.name}: take its key from itself, and compare\n  {witness.vkey}"
        yield f"  {witness.sentence}"
