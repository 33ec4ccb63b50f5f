"""`annexa verdict`: what a check answered on one subject."""

import json
import sqlite3
from contextlib import closing

from tests.cli.conftest import Place


def test_a_verdict_names_its_night_and_its_record(place: Place) -> None:
    subject = _some_subscription(place)
    said = place.annexa("verdict", "inventory.resources.complete", subject, "--json")
    assert said.code == 0, said.err
    told = json.loads(said.out)
    assert told["status"] == "pass"
    assert told["since"] == told["until"] == told["night"]
    assert len(told["record_ids"]) == 1
    day = told["night"][:10]
    shown = place.annexa("verdict", "inventory.resources.complete", subject, "--on", day)
    assert shown.out.startswith("pass  ")
    assert told["record_ids"][0] in shown.out


def test_what_was_not_asked_is_one_sentence(place: Place) -> None:
    check = "inventory.resources.complete"
    for words, sentence in (
        (["no.such", "x"], "there is no check 'no.such'"),
        ([check, "x"], "was not asked of 'x'"),
        ([check, "x", "--on", "2001-01-01"], "was asked of nothing on 2001-01-01"),
    ):
        said = place.annexa("verdict", *words)
        assert said.code == 3
        assert sentence in said.sentence
    assert place.annexa("verdict", check, "x", "--on", "14 March").code == 2


def _some_subscription(place: Place) -> str:
    with closing(sqlite3.connect(place.home / "index.sqlite")) as index:
        asked = "SELECT scope FROM record WHERE scope LIKE 'subscription/%'"
        (scope,) = index.execute(asked).fetchone()
    return str(scope).removeprefix("subscription/")
