"""Strict JSON: nothing is lost, rounded or chosen between two."""

import pytest

from collectors.kit.strict_json import MAX_SAFE, DuplicateKeyError, parse


def test_numbers_that_a_reader_may_round_stay_text() -> None:
    assert parse(b"[1, -0.10, 1e3]") == [1, "-0.10", "1e3"]
    assert parse(f"[{MAX_SAFE}, {MAX_SAFE + 1}]".encode()) == [MAX_SAFE, str(MAX_SAFE + 1)]


def test_a_key_that_stands_twice_is_refused() -> None:
    with pytest.raises(DuplicateKeyError):
        parse(b'{"a": {"b": 1, "b": 2}}')


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Expecting value"),
        (b"{", "Expecting property name"),
        (b"{} {}", "Extra data"),
        (b"[NaN]", "NaN is not JSON"),
        (b"-Infinity", "-Infinity is not JSON"),
        (b"\xff", "can't decode byte 0xff"),
    ],
)
def test_anything_else_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(data)
