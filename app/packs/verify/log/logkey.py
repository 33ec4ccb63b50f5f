"""The log's public key, as the auditor was given it."""

from __future__ import annotations

import hashlib

from app.packs.verify.checks import decode, need
from app.packs.verify.seals.signatures import ecdsa, ed25519

ED25519, ECDSA = 1, 2
P256 = bytes.fromhex("3059301306072a8648ce3d020106082a8648ce3d03010703420004")
"""How the SubjectPublicKeyInfo of each P-256 key begins (RFC 5480)."""


class LogKey:
    """A key from its C2SP vkey `<name>+<key id>+<base64(type, key)>`: Ed25519, or ECDSA on P-256.

    The id is of name and key (Ed25519), or of the key alone (ECDSA, as transparency-dev/witness).
    """

    def __init__(self, vkey: str) -> None:
        self.name, _, rest = vkey.partition("+")
        self.key_id, _, encoded = rest.partition("+")
        key = decode(encoded)
        self.kind, self.public = key[0] if key else 0, key[1:]
        whole = len(key) == 33 and self.kind == ED25519
        hashed = self.name.encode() + b"\n" + key
        if self.kind == ECDSA:
            whole = len(key) == 92 and self.public.startswith(P256)
            hashed = self.public
        sound = self.name and whole and self.key_id == hashlib.sha256(hashed).digest()[:4].hex()
        need(sound, "the log's vkey is not <name>+<id>+<Ed25519 or P-256 key>")

    def verify(self, signature: bytes, message: bytes) -> None:
        """Raises Refused."""
        if self.kind == ECDSA:
            ecdsa(self.public, signature, message)
        else:
            ed25519(self.public, signature, message)
