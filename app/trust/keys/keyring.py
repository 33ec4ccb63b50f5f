"""The trust folder: keys made once, at init, and read by their owner only."""

import stat
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.errors import UnavailableError, UsageError
from app.evidence.tree.note import ECDSA, NoteError, ecdsa_verifier_key, parse_vkeys, verifier_key
from app.trust.keys.certificates import (
    UNNAMED,
    Validity,
    revocation_list,
    revokes_for,
    root_certificate,
    seal_certificate,
    tsa_certificate,
)
from app.trust.keys.durable_files import SALT_KEY, is_secret, place_folder
from app.trust.keys.rotation import finish_rotation
from app.trust.keys.salt_key import new_salt_key, read_salts
from app.trust.keys.signers import (
    CertifiedKey,
    EcdsaLogSigner,
    LocalKey,
    LogSigner,
    NoteSigner,
    SealSigner,
    SigningKey,
)

SEAL = "seal.crt.pem"
"""Certificate of the seal; where a CA made it, its issuers after it, the root last."""
SEAL_ROOTS = "seal-roots.pem"
"""Every root that seals of this home lead to, the newest first; not there while it is root.pem."""
_LEEWAY = timedelta(minutes=5)
"""Certificates begin a little before now: clocks of auditors may be slow."""
_Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | Ed25519PrivateKey


__all__ = ["LogSigner", "NoteSigner", "RemoteKeys", "Trust", "create_trust", "load_trust"]


@dataclass(frozen=True, kw_only=True, slots=True)
class RemoteKeys:
    """Keys that are not in the trust folder; what is None is a file there."""

    log: SigningKey | None = None
    seal: SealSigner | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Trust:
    """What the trust folder holds. The root's key is not loaded: nothing nightly needs it."""

    folder: Path
    log: NoteSigner
    root: x509.Certificate
    sealer: SealSigner
    tsa: x509.Certificate
    tsa_key: rsa.RSAPrivateKey = field(repr=False)

    @property
    def origin(self) -> str:
        """The log's name."""
        return self.log.key.name

    @property
    def seal(self) -> x509.Certificate:
        """The seal's certificate."""
        return self.sealer.certificate

    @property
    def vkey(self) -> str:
        """The log's public key as the auditor notes it, out of band."""
        return str(self.log.key)


def create_trust(
    folder: Path,
    origin: str,
    now: Callable[[], datetime],
    days: int = 3650,
    remote: RemoteKeys = RemoteKeys(),
    organisation: str = UNNAMED,
) -> Trust:
    """Make the keys and certificates of a new log, in the organisation's name.

    All files appear at once, or none.

    Private: root.key.pem (P-384, take it offline), seal.key.pem (P-256), tsa.key.pem (RSA-3072),
    log.key.pem (Ed25519), salt.key (32 random bytes), each 0600 in a folder of 0700. Public:
    root.pem, root.crl.pem, seal.crt.pem, tsa.crt.pem, log.vkey. Of keys that are elsewhere only
    the vkey is written.
    Raises UsageError for a folder that has files or a bad origin, UnavailableError when it cannot
    be written.
    """
    if folder.exists() and any(folder.iterdir()):
        raise UsageError(f"{folder} already has files: keys are made once and never replaced")
    try:
        files = _made(origin, organisation, _validity(now(), days), remote)
    except NoteError as error:
        raise UsageError(f"the log cannot be named {origin!r}: {error}") from error
    try:
        place_folder(folder, files)
    except OSError as error:
        raise UnavailableError(f"cannot write the keys to {folder}: {error.strerror}") from error
    return load_trust(folder, remote)


def load_trust(folder: Path, remote: RemoteKeys = RemoteKeys()) -> Trust:
    """Read the trust folder.

    Raises UsageError when keys can be read by others than their owner, when a file is missing,
    or when files do not belong together.
    """
    _refuse_open_doors(folder)
    read_salts(folder)  # a damaged secret is refused before anything is sealed with it
    try:
        root = x509.load_pem_x509_certificate(_read(folder, "root.pem"))
        return Trust(
            folder=folder,
            log=_log(folder, remote.log),
            root=root,
            sealer=remote.seal or _sealer(folder, root),
            tsa=_certificate(folder, "tsa.crt.pem", root),
            tsa_key=_tsa_key(folder, root),
        )
    except ValueError as error:  # NoteError, UnicodeDecodeError and bad PEM are ValueErrors
        raise UsageError(
            f"a file in {folder} cannot be read as a key or certificate; "
            "restore the folder from your backup"
        ) from error


def _validity(now: datetime, days: int) -> Validity:
    start = now.replace(microsecond=0) - _LEEWAY
    return Validity(start=start, end=start + timedelta(days=days))


