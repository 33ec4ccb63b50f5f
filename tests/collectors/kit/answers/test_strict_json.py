"""Strict JSON: nothing is lost, rounded or chosen between two."""

import pytest

from collectors.kit.answers.strict_json import MAX_SAFE, DuplicateKeyError, parse


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
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_anything_else_is_refused(data: bytes, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse(data)


@pytest.mark.parametrize("data", [rb'["\ud800"]', rb'["\uDFFF x"]', rb'{"\ud83d": 1}'])
def test_text_that_has_no_bytes_is_refused(data: bytes) -> None:
    with pytest.raises(UnicodeEncodeError):
        parse(data)


def test_a_pair_of_surrogates_is_a_character() -> None:
    assert parse(rb'["\ud83d\ude00"]') == ["\U0001f600"]
