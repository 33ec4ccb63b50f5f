"""C2SP signed notes and checkpoints: text that a key of the log vouches for."""

import base64
import binascii
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_der_public_key,
)

ED25519 = 0x01
"""Signature type of plain Ed25519 (c2sp.org/signed-note)."""
ECDSA = 0x02
"""ECDSA over SHA-256, as transparency-dev/witness has it; of its curves P-256 alone."""
_DASH = "\u2014 "
_MAX_SIGNATURES = 16
_DIGITS = 20
"""Of a tree size: more than any log will have."""


class NoteError(ValueError):
    """A note, key or checkpoint that does not say what it must. The message says what is wrong."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifierKey:
    """A log's public key, as written in a vkey: `<name>+<key id>+<base64(type, key)>`."""

    name: str
    key_id: bytes
    public: bytes
    """Ed25519: the 32 bytes of RFC 8032. ECDSA: SubjectPublicKeyInfo, DER."""
    kind: int = ED25519
    former: tuple["FormerKey", ...] = ()
    """Keys that this log used before, the newest first; what they signed in their time stands."""

    def __str__(self) -> str:
        encoded = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.key_id.hex()}+{encoded}"


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerKey:
    """A key that was rotated out, and the largest checkpoint that it may have signed."""

    key: VerifierKey
    until: int

    def __str__(self) -> str:
        return f"{self.key} {self.until}"


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteSignature:
    """One signature line of a note."""

    name: str
    key_id: bytes
    signature: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedNote:
    """A parsed note. Its text means nothing until a trusted key has verified it."""

    text: str
    signatures: tuple[NoteSignature, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointBody:
    """What a checkpoint commits to (c2sp.org/tlog-checkpoint)."""

    origin: str
    size: int
    root: bytes

    def text(self) -> str:
        """The note text, without extension lines."""
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"


def verifier_key(name: str, public: bytes) -> VerifierKey:
    """Key with its derived id (c2sp.org/signed-note, Ed25519). Raises NoteError for a bad name."""
    refuse_name(name)
    digest = hashlib.sha256(name.encode() + b"\n" + bytes([ED25519]) + public).digest()
    return VerifierKey(name=name, key_id=digest[:4], public=public)


def ecdsa_verifier_key(name: str, public: ec.EllipticCurvePublicKey) -> VerifierKey:
    """Key of type 0x02, whose id is derived from the key alone. Raises NoteError unless P-256."""
    refuse_name(name)
    if not isinstance(public.curve, ec.SECP256R1):
        raise NoteError(f"a log's ECDSA key is on P-256, not on {public.curve.name}")
    encoded = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    key_id = hashlib.sha256(encoded).digest()[:4]
    return VerifierKey(name=name, key_id=key_id, public=encoded, kind=ECDSA)


def parse_vkey(text: str) -> VerifierKey:
    """Read a vkey. Raises NoteError unless its id belongs to its name and key."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteError("a vkey is <name>+<key id>+<base64 key>")
    encoded = decode(parts[2])
    if encoded[:1] == bytes([ECDSA]):
        key = ecdsa_verifier_key(parts[0], p256_key(encoded[1:]))
    elif len(encoded) == 33 and encoded[0] == ED25519:
        key = verifier_key(parts[0], encoded[1:])
    else:
        raise NoteError("only Ed25519 keys (type 0x01) and ECDSA keys (type 0x02) are read")
    if key.key_id.hex() != parts[1]:
        raise NoteError(f"key id {parts[1]} does not belong to this name and key")
    return key


def parse_vkeys(text: str) -> VerifierKey:
    """Read the keys of a log: its vkey, then a line `<vkey> <size>` for each one rotated out.

    A former key is believed for checkpoints of up to that size and no larger. Raises NoteError.
    """
    current, *former = [line for line in text.splitlines() if line.strip()] or [""]
    key = parse_vkey(current)
    return replace(key, former=tuple(_former(key.name, line) for line in former))


def format_vkeys(key: VerifierKey) -> str:
    """Lines that `parse_vkeys` reads."""
    return "".join(f"{line}\n" for line in (key, *key.former))


def _former(name: str, line: str) -> FormerKey:
    vkey, _, size = line.strip().partition(" ")
    key = parse_vkey(vkey)
    if key.name != name:
        raise NoteError(f"a former key is of {key.name}, not of {name}")
    if not (size.isascii() and size.isdigit()):
        raise NoteError("a former key says the size of the last checkpoint it signed")
    return FormerKey(key=key, until=int(size))


def format_note(text: str, signatures: Sequence[NoteSignature]) -> bytes:
    """Bytes of a signed note. `text` ends in a newline."""
    lines = "".join(
        f"{_DASH}{each.name} {base64.b64encode(each.key_id + each.signature).decode()}\n"
        for each in signatures
    )
    return f"{text}\n{lines}".encode()


def parse_note(data: bytes) -> SignedNote:
    """Read a note without verifying it. Raises NoteError."""
    try:
        note = data.decode()
    except UnicodeDecodeError as error:
        raise NoteError("a note is UTF-8 text") from error
    if any(letter < " " and letter != "\n" for letter in note):
        raise NoteError("a note has no control characters")
    text, found, lines = note.rpartition("\n\n")
    if not found or not lines.endswith("\n"):
        raise NoteError("a note is text, an empty line and signature lines")
    signatures = tuple(_signature(line) for line in lines[:-1].split("\n"))
    if len(signatures) > _MAX_SIGNATURES:
        raise NoteError(f"a note of more than {_MAX_SIGNATURES} signatures is not read")
    return SignedNote(text=text + "\n", signatures=signatures)


def verify_note(data: bytes, key: VerifierKey) -> str:
    """Text of the note once `key` has verified it. Raises NoteError.

    Signatures of other keys are ignored; a bad one of this key condemns the note.
    """
    note = parse_note(data)
    ours = [each for each in note.signatures if (each.name, each.key_id) == (key.name, key.key_id)]
    if not ours:
        raise NoteError(f"no signature by {key.name} with key id {key.key_id.hex()}")
    for each in ours:
        try:
            _verify(key, each.signature, note.text.encode())
        except InvalidSignature as error:
            raise NoteError(f"the signature by {key.name} does not verify") from error
    return note.text


def parse_checkpoint(text: str) -> CheckpointBody:
    """Read the text of a checkpoint note; extension lines are allowed. Raises NoteError."""
    lines = text.split("\n")
    if len(lines) < 4 or lines[-1] or not all(lines[:-1]):
        raise NoteError("a checkpoint is origin, size and root, each on its line")
    origin, size, root = lines[:3]
    if not (size.isascii() and size.isdigit()) or str(int(size[:_DIGITS])) != size:
        raise NoteError(f"{size[:80]!r} is no tree size")
    decoded = decode(root)
    if len(decoded) != 32:
        raise NoteError("a root is 32 bytes")
    return CheckpointBody(origin=origin, size=int(size), root=decoded)


def open_checkpoint(data: bytes, key: VerifierKey) -> CheckpointBody:
    """The checkpoint once `key`, or a former one in its time, has verified it. Raises NoteError.

    Its origin is the key's name.
    """
    signer = _signer(data, key)
    body = parse_checkpoint(verify_note(data, signer.key if signer else key))
    if signer and body.size > signer.until:
        gone = f"{signer.key.key_id.hex()}, which was rotated out at {signer.until}"
        raise NoteError(f"it is signed by key {gone}")
    if body.origin != key.name:
        raise NoteError(f"the checkpoint is of {body.origin}, not of {key.name}")
    return body


def _signer(data: bytes, key: VerifierKey) -> FormerKey | None:
    """The former key that a note names; None when the current one is asked."""
    named = {(each.name, each.key_id) for each in parse_note(data).signatures}
    if (key.name, key.key_id) in named:
        return None
    return next((f for f in key.former if (f.key.name, f.key.key_id) in named), None)


def p256_key(encoded: bytes) -> ec.EllipticCurvePublicKey:
    """The P-256 key of a SubjectPublicKeyInfo in DER, in its one spelling. Raises NoteError."""
    try:
        key = load_der_public_key(encoded)
    except ValueError as error:
        raise NoteError("the public key cannot be read") from error
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise NoteError("a key of type 0x02 is an ECDSA key")
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != encoded:
        raise NoteError("the public key is not encoded canonically")
    return key


def decode(text: str) -> bytes:
    """Standard base64, in its one canonical spelling, so that no bit goes unnoticed."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NoteError(f"{text[:80]!r} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise NoteError(f"{text[:80]!r} is not canonical base64")
    return data


def _verify(key: VerifierKey, signature: bytes, message: bytes) -> None:
    """Raises InvalidSignature."""
    if key.kind == ECDSA:
        p256_key(key.public).verify(signature, message, ec.ECDSA(hashes.SHA256()))
    else:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)


def refuse_name(name: str) -> None:
    """Raises NoteError for a name that no key may have (c2sp.org/signed-note)."""
    if not name or "+" in name or any(letter.isspace() for letter in name):
        raise NoteError(f"{name!r} cannot name a key: no spaces, no plus, not empty")


def _signature(line: str) -> NoteSignature:
    name, found, encoded = line.removeprefix(_DASH).partition(" ")
    if not line.startswith(_DASH) or not found or not name:
        raise NoteError("a signature line is an em dash, a key name and a signature")
    raw = decode(encoded)
    if len(raw) <= 4:
        raise NoteError("a signature is a key id and at least a byte")
    return NoteSignature(name=name, key_id=raw[:4], signature=raw[4:])
