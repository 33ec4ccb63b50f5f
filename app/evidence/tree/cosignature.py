"""Cosignatures: a witness says that a log's checkpoint continues all that it saw of that log.

Only Ed25519 cosignatures, type 0x04, are made and read (c2sp.org/tlog-cosignature).
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from app.evidence.tree.note import (
    NoteError,
    NoteSignature,
    VerifierKey,
    decode,
    format_note,
    parse_note,
    refuse_name,
)

COSIGNATURE = 0x04
"""Signature type of timestamped Ed25519 cosignatures (c2sp.org/signed-note)."""
_TIME = 8
"""Bytes of the timestamp before the signature, the highest first."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Cosignature:
    """What a witness's signature says once it was verified."""

    witness: str
    at: int
    """When, in seconds since 1970, by the witness's clock."""


def witness_key(name: str, public: bytes) -> VerifierKey:
    """A witness's key with its derived id; `public` are the 32 bytes of RFC 8032.

    Raises NoteError for a bad name.
    """
    refuse_name(name)
    digest = hashlib.sha256(name.encode() + b"\n" + bytes([COSIGNATURE]) + public).digest()
    return VerifierKey(name=name, key_id=digest[:4], public=public, kind=COSIGNATURE)


def parse_witness_vkey(text: str) -> VerifierKey:
    """Read a witness's vkey. Raises NoteError unless its id belongs to its name and key."""
    parts = text.strip().split("+", 2)
    if len(parts) != 3:
        raise NoteError("a witness's vkey is <name>+<key id>+<base64 key>")
    encoded = decode(parts[2])
    if len(encoded) != 33 or encoded[0] != COSIGNATURE:
        raise NoteError("a witness's key is an Ed25519 key of type 0x04 (cosignature/v1)")
    key = witness_key(parts[0], encoded[1:])
    if key.key_id.hex() != parts[1]:
        raise NoteError(f"key id {parts[1]} does not belong to this name and key")
    return key


def cosigned_message(text: str, at: int) -> bytes:
    """What is signed of a checkpoint's text, extension lines too, at so many seconds since 1970."""
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def cosign(text: str, key: VerifierKey, private: Ed25519PrivateKey, at: int) -> NoteSignature:
    """The witness's signature over a checkpoint's text."""
    signature = private.sign(cosigned_message(text, at))
    return NoteSignature(
        name=key.name, key_id=key.key_id, signature=at.to_bytes(_TIME, "big") + signature
    )


def verify_cosignature(text: str, signature: NoteSignature, key: VerifierKey) -> Cosignature:
    """What the key's signature over a checkpoint's text says. Raises NoteError."""
    if (signature.name, signature.key_id) != (key.name, key.key_id):
        raise NoteError(f"it is by {signature.name}, not by {key.name}")
    at = int.from_bytes(signature.signature[:_TIME], "big")
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(
            signature.signature[_TIME:], cosigned_message(text, at)
        )
    except (InvalidSignature, ValueError) as error:
        raise NoteError(f"the cosignature by {key.name} does not verify") from error
    return Cosignature(witness=key.name, at=at)


def signature_lines(signatures: Sequence[NoteSignature]) -> bytes:
    """Signature lines alone, as a witness answers them."""
    return format_note("", signatures)[1:]


def parse_signature_lines(data: bytes) -> tuple[NoteSignature, ...]:
    """Read signature lines. Raises NoteError for anything else."""
    return parse_note(b"answer\n\n" + data).signatures


def with_signatures(note: bytes, signatures: Iterable[NoteSignature]) -> bytes:
    """The same note with further signatures after its own, one of each key: the first."""
    parsed = parse_note(note)
    of_keys = {(one.name, one.key_id) for one in parsed.signatures}
    more: list[NoteSignature] = []
    for one in signatures:
        if (one.name, one.key_id) not in of_keys:
            of_keys.add((one.name, one.key_id))
            more.append(one)
    return format_note(parsed.text, [*parsed.signatures, *more])
