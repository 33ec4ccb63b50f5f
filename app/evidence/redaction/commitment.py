"""Salted commitments to documents, whose parts can then be hidden one by one.

A document is split into tokens and the text between them. Each token is hashed with a salt of its
own, and the commitment is the SHA-256 over the text and these digests: whoever has all but some
tokens proves the rest, and learns nothing of those (RFC 9901, section 9.3, salts for the same
reason). docs/redaction.md has the format. Part of verify.py: Python 3.8, and nothing but its own
library.
"""

from __future__ import annotations

import hashlib
import re
from typing import NamedTuple

JSON_TOKEN = re.compile(
    rb'("[^"\\]*(?:\\.[^"\\]*)*(?:"|\\?\Z)|-?[0-9][0-9.eE+-]*|true|false|null)', re.DOTALL
)
"""Strings, names of members among them, numbers and words. A string that never ends goes to the
end, so that no text makes this search it twice."""
CLOSED = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
SHAPE = re.compile(rb"[ \t\r\n{}\[\]:,]*")
"""All that may stand between the tokens of JSON (RFC 8259, section 2)."""
COMMITMENT_HEAD = b"annexa-commitment-v1\n"


class Parts(NamedTuple):
    """A document as the text between its tokens, one more than these, and the tokens."""

    between: list[bytes]
    tokens: list[bytes]


def document_parts(data: bytes) -> Parts:
    """The parts of a document; put together in turn they are its bytes.

    What does not look like JSON is one token.
    """
    found = JSON_TOKEN.split(data)
    between, tokens = found[::2], found[1::2]
    if is_text(data) and shaped(b"".join(between), tokens[-1] if tokens else b""):
        return Parts(between, tokens)
    return Parts([b"", b""], [data])


def shaped(between: bytes, last: bytes) -> bool:
    """Whether the text between tokens, and the last of them, are those of JSON."""
    closed = last[:1] != b'"' or CLOSED.fullmatch(last)
    return bool(SHAPE.fullmatch(between) and closed)


def joined(parts: Parts) -> bytes:
    """The document of these parts."""
    return b"".join(a + b for a, b in zip(parts.between, [*parts.tokens, b""]))  # noqa: B905 - Python 3.8


def token_digest(salt: bytes, token: bytes) -> bytes:
    """What stands for a token in a commitment: SHA-256 over its salt and its bytes."""
    return hashlib.sha256(salt + token).digest()


def commitment_row(text: bytes, digest: bytes) -> bytes:
    """One token's part of a commitment: the text before it, by its length, and its digest."""
    return len(text).to_bytes(8, "big") + text + digest


def commitment_over(between: list[bytes], digests: list[bytes]) -> str:
    """Hexadecimal SHA-256 over a row for each token, then the text behind all, then their count.

    Lengths and the count have 8 bytes, the highest first.
    """
    state = hashlib.sha256(COMMITMENT_HEAD)
    for text, digest in zip(between, [*digests, b""]):  # noqa: B905 - Python 3.8
        state.update(commitment_row(text, digest))
    state.update(len(digests).to_bytes(8, "big"))
    return state.hexdigest()


def is_text(data: bytes) -> bool:
    """Whether it is UTF-8."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
