"""The trust folder: keys made once, at init, and read by their owner only."""

import os
import shutil
import stat
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.errors import UnavailableError, UsageError
from app.evidence.note import NoteError, NoteSignature, VerifierKey, parse_vkey, verifier_key
from app.trust.certificates import Validity, root_certificate, seal_certificate, tsa_certificate

_LEEWAY = timedelta(minutes=5)
"""Certificates begin a little before now: clocks of auditors may be slow."""
_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | Ed25519PrivateKey


class NoteSigner(Protocol):
    """Signs checkpoints. The key may live in a file or elsewhere."""

    @property
    def key(self) -> VerifierKey:
        """The public half, whose name is the log's origin."""
        ...

    def sign(self, text: str) -> NoteSignature:
        """Sign a note's text. Raises UnavailableError when the key cannot be reached."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class LogSigner:
    """A note signer whose Ed25519 key is in memory. Signatures are deterministic (RFC 8032)."""

    key: VerifierKey
    private: Ed25519PrivateKey = field(repr=False)

    def sign(self, text: str) -> NoteSignature:
        """Sign a note's text."""
        return NoteSignature(
            name=self.key.name,
            key_id=self.key.key_id,
            signature=self.private.sign(text.encode()),
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """What the trust folder holds. The root's key is not loaded: nothing nightly needs it."""

    folder: Path
    log: LogSigner
    root: x509.Certificate
    seal: x509.Certificate
    seal_key: ec.EllipticCurvePrivateKey = field(repr=False)
    tsa: x509.Certificate
    tsa_key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.log.key.name

    @property
    def vkey(self) -> str:
        """The log's public key as the auditor notes it, out of band."""
        return str(self.log.key)


def create_trust(folder: Path, origin: str, now: Callable[[], datetime], days: int = 3650) -> Trust:
    """Make the keys and certificates of a new log. All files appear at once, or none.

    Private: root.key.pem (P-384, take it offline), seal.key.pem (P-256), tsa.key.pem (RSA-3072),
    log.key.pem (Ed25519), each 0600 in a folder of 0700. Public: root.pem, seal.crt.pem,
    tsa.crt.pem, log.vkey. Raises UsageError for a folder that has files or a bad origin,
    UnavailableError when it cannot be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} already has files: keys are made once and never replaced")
    try:
        files = _made(origin, now(), days)
    except NoteError as error:
        raise UsageError(f"the log cannot be named {origin!r}: {error}") from error
    try:
        _place(folder, files)
    except OSError as error:
        raise UnavailableError(f"cannot write the keys to {folder}: {error.strerror}") from error
    return load_trust(folder)


def load_trust(folder: Path) -> Trust:
    """Read the trust folder.

    Raises UsageError when keys can be read by others than their owner, when a file is missing,
    or when files do not belong together.
    """
    _refuse_open_doors(folder)
    try:
        key = parse_vkey(_read(folder, "log.vkey").decode())
        log_key, seal_key, tsa_key = _keys(folder)
        trust = Trust(
            folder=folder,
            log=LogSigner(key=key, private=log_key),
            root=x509.load_pem_x509_certificate(_read(folder, "root.pem")),
            seal=x509.load_pem_x509_certificate(_read(folder, "seal.crt.pem")),
            seal_key=seal_key,
            tsa=x509.load_pem_x509_certificate(_read(folder, "tsa.crt.pem")),
            tsa_key=tsa_key,
        )
    except ValueError as error:  # NoteError, UnicodeDecodeError and bad PEM are ValueErrors
        raise UsageError(
            f"a file in {folder} cannot be read as a key or certificate; "
            "restore the folder from your backup"
        ) from error
    _refuse_strangers(trust)
    return trust


def _made(origin: str, now: datetime, days: int) -> dict[str, bytes]:
    start = now.replace(microsecond=0) - _LEEWAY
    validity = Validity(start=start, end=start + timedelta(days=days))
    root_key = ec.generate_private_key(ec.SECP384R1())
    seal_key = ec.generate_private_key(ec.SECP256R1())
    tsa_key = rsa.generate_private_key(65537, 3072)
    log_key = Ed25519PrivateKey.generate()
    root = root_certificate(root_key, validity)
    seal = seal_certificate(seal_key.public_key(), root, root_key, validity)
    tsa = tsa_certificate(tsa_key.public_key(), root, root_key, validity)
    vkey = verifier_key(origin, log_key.public_key().public_bytes_raw())
    return {
        "root.key.pem": _pem(root_key),
        "seal.key.pem": _pem(seal_key),
        "tsa.key.pem": _pem(tsa_key),
        "log.key.pem": _pem(log_key),
        "root.pem": root.public_bytes(Encoding.PEM),
        "seal.crt.pem": seal.public_bytes(Encoding.PEM),
        "tsa.crt.pem": tsa.public_bytes(Encoding.PEM),
        "log.vkey": f"{vkey}\n".encode(),
    }


def _place(folder: Path, files: Mapping[str, bytes]) -> None:
    folder.parent.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(prefix=f".{folder.name}-", dir=folder.parent))  # of mode 0700
    try:
        for name, data in files.items():
            _write(made / name, data, 0o600 if name.endswith(".key.pem") else 0o644)
        _sync(made)
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)  # half a set of keys is of no use
    _sync(folder.parent)


def _pem(key: _Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _write(path: Path, data: bytes, mode: int) -> None:
    # exclusive and with its final mode from the start: never a moment when others can read
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _refuse_open_doors(folder: Path) -> None:
    if not folder.is_dir():
        raise UsageError(f"there is no trust folder {folder}; make one with: annexa init")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        raise UsageError(f"others may open the trust folder; close it with: chmod 700 {folder}")
    for path in sorted(folder.glob("*.key.pem")):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UsageError(f"others may read {path.name}; close it with: chmod 600 {path}")


def _refuse_strangers(trust: Trust) -> None:
    pairs = [
        (
            "log.vkey",
            "log.key.pem",
            trust.log.key.public,
            trust.log.private.public_key().public_bytes_raw(),
        ),
        ("seal.crt.pem", "seal.key.pem", trust.seal.public_key(), trust.seal_key.public_key()),
        ("tsa.crt.pem", "tsa.key.pem", trust.tsa.public_key(), trust.tsa_key.public_key()),
        ("seal.crt.pem", "root.pem", trust.seal.issuer, trust.root.subject),
        ("tsa.crt.pem", "root.pem", trust.tsa.issuer, trust.root.subject),
    ]
    for one, other, left, right in pairs:
        if left != right:
            raise UsageError(
                f"{one} and {other} in {trust.folder} do not belong together; "
                "restore the folder from your backup"
            )


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except FileNotFoundError as error:
        raise UsageError(
            f"{name} is missing in {folder}; restore it from your backup, "
            "or make a new log with: annexa init"
        ) from error
    except OSError as error:
        raise UsageError(f"cannot read {folder / name}: {error.strerror}") from error


def _keys(
    folder: Path,
) -> tuple[Ed25519PrivateKey, ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey]:
    names = ("log.key.pem", "seal.key.pem", "tsa.key.pem")
    log, seal, tsa = (load_pem_private_key(_read(folder, name), password=None) for name in names)
    if (
        isinstance(log, Ed25519PrivateKey)
        and isinstance(seal, ec.EllipticCurvePrivateKey)
        and isinstance(tsa, rsa.RSAPrivateKey)
    ):
        return log, seal, tsa
    raise ValueError("a key file holds a key of another kind")
