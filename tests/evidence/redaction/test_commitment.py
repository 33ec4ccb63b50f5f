"""A commitment binds every byte, and its parts can be hidden one by one."""

import hashlib
import hmac
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evidence.redaction.commitment import commitment_over, document_parts, joined, token_digest
from app.evidence.redaction.salts import Salts

KEY = bytes(range(32))
SALTS = Salts(key=KEY)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)
NEARLY = st.lists(
    st.sampled_from(
        [b'"', b"\\", b"{", b"}", b":", b",", b"1", b"-", b"true", b"a", b"\n", b"\xff"]
    )
).map(b"".join)
"""Bytes of which many look like JSON for a while."""
BYTES = st.binary(max_size=60) | NEARLY | JSON.map(lambda value: json.dumps(value).encode())


def digests(data: bytes) -> list[bytes]:
    own = SALTS.of(hashlib.sha256(data).hexdigest())
    return [token_digest(next(own), token) for token in document_parts(data).tokens]


@given(data=BYTES)
def test_any_bytes_are_their_parts(data: bytes) -> None:
    assert joined(document_parts(data)) == data


@given(value=JSON, indent=st.sampled_from([None, 1]))
def test_of_a_json_document_nothing_but_its_shape_stands_between_the_tokens(
    value: Any, indent: int | None
) -> None:
    data = json.dumps(value, indent=indent, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if b"\xed" in data:  # half a character: no UTF-8, so one token
        return
    assert not b"".join(document_parts(data).between).translate(None, b"[]{}:, \n")


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe",
        b'{"open": "',
        b'{"open": "\\',
        b"<xml/>",
        b'{"a": Infinity}',
        b"not json",
        b'"\xc3("',
        b"",
    ],
)
def test_what_is_no_json_is_one_token(data: bytes) -> None:
    parts = document_parts(data)
    assert joined(parts) == data
    assert tuple(parts) == (([b"", b""], [data]) if data else ([b""], []))


@pytest.mark.parametrize("half", [b'\\"', b'"\\\n', b'"', b"-", b'{"'])
def test_no_text_makes_the_search_for_tokens_start_again_and_again(half: bytes) -> None:
    # A quadratic search would take hours here: that it ends is the test.
    assert joined(document_parts(half * 1_000_000)) == half * 1_000_000


@given(data=BYTES)
def test_a_commitment_made_piece_by_piece_is_the_one_over_all_parts(data: bytes) -> None:
    assert SALTS.committed(data) == commitment_over(document_parts(data).between, digests(data))


@pytest.mark.parametrize("tokens", [1023, 1024, 1025, 3000])
@pytest.mark.parametrize("end", ["]", "] strange"])
def test_a_large_document_is_committed_to_as_a_small_one(tokens: int, end: str) -> None:
    data = ("[" + ",".join(map(str, range(tokens))) + end).encode()
    assert SALTS.committed(data) == commitment_over(document_parts(data).between, digests(data))


@given(value=JSON, place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_each_bit_is_bound(value: Any, place: int, bit: int) -> None:
    data = bytearray(json.dumps(value).encode())
    made = SALTS.committed(bytes(data))
    data[place % len(data)] ^= 1 << bit

    assert SALTS.committed(bytes(data)) != made


@given(data=BYTES, hidden=st.sets(st.integers(0, 40)), changed=st.integers(0, 40))
def test_the_rest_is_proved_with_any_tokens_hidden_and_no_shown_one_can_be_changed(
    data: bytes, hidden: set[int], changed: int
) -> None:
    parts, sealed = document_parts(data), digests(data)
    own = SALTS.of(hashlib.sha256(data).hexdigest())
    shown = [token_digest(next(own), token) for token in parts.tokens]
    mixed = [sealed[n] if n in hidden else one for n, one in enumerate(shown)]

    assert commitment_over(parts.between, mixed) == SALTS.committed(data)
    if mixed:
        mixed[changed % len(mixed)] = token_digest(bytes(16), b"another")
        assert commitment_over(parts.between, mixed) != SALTS.committed(data)
    text = [*parts.between[:-1], parts.between[-1] + b" "]
    assert commitment_over(text, sealed) != SALTS.committed(data)


@given(data=BYTES)
def test_it_is_what_the_documented_format_says(data: bytes) -> None:
    assert SALTS.committed(data) == by_the_book(data, KEY)


def test_equal_tokens_have_unequal_digests_and_equal_documents_equal_salts() -> None:
    first, second = digests(b'["same","same"]')
    assert first != second
    salts, others = SALTS.of("00" * 32), SALTS.of("01" * 32)
    assert next(salts) == next(SALTS.of("00" * 32)) != next(others)
    assert next(SALTS.of("00" * 32)) != next(Salts(key=bytes(32)).of("00" * 32))
    assert len({next(salts) for _ in range(3000)}) == 3000


def test_the_secret_is_not_told_by_what_shows_it() -> None:
    assert repr(KEY) not in repr(SALTS)
    assert SALTS.key_id == hashlib.sha256(b"annexa-salt-key-v1\n" + KEY).hexdigest()[:16]


def by_the_book(data: bytes, key: bytes) -> str:
    """docs/redaction.md, word by word; nothing of ours is called."""
    tokens = r'"(?:[^"\\]|\\[\s\S])*"|-?[0-9][0-9.eE+-]*|true|false|null'
    try:
        text = data.decode("utf-8")
        spans = [found.span() for found in re.finditer(tokens, text)]
        gaps = "".join(re.split(tokens, text))
    except UnicodeDecodeError:
        gaps = "?"
    if any(character not in " \t\r\n{}[]:," for character in gaps):
        text, spans = data.decode("latin-1"), [(0, len(data))]
        coded = "latin-1"
    else:
        coded = "utf-8"
    seed = hmac.new(key, b"annexa-document-v1\n" + hashlib.sha256(data).digest(), "sha256").digest()
    stream, place = b"annexa-commitment-v1\n", 0
    for n, (start, end) in enumerate(spans):
        block, rest = divmod(n, 1024)
        label = b"annexa-salts-v1\n" + seed + block.to_bytes(8, "big")
        salt = hashlib.shake_256(label).digest(16384)[16 * rest : 16 * rest + 16]
        before = text[place:start].encode(coded)
        token = text[start:end].encode(coded)
        stream += len(before).to_bytes(8, "big") + before
        stream += hashlib.sha256(salt + token).digest()
        place = end
    last = text[place:].encode(coded)
    stream += len(last).to_bytes(8, "big") + last + len(spans).to_bytes(8, "big")
    return hashlib.sha256(stream).hexdigest()
