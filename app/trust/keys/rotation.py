"""A new key for the log. The public half of the old one stays, its private half is destroyed.

Order, so that a crash anywhere leaves a usable folder: the next private key is written beside the
present one; the rotation is sealed in the log by the old key; log.vkey is replaced at once with
the new key first and the old one with its last size; the next key takes the old one's place. The
last step is made up for whenever the folder is read.
"""

from dataclasses import replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.evidence.tree.note import FormerKey, VerifierKey, format_vkeys, verifier_key
from app.trust.keys.durable_files import PRIVATE, PUBLIC, place_file, sync

_PRESENT, _NEXT, _KEYS = "log.key.pem", "log-next.key.pem", "log.vkey"


def prepare_rotation(folder: Path, origin: str) -> VerifierKey:
    """The next key, made now or by an attempt that did not end. Raises OSError, ValueError."""
    path = folder / _NEXT
    if not path.exists():
        key = Ed25519PrivateKey.generate()
        pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        place_file(path, pem, PRIVATE)
    return verifier_key(origin, _public(path))


def rotate(folder: Path, old: VerifierKey, new: VerifierKey, until: int) -> VerifierKey:
    """Make `new` the log's key: the old one is believed up to checkpoint `until`.

    Raises OSError; then `prepare_rotation` and this may be tried again.
    """
    gone = FormerKey(key=replace(old, former=()), until=until)
    key = replace(new, former=(gone, *old.former))
    place_file(folder / _KEYS, format_vkeys(key).encode(), PUBLIC)
    finish_rotation(folder, key)
    return key


def finish_rotation(folder: Path, key: VerifierKey) -> None:
    """Put the next private key in place once log.vkey speaks of it; else leave it be."""
    path = folder / _NEXT
    if path.exists() and _public(path) == key.public:
        path.replace(folder / _PRESENT)
        sync(folder)


def _public(path: Path) -> bytes:
    private = load_pem_private_key(path.read_bytes(), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise ValueError(f"{path.name} holds a key of another kind")  # noqa: TRY004 - of a file
    return private.public_key().public_bytes_raw()
