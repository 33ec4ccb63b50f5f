"""Canonical bytes agree with an independent RFC 8785 implementation."""

import json

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from app.evidence.canonical import canonical, parse

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(VALUES)
def test_canonical_bytes_equal_those_of_the_rfc8785_library(value: object) -> None:
    assert canonical(value) == rfc8785.dumps(value)


@given(VALUES)
def test_canonical_bytes_parse_back_to_the_same_value(value: object) -> None:
    assert parse(canonical(value)) == value


@pytest.mark.parametrize(
    "keys", [["\U00010000", "\uffff"], ["é", "e\u0301"], ["\u007f", "\x1f", '"', "\\"]]
)
def test_keys_are_ordered_by_utf16_units(keys: list[str]) -> None:
    value = dict.fromkeys(keys, 1)
    assert canonical(value) == rfc8785.dumps(value)


@pytest.mark.parametrize("value", [1.5, {"a": [0.0]}, b"bytes", {1: 2}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)


def test_integers_beyond_the_safe_range_are_refused() -> None:
    with pytest.raises(ValueError, match="exact"):
        canonical({"n": 2**53})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.10", "1.10"),
        ("-0.0", "-0.0"),
        ("9007199254740993", "9007199254740993"),
        ("9007199254740991", 9007199254740991),
    ],
)
def test_numbers_are_never_rounded(text: str, expected: object) -> None:
    assert parse(text.encode()) == expected


@pytest.mark.parametrize(
    "text",
    ['{"a":1,"a":2}', "NaN", "Infinity", '{"a":', "", '"\\ud800"', '{"\\uDC00": 1}', b"\xff\xfe"],
)
def test_ambiguous_or_broken_json_is_refused(text: str | bytes) -> None:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(ValueError):  # noqa: PT011 - every JSON fault is a ValueError
        parse(data)


def test_an_escaped_pair_of_surrogates_is_one_character() -> None:
    assert parse(json.dumps("😀").encode()) == "😀"
