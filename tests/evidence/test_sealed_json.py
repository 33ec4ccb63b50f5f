"""Sealed JSON says one thing to every reader: to ours, and to the verifier that stands alone."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.evidence.canonical import NotCanonicalError, canonical, sealed_json
from app.packs.verify.log.sealed_json import sealed_json as alone
from app.trust.time.openssl import Refused
from tests.evidence.test_canonical import VALUES

READERS = pytest.mark.parametrize("read", [sealed_json, alone])
Reader = Callable[[bytes], Any]


@READERS
@given(value=VALUES)
def test_what_we_seal_is_read(read: Reader, value: object) -> None:
    assert read(canonical(value)) == value


@READERS
@pytest.mark.parametrize(
    "data",
    [
        b'{"a":1,"a":1}',
        b'{"a":1,"a":2}',
        b'{"a":{"b":1,"b":1}}',
        b'{"b":1,"a":2}',
        b'{"a": 1}',
        b'{"a":1}\n',
        b'\xef\xbb\xbf{"a":1}',
        b"[NaN]",
        b"[Infinity]",
        b"[-Infinity]",
        b"[1e999]",
        b"[1e2]",
        b"[1.0]",
        b"[-0]",
        b"[9007199254740992]",
        b"[" + b"1" * 5000 + b"]",
        b'"\\u0041"',
        b'"\\ud800"',
        b'"\\/"',
        b'"\xff"',
        '{"\uffff":1,"\U00010000":1}'.encode(),
        b"[" * 100_000 + b"]" * 100_000,
        b"",
        b"{",
    ],
)
def test_what_two_readers_could_read_in_two_ways_is_refused(read: Reader, data: bytes) -> None:
    with pytest.raises((NotCanonicalError, Refused)):
        read(data)


@given(st.binary(max_size=60) | VALUES.map(canonical).flatmap(st.permutations).map(bytes))
def test_both_readers_agree_on_any_bytes(data: bytes) -> None:
    def outcome(read: Reader) -> object:
        try:
            return [read(data)]
        except (NotCanonicalError, Refused):
            return None

    assert outcome(sealed_json) == outcome(alone)
