"""docs/events.md names every kind of event, with every field, as the code seals it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import Field
from datetime import date, datetime
from pathlib import Path
from types import NoneType, UnionType
from typing import Any, get_args, get_origin

import pytest

from app.evidence.events.kinds import KINDS
from app.evidence.events.shape import (
    Shape,
    is_needed,
    is_seldom,
    sealed_fields,
    sealed_name,
)

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "events.md").read_text("utf-8")
GOLDEN = ROOT / "tests" / "golden" / "events"
HEADING = re.compile(r"^### `(\w+)`$", re.MULTILINE)
ROW = re.compile(r"^\| `([^`]+)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", re.MULTILINE)
ALWAYS = "never"
WORDS: Mapping[Any, str] = {
    str: "text",
    int: "integer",
    bool: "boolean",
    datetime: "instant",
    date: "day",
}


def sections() -> dict[str, str]:
    parts = HEADING.split(PAGE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def word(wanted: Any) -> str:
    if isinstance(wanted, UnionType):
        (inner,) = (one for one in get_args(wanted) if one is not NoneType)
        return word(inner)
    if get_origin(wanted) is tuple:
        return f"list of {word(get_args(wanted)[0])}s"
    if get_origin(wanted) is Mapping:
        return "object of texts"
    return "object" if issubclass(wanted, Shape) else WORDS[wanted]


def type_of(one: Field[Any]) -> str:
    null = isinstance(one.type, UnionType) and not is_seldom(one)
    return word(one.type) + (" or null" if null else "")


def fields_of(shape: type[Shape], before: str = "") -> Iterator[tuple[str, str, bool]]:
    """Name, type, and whether it may be missing, of each field and of those within it."""
    for one in sealed_fields(shape):
        name = before + sealed_name(one)
        yield name, type_of(one), not is_needed(one)
        within: Any = one.type
        many = get_origin(within) is tuple
        within = get_args(within)[0] if many else within
        if isinstance(within, type) and issubclass(within, Shape):
            yield from fields_of(within, f"{name}[]." if many else f"{name}.")


def test_every_kind_has_a_section_and_nothing_else_has_one() -> None:
    assert set(sections()) == set(KINDS)
    assert len(HEADING.findall(PAGE)) == len(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_section_has_each_field_with_its_type_its_meaning_and_what_it_means_where_it_is_missing(
    kind: str,
) -> None:
    rows = ROW.findall(sections()[kind])
    assert [(name, told, missing.strip() != ALWAYS) for name, told, _, missing in rows] == [
        *fields_of(KINDS[kind])
    ]
    assert all(len(meaning.split()) > 1 for _, _, meaning, _ in rows)


@pytest.mark.parametrize("kind", KINDS)
def test_a_section_says_since_when_and_names_a_golden_file_of_each_shape(kind: str) -> None:
    section = sections()[kind]
    assert re.search(r"^Since [0-9a-f]{7}\.", section, re.MULTILINE)
    named = set(re.findall(r"`([\w.-]+)\.json`", section))
    assert named == {file.stem for file in GOLDEN.glob(f"{kind}.*")}
