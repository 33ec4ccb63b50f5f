"""Logs for witnesses: of Ed25519 and ECDSA keys, which grow, and can show two histories."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.evidence.tree.merkle import leaf_hash
from app.evidence.tree.note import (
    CheckpointBody,
    NoteSignature,
    VerifierKey,
    ecdsa_verifier_key,
    format_note,
    verifier_key,
)
from app.evidence.tree.tiles import TileLog
from app.evidence.tree.witness_request import format_request

ORIGIN = "log.example/evidence"


@dataclass
class SmallLog:
    """A log in memory, signed by a key of either kind."""

    private: Ed25519PrivateKey | ec.EllipticCurvePrivateKey = field(
        default_factory=Ed25519PrivateKey.generate
    )
    origin: str = ORIGIN
    tiles: dict[str, bytes] = field(default_factory=dict)
    size: int = 0

    @property
    def key(self) -> VerifierKey:
        if isinstance(self.private, Ed25519PrivateKey):
            return verifier_key(self.origin, self.private.public_key().public_bytes_raw())
        return ecdsa_verifier_key(self.origin, self.private.public_key())

    def grow(self, entries: Sequence[bytes]) -> "SmallLog":
        for entry in entries:  # one by one, so that there are the tiles of each size
            self.tiles.update(TileLog(self.tiles, self.size).append([leaf_hash(entry)]))
            self.size += 1
        return self

    def note(self, size: int | None = None) -> bytes:
        at = self.size if size is None else size
        root = TileLog(self.tiles, at).root()
        text = CheckpointBody(origin=self.origin, size=at, root=root).text()
        return format_note(text, [self.signed(text)])

    def signed(self, text: str) -> NoteSignature:
        key = self.key
        if isinstance(self.private, Ed25519PrivateKey):
            signature = self.private.sign(text.encode())
        else:
            signature = self.private.sign(text.encode(), ec.ECDSA(hashes.SHA256()))
        return NoteSignature(name=key.name, key_id=key.key_id, signature=signature)

    def request(self, old: int, size: int | None = None) -> bytes:
        """What the log asks a witness that knows `old` entries."""
        at = self.size if size is None else size
        proof = TileLog(self.tiles, at).consistency(old) if 0 < old < at else []
        return format_request(old, proof, self.note(at))

    def fork(self) -> "SmallLog":
        """The same log as far as it goes, which can go on otherwise."""
        return SmallLog(self.private, self.origin, dict(self.tiles), self.size)
