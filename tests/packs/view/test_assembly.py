"""The view holds what the nights showed, each figure once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from app.controls.assessment import Ending, State
from app.controls.catalogue import annex_a_ids
from app.errors import UsageError
from app.packs.place import place_of
from app.packs.view.facts import Engagement
from app.packs.view.summary import period_until


def test_each_control_with_checks_has_one_section_in_the_order_of_the_standard(pack: Any) -> None:
    found = [section.control_id for section in pack.view.sections]
    assert len(found) == 15
    assert found == [control_id for control_id in annex_a_ids() if control_id in found]


def test_the_statement_names_all_93_controls(pack: Any) -> None:
    rows = {row.control_id: row for row in pack.view.statement}
    assert list(rows) == annex_a_ids()
    assert rows["A.8.30"].state is State.NOT_APPLICABLE
    assert rows["A.8.30"].evidence == "No development is outsourced."
    assert rows["A.6.1"].state is State.MANUAL
    assert rows["A.8.24"].slug == "a-8-24"


def test_every_deviation_is_counted_once_however_many_controls_it_touches(pack: Any) -> None:
    rows = [
        (group.check_id, row.subject, row.first)
        for section in pack.view.sections
        for group in section.deviations
        for row in group.rows
    ]
    assert len(set(rows)) == pack.view.totals.open + pack.view.totals.ended
    assert len(rows) > len(set(rows))
    assert sum(number for _, number in pack.view.totals.owners) == pack.view.totals.open


def test_every_deviation_points_to_a_record_that_is_printed(pack: Any) -> None:
    for section in pack.view.sections:
        printed = {row.seq for row in section.evidence}
        for group in section.deviations:
            assert {row.record_seq for row in group.rows} <= printed


def test_every_gap_points_to_a_record_that_is_printed(pack: Any) -> None:
    logging = next(s for s in pack.view.sections if s.control_id == "A.8.15")
    [gap] = logging.gaps
    assert (gap.kind, gap.nights) == ("denied", 2)
    assert gap.record_seq in {row.seq for row in logging.evidence}
    assert logging.unknown == 1


def test_a_corrected_deviation_keeps_its_nights(pack: Any) -> None:
    backups = next(s for s in pack.view.sections if s.control_id == "A.8.13")
    [row] = backups.deviations[0].rows
    assert row.ending is Ending.CORRECTED
    assert (row.first.day, row.last.day) == (16, 17)
    assert backups.state is State.DEVIATIONS
    assert (backups.open_deviations, backups.ended_deviations) == (0, 1)


def test_a_missed_night_is_a_hole_in_every_trend(pack: Any) -> None:
    for section in pack.view.sections:
        assert [cell.passed is None for cell in section.trend] == [False, False, True, False, False]
    assert (pack.view.nights_collected, pack.view.nights_expected) == (4, 5)
    assert [cell.state for cell in pack.view.nights][2] == "missed"


def test_the_period_ends_where_time_has_come_to(pack: Any) -> None:
    engagement = pack.view.issue.engagement
    now = datetime(2026, 11, 18, 12, tzinfo=UTC)
    assert period_until(engagement, now).last == date(2026, 11, 18)
    with pytest.raises(UsageError, match="no evidence"):
        period_until(engagement, now - timedelta(days=30))
    backwards: Engagement = replace(engagement, first=date(2026, 12, 1))
    with pytest.raises(UsageError, match="before it begins"):
        period_until(backwards, now)


def test_relations_wait_for_a_review(make: Callable[..., Any]) -> None:
    assert all(section.related is None for section in make().view.sections)
    assert all(section.related for section in make(reviewed_by="M. Okafor").view.sections)


@pytest.mark.parametrize(
    ("subject", "says"),
    [
        (
            "/subscriptions/S1/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/st1",
            "Microsoft.Storage/storageAccounts, rg, prod",
        ),
        (
            "/subscriptions/s1/resourceGroups/rg/providers/Microsoft.Sql/servers/sql01/databases/d",
            "Microsoft.Sql/servers/databases sql01/d, rg, prod",
        ),
        ("/subscriptions/s2", "s2"),
        (
            "/subscriptions/s1/providers/Microsoft.Authorization/roleAssignments/7",
            "Microsoft.Authorization/roleAssignments, prod",
        ),
        ("tenant", "tenant"),
        ("5d0c1f2e-8b1b-4a0e-9a0f-2f64d3a1c77b", "5d0c1f2e-8b1b-4a0e-9a0f-2f64d3a1c77b"),
        ("", ""),
    ],
)
def test_a_resource_is_placed_in_words(subject: str, says: str) -> None:
    assert place_of(subject, {"s1": "prod"}) == says
