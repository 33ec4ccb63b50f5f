"""What judged a night and not the night before, from what records say."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.evidence.basis import Basis, basis_of, changed, changes
from app.evidence.events.run_events import BasisChanged, Changed

FIRST = datetime(2026, 3, 1, 2, tzinfo=UTC)
BASIS = Basis(software="1", code="c", rules="r", expectations="old", settings={"a": "1", "b": "x"})
VALUES: dict[str, dict[str, Any]] = {
    "old": {"days": 90, "kept": 1, "dropped": "x"},
    "new": {"days": 365, "kept": 1, "added": None},
}


@pytest.mark.parametrize(
    ("now", "told"),
    [
        ({}, []),
        ({"software": "2"}, [("software", "1", "2")]),
        ({"code": "d"}, [("code", "c", "d")]),
        ({"rules": "s"}, [("rules", "r", "s")]),
        ({"settings": {"a": "2"}}, [("setting a", "1", "2"), ("setting b", "x", "not set")]),
        ({"settings": None}, []),
        (
            {"expectations": "new", "software": "2"},
            [
                ("software", "1", "2"),
                ("expectation added", "not set", "None"),
                ("expectation days", "90", "365"),
                ("expectation dropped", "x", "not set"),
            ],
        ),
    ],
)
def test_each_thing_that_changed_is_told_once(now: dict[str, Any], told: list[Any]) -> None:
    found = changed(BASIS, replace(BASIS, **now), VALUES.__getitem__)
    assert [(one.what, one.before, one.now) for one in found] == told


def test_a_change_stands_at_the_first_night_after_it_with_who_released_it_if_told() -> None:
    event = BasisChanged(
        run_id="c",
        connection_id="x",
        slot=FIRST,
        changes=(Changed(what="software", before="2", now="3"),),
        released_by="Change board",
        commit="abc",
    )
    versions = [("a", "1"), ("a", "1"), ("b", "2"), ("c", "3"), ("d", "3")]
    nights = [
        (FIRST + timedelta(days=day), run, replace(BASIS, software=version))
        for day, (run, version) in enumerate(versions)
    ]
    found = list(changes(nights, {"c": event}, VALUES.__getitem__))

    assert [(one.slot.day, one.before, one.now, one.released_by, one.commit) for one in found] == [
        (3, "1", "2", None, None),
        (4, "2", "3", "Change board", "abc"),
    ]


def test_the_basis_of_a_record_is_what_it_says() -> None:
    record = {
        "collector": {"version": "1", "code_sha256": "c", "rules_sha256": "r"},
        "expectations": {"sha256": "old"},
    }
    assert basis_of(record, {"a": "1", "b": "x"}) == BASIS
