"""The salts of an installation's commitments: all of one secret, none without it.

Neither a store nor a bundle holds a salt or what one could be computed from. Pure.
"""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from app.evidence.canonical import sha256
from app.evidence.redaction.commitment import (
    COMMITMENT_HEAD,
    JSON_TOKEN,
    commitment_over,
    commitment_row,
    is_text,
    shaped,
    token_digest,
)

KEY_BYTES = 32
SALT_BYTES = 16
"""128 bits a token, as RFC 9901, section 9.3, recommends."""
_A_BLOCK = 1024
"""Salts that are drawn, and rows that are hashed, at once: what a large page needs of memory."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Salts:
    """What the secret `key`, of 32 bytes, gives."""

    key: bytes = field(repr=False)

    @property
    def key_id(self) -> str:
        """16 hexadecimal digits that tell keys apart: it says nothing of 32 random bytes."""
        return hashlib.sha256(b"annexa-salt-key-v1\n" + self.key).hexdigest()[:16]

    def of(self, digest: str) -> Iterator[bytes]:
        """The salts of the tokens, in turn and without end, of the document with this SHA-256.

        A seed by HMAC-SHA-256 (RFC 2104), drawn out block by block by SHAKE256 (FIPS 202, section
        6.2): who is told one salt learns nothing of another. Equal documents have equal salts.
        """
        seed = hmac.digest(self.key, b"annexa-document-v1\n" + bytes.fromhex(digest), "sha256")
        block = 0
        while True:
            label = b"annexa-salts-v1\n" + seed + block.to_bytes(8, "big")
            drawn = hashlib.shake_256(label).digest(SALT_BYTES * _A_BLOCK)
            for at in range(0, len(drawn), SALT_BYTES):
                yield drawn[at : at + SALT_BYTES]
            block += 1

    def committed(self, document: bytes) -> str:
        """The commitment to a document, in hexadecimal; it is never held in parts as a whole."""
        digest = sha256(document)
        made = _of_json(document, self.of(digest)) if is_text(document) else None
        if made is not None:
            return made
        whole = token_digest(next(self.of(digest)), document)
        return commitment_over([b"", b""], [whole])


def _of_json(document: bytes, salts: Iterator[bytes]) -> str | None:
    """The same of what looks like JSON; None when it does not."""
    state, place, count = hashlib.sha256(COMMITMENT_HEAD), 0, 0
    rows: list[bytes] = []
    texts: list[bytes] = []
    token = b""
    for found in JSON_TOKEN.finditer(document):
        start, end = found.span()
        text, token = document[place:start], document[start:end]
        rows.append(commitment_row(text, token_digest(next(salts), token)))
        texts.append(text)
        place, count = end, count + 1
        if len(rows) == _A_BLOCK:
            if not shaped(b"".join(texts), b""):
                return None
            state.update(b"".join(rows))
            rows, texts = [], []
    rest = document[place:]
    if not shaped(b"".join([*texts, rest]), token):
        return None
    state.update(b"".join(rows) + commitment_row(rest, b"") + count.to_bytes(8, "big"))
    return state.hexdigest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Prepared:
    """What a record says so that parts of it, and of what it stands on, can be hidden later."""

    nonce: str
    """32 random bytes in hexadecimal: nobody guesses what is hidden by the record's digest."""
    salt_key: str
    """`Salts.key_id` of the secret that the salts come from."""
    source: Sequence[str]
    """The commitment to each page, in the order of the pages."""
    verdicts: str
    expectations: str