def _made(
    origin: str, organisation: str, validity: Validity, remote: RemoteKeys
) -> dict[str, bytes]:
    root_key = ec.generate_private_key(ec.SECP384R1())
    tsa_key = rsa.generate_private_key(65537, 3072)
    root = root_certificate(root_key, validity, organisation)
    tsa = tsa_certificate(tsa_key.public_key(), root, root_key, validity)
    files = {
        "root.key.pem": _pem(root_key),
        "tsa.key.pem": _pem(tsa_key),
        SALT_KEY: new_salt_key(),
        "root.pem": root.public_bytes(Encoding.PEM),
        "root.crl.pem": revocation_list(root, root_key, validity).public_bytes(Encoding.PEM),
        "tsa.crt.pem": tsa.public_bytes(Encoding.PEM),
    }
    if remote.log is None:
        log_key = Ed25519PrivateKey.generate()
        files["log.key.pem"] = _pem(log_key)
        vkey = verifier_key(origin, log_key.public_key().public_bytes_raw())
    else:
        vkey = ecdsa_verifier_key(origin, remote.log.public)
    if remote.seal is None:
        seal_key = ec.generate_private_key(ec.SECP256R1())
        seal = seal_certificate(seal_key.public_key(), root, root_key, validity)
        files["seal.key.pem"] = _pem(seal_key)
        files[SEAL] = seal.public_bytes(Encoding.PEM)
    return {**files, "log.vkey": f"{vkey}\n".encode()}


def _log(folder: Path, remote: SigningKey | None) -> NoteSigner:
    key = parse_vkeys(_read(folder, "log.vkey").decode())
    if remote is not None:
        if replace(key, former=()) != ecdsa_verifier_key(key.name, remote.public):
            raise UsageError(
                f"log.vkey in {folder} is not the key that [log_key] names; a log keeps the key "
                "it began with until it is rotated"
            )
        return EcdsaLogSigner(key=key, signing=remote)
    if key.kind == ECDSA:
        raise UsageError(
            f"the log's key is in a vault, says log.vkey in {folder}; name it under [log_key]"
        )
    finish_rotation(folder, key)
    private = load_pem_private_key(_read(folder, "log.key.pem"), password=None)
    if not isinstance(private, Ed25519PrivateKey):
        raise _other_kind("log.key.pem")
    if private.public_key().public_bytes_raw() != key.public:
        raise _strangers(folder, "log.vkey", "log.key.pem")
    return LogSigner(key=key, private=private)


def _sealer(folder: Path, root: x509.Certificate) -> SealSigner:
    """By the organisation's own root, or by the CA whose certificates follow the seal's."""
    certificate, *chain = x509.load_pem_x509_certificates(_read(folder, SEAL))
    if not chain:
        certificate = _certificate(folder, SEAL, root)
    private = load_pem_private_key(_read(folder, "seal.key.pem"), password=None)
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        raise _other_kind("seal.key.pem")
    if private.public_key() != certificate.public_key():
        raise _strangers(folder, SEAL, "seal.key.pem")
    return CertifiedKey(
        signing=LocalKey(private=private),
        certificate=certificate,
        chain=tuple(chain) or (root,),
        revocations=() if chain else _revocations(folder, root),
    )


def _revocations(
    folder: Path, root: x509.Certificate
) -> tuple[x509.CertificateRevocationList, ...]:
    """The root's list; homes of before there was one have none."""
    if not (folder / "root.crl.pem").exists():
        return ()
    found = x509.load_pem_x509_crl(_read(folder, "root.crl.pem"))
    if not revokes_for(found, root):
        raise _strangers(folder, "root.crl.pem", "root.pem")
    return (found,)


def _tsa_key(folder: Path, root: x509.Certificate) -> rsa.RSAPrivateKey:
    private = load_pem_private_key(_read(folder, "tsa.key.pem"), password=None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise _other_kind("tsa.key.pem")
    if private.public_key() != _certificate(folder, "tsa.crt.pem", root).public_key():
        raise _strangers(folder, "tsa.crt.pem", "tsa.key.pem")
    return private


def _certificate(folder: Path, name: str, root: x509.Certificate) -> x509.Certificate:
    found = x509.load_pem_x509_certificate(_read(folder, name))
    try:
        found.verify_directly_issued_by(root)
    except (ValueError, InvalidSignature) as error:
        raise _strangers(folder, name, "root.pem") from error
    return found


def _strangers(folder: Path, one: str, other: str) -> UsageError:
    return UsageError(
        f"{one} and {other} in {folder} do not belong together; restore the folder from your backup"
    )


def _pem(key: _Key) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _refuse_open_doors(folder: Path) -> None:
    if not folder.is_dir():
        raise UsageError(f"there is no trust folder {folder}; make one with: annexa init")
    if stat.S_IMODE(folder.stat().st_mode) & 0o077:
        raise UsageError(f"others may open the trust folder; close it with: chmod 700 {folder}")
    for path in sorted(path for path in folder.iterdir() if is_secret(path.name)):
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise UsageError(f"others may read {path.name}; close it with: chmod 600 {path}")


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


def _other_kind(name: str) -> ValueError:
    return ValueError(f"{name} holds a key of another kind")
