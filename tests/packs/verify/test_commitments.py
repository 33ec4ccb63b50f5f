"""What a bundle's entries commit to is well formed, and what no end commits to is told."""

from typing import Any

import pytest

from app.packs.verify.checks import Report
from app.packs.verify.log.commitments import Commitments

SOUND = "5f" * 32


def record(seq: int, **more: Any) -> dict[str, Any]:
    told = {"committed": SOUND}
    body = {"source": [told], "verdicts": told, "expectations": told, "run": {"run_id": "r"}}
    return {"schema": "urn:annexa:record:v1", "seq": seq, "salt_key": "k", "nonce": SOUND} | {
        **body,
        **more,
    }


def end(committed: object, kind: str = "run_completed") -> dict[str, Any]:
    return {"kind": kind, "seq": 9, "detail": {"run_id": "r", "committed": committed}}


def old(body: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != "salt_key"}


FALSE: dict[str, tuple[list[dict[str, Any]], str]] = {
    "short": ([record(1, nonce="5f")], "commitment_malformed"),
    "upper case": ([record(1, nonce=SOUND.upper())], "commitment_malformed"),
    "no nonce": ([record(1, nonce=None)], "commitment_malformed"),
    "page without": ([record(1, source=[{}])], "commitment_malformed"),
    "verdicts without": ([record(1, verdicts={})], "commitment_malformed"),
    "expectations of another type": (
        [record(1, expectations={"committed": 7})],
        "commitment_malformed",
    ),
    "end with another form": ([record(1), end({"1": "x"})], "commitment_malformed"),
}
TRUE: dict[str, list[dict[str, Any]]] = {
    "all": [record(1), record(2), end({"1": SOUND, "2": SOUND})],
    "failed": [record(1), end({"1": SOUND}, "run_failed")],
    "old": [old(record(1)), end(None)],
    "old and resumed": [old(record(1)), record(2), end({"2": SOUND})],
    "no end yet": [record(1)],
}


LACKING: dict[str, list[dict[str, Any]]] = {
    "end without": [record(1), record(2), end({"1": SOUND})],
    "end with none": [record(1), end(None)],
    "failed without": [record(1), end({}, "run_failed")],
}


def taken(entries: list[dict[str, Any]]) -> Report:
    report, taker = Report(), Commitments()
    for number, entry in enumerate(entries):
        report.check(str(number), "is sound", lambda one=entry: taker.take("entry", one))  # type: ignore[misc]
    taker.finish(report)
    return report


@pytest.mark.parametrize("case", FALSE)
def test_what_is_not_sound_has_its_code(case: str) -> None:
    entries, code = FALSE[case]
    assert [one["code"] for one in taken(entries).failed] == [code]


@pytest.mark.parametrize("case", TRUE)
def test_what_is_sound_or_of_before_is_accepted(case: str) -> None:
    report = taken(TRUE[case])
    assert (report.failed, report.notes) == ([], [])


@pytest.mark.parametrize("case", LACKING)
def test_a_record_that_no_end_commits_to_is_told_and_refuses_nothing(case: str) -> None:
    report = taken(LACKING[case])
    assert report.failed == []
    assert "no end of a run commits to 1 records" in report.notes[0]
