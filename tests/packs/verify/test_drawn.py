"""What binds derived files can't be left out of a bundle whose log was told of it."""

from typing import Any

import pytest

from app.packs.verify.checks import Report
from app.packs.verify.drawn import Drawn, named, need_same_pack
from app.trust.time.openssl import Refused

RECORD: dict[str, Any] = {"schema": "urn:annexa:record:v1"}
OF_BEFORE: dict[str, Any] = {"kind": "run_completed", "detail": {}}
CHAINED: dict[str, Any] = {**OF_BEFORE, "chain": {"after": 1}}
DRAWN: dict[str, Any] = {"kind": "pack_drawn", "detail": {"pack_id": "1"}}


@pytest.mark.parametrize(
    ("entries", "codes", "unproved"),
    [
        ([OF_BEFORE, RECORD], [], 1),
        ([OF_BEFORE, CHAINED, RECORD], ["pack_drawn_missing"], 0),
        ([CHAINED, RECORD, DRAWN], [], 0),
        ([], [], 1),
    ],
)
def test_the_entry_that_binds_files_is_required_of_whoever_knows_it(
    entries: list[dict[str, Any]], codes: list[str], unproved: int
) -> None:
    drawn, report = Drawn(), Report()
    for number, entry in enumerate(entries):
        drawn.take(f"entries/{number}.json", entry)
    drawn.finish(report)
    assert [one["code"] for one in report.failed] == codes
    assert len(report.unproved) == unproved


def test_the_newest_pack_counts_and_records_are_counted() -> None:
    drawn = Drawn()
    for number, entry in enumerate([DRAWN, RECORD, {**DRAWN, "detail": {"pack_id": "2"}}]):
        drawn.take(f"entries/{number}.json", entry)
    assert (drawn.name, drawn.detail, drawn.records) == ("entries/2.json", {"pack_id": "2"}, 1)


@pytest.mark.parametrize("name", ["/proc/kcore", "../root.pem", "a\nb", ""])
def test_a_pack_that_names_a_file_beside_the_bundle_is_refused(name: str) -> None:
    with pytest.raises(Refused, match="no file of a bundle"):
        named({"files": {name: "00"}})


@pytest.mark.parametrize("other", ["pack_id", "connection_id", "engagement", "first", "last"])
def test_a_manifest_that_speaks_of_another_pack_than_the_log_is_refused(other: str) -> None:
    detail = {
        "pack_id": "AXP-1",
        "connection_id": "c",
        "engagement": "Spring",
        "first": "2026-03-01",
        "last": "2026-03-31",
    }
    manifest = {
        "pack_id": "AXP-1",
        "connection": {"id": "c"},
        "engagement": {"name": "Spring", "first": "2026-03-01", "last": "2026-03-31"},
    }
    need_same_pack(manifest, detail)
    with pytest.raises(Refused, match=other):
        need_same_pack(manifest, {**detail, other: "another"})
