"""Instants and durations as Azure, Entra ID and Log Analytics write them."""

from datetime import UTC, datetime, timedelta

import pytest

from collectors.kit.values.instants import day, duration, instant


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-01-02T03:04:05Z", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2026-01-02T03:04:05.1234567Z", datetime(2026, 1, 2, 3, 4, 5, 123456, tzinfo=UTC)),
        ("2026-01-02T05:04:05+02:00", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("9999-12-31T23:59:59.9999999Z", datetime.max.replace(tzinfo=UTC)),
        ("2026-01-02T03:04:05", datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)),
        ("2020-02-26T06:08:09.41", datetime(2020, 2, 26, 6, 8, 9, 410000, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("0001-01-01T00:00:00Z", None),
        ("2026-02-30T00:00:00Z", None),
        ("2026-01-02", None),
        ("Thu, 01 Jan 2026 00:00:00 GMT", datetime(2026, 1, 1, tzinfo=UTC)),
        ("Soon, 41 Jan 2026 00:00:00 GMT", None),
        ("GMT", None),
        (" GMT", None),
        ("", None),
        (None, None),
        (1767225600, None),
    ],
)
def test_an_instant_has_a_zone_or_is_not_known(text: object, found: datetime | None) -> None:
    assert instant(text) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PT8H", timedelta(hours=8)),
        ("PT30M", timedelta(minutes=30)),
        ("PT2H30M", timedelta(hours=2, minutes=30)),
        ("P1D", timedelta(days=1)),
        ("P1DT1S", timedelta(days=1, seconds=1)),
        ("PT0S", timedelta()),
        ("P", None),
        ("PT", None),
        ("P1M", None),
        ("P1Y", None),
        ("8H", None),
        (8, None),
        (None, None),
    ],
)
def test_a_duration_is_exact_or_not_known(text: object, found: timedelta | None) -> None:
    assert duration(text) == found


def test_a_day_is_its_date() -> None:
    assert day(datetime(2026, 1, 2, 23, 0, tzinfo=UTC)) == "2026-01-02"
