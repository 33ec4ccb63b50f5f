"""Copies of documents with tokens hidden: what is chosen, and what a copy then holds. Pure.

docs/redaction.md has the format.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import unquote

from app.errors import RefusedError
from app.evidence.canonical import sha256
from app.evidence.redaction.commitment import Parts, document_parts, is_text, joined, token_digest
from app.evidence.redaction.salts import Salts
from app.evidence.redaction.token_places import TokenPlace, token_places

LEAST = 4
"""A value shorter than this hides only where it was asked for: it would be found everywhere."""
WORDS = (b"true", b"false", b"null")
DIGESTS = {
    (b"nonce",),
    (b"prev_sha256",),
    (b"source", b"raw_sha256"),
    (b"normalised", b"sha256"),
    (b"verdicts", b"sha256"),
    (b"expectations", b"sha256"),
}
"""Members of a record that are always hidden: by these digests what is hidden could be guessed."""
SHOWN = {
    (b"schema",),
    (b"seq",),
    (b"salt_key",),
    (b"source", b"committed"),
    (b"verdicts", b"committed"),
    (b"expectations", b"committed"),
}
"""Members of a record that are never hidden: the copy is checked by them."""
Place: TypeAlias = tuple[str, int]
"""(document, number of the token in it)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Document:
    """What a copy is made of: the record, or what it stands on."""

    of: str
    """`record`, `source/<number>`, `verdicts` or `expectations`."""
    data: bytes

    @property
    def parts(self) -> Parts:
        """Its tokens and the text between them."""
        return document_parts(self.data)


def chosen(
    documents: Collection[Document], fields: Collection[str], texts: Collection[str]
) -> set[Place]:
    """The tokens to hide.

    Those below a member with one of the names in `fields`, those that hold one of the `texts`, and,
    wherever they stand, those that hold a value which is hidden for its member. Upper and lower
    case are the same, and so are percent-encoded letters. A record's own digests are always hidden.
    """
    below = {name.encode() for name in fields}
    asked: set[Place] = set()
    wanted = {text.casefold() for text in texts}
    for one in documents:
        for number, token, place in _tokens(one, below):
            if place.within:
                asked.add((one.of, number))
                value = text_of(token).casefold()
                if token not in WORDS and len(value) >= LEAST:
                    wanted.add(value)
    return {
        (one.of, number)
        for one in documents
        for number, token, place in _tokens(one, below)
        if ((one.of, number) in asked or _holds(token, wanted) or _tells(one, token, place))
        and not (one.of == "record" and place.path in SHOWN)
    }


def copy_of(document: Document, hidden: Collection[Place], salts: Salts) -> dict[str, Any]:
    """The copy of a document: its text, and of each token the salt, or the digest if it is hidden.

    Raises RefusedError for one that is no text and not hidden as a whole.
    """
    parts, told, tokens = document.parts, list[str](), list[bytes]()
    drawn = salts.of(sha256(document.data))
    for number, (token, salt) in enumerate(zip(parts.tokens, drawn, strict=False)):
        if (document.of, number) in hidden:
            told.append(token_digest(salt, token).hex())
            tokens.append(f'"[hidden {number}]"'.encode())
        else:
            told.append(salt.hex())
            tokens.append(token)
    data = joined(Parts(parts.between, tokens))
    if not is_text(data):
        raise RefusedError(
            f"{document.of} is no text and cannot be shown in part; leave the pages out with "
            "--without-pages",
            code="not_redactable",
        )
    return {"of": document.of, "text": data.decode(), "tokens": told}


def revealed(
    documents: Mapping[str, Document], places: Collection[Place], salts: Salts
) -> list[dict[str, Any]]:
    """Salt and text of single tokens, for whoever has the copy that hides them.

    Raises RefusedError for a place that there is not.
    """
    found = []
    for of, number in sorted(places):
        document = documents.get(of)
        tokens = document.parts.tokens if document else []
        if document is None or number >= len(tokens) or not is_text(tokens[number]):
            raise RefusedError(f"there is no token {of}#{number}", code="token_unknown")
        drawn = salts.of(sha256(document.data))
        salt = next(salt for at, salt in enumerate(drawn) if at == number)
        told = {"salt": salt.hex(), "token": tokens[number].decode()}
        found.append({"of": of, "number": number, **told})
    return found


def text_of(token: bytes) -> str:
    """What a token says: a string without its quotation marks and escapes."""
    try:
        value = json.loads(token)
    except ValueError:
        value = None
    return value if isinstance(value, str) else token.decode("utf-8", "replace")


def _tokens(one: Document, below: Collection[bytes]) -> Iterator[tuple[int, bytes, TokenPlace]]:
    parts = one.parts
    places = token_places(parts, below)
    for number, (token, place) in enumerate(zip(parts.tokens, places, strict=True)):
        yield number, token, place


def _tells(one: Document, token: bytes, place: TokenPlace) -> bool:
    """Whether by this digest of a record what is hidden could be guessed."""
    return one.of == "record" and place.path in DIGESTS and token not in WORDS


def _holds(token: bytes, wanted: Collection[str]) -> bool:
    if token in WORDS:
        return False
    text = text_of(token).casefold()
    spelled = (text, unquote(text)) if "%" in text else (text,)
    return any(one in each for one in wanted for each in spelled)
