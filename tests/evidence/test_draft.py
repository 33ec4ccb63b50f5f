"""What a record says of clocks."""

from datetime import UTC, datetime

import pytest

from app.evidence.draft import clock_skew
from collectors.kit import Exchange

AT = datetime(2026, 11, 23, 6, 0, 1, tzinfo=UTC)


def answered(date: str | None) -> Exchange:
    return Exchange(
        read="r",
        subject=None,
        method="GET",
        url="https://management.azure.com/",
        api_version="1",
        status=200,
        headers={} if date is None else {"date": date},
        body=b"{}",
        started_at=AT,
        finished_at=AT,
    )


@pytest.mark.parametrize(
    ("date", "skew"),
    [
        ("Mon, 23 Nov 2026 06:00:00 GMT", 1000),
        ("Mon, 23 Nov 2026 06:00:00", 1000),
        ("Mon, 23 Nov 2026 06:00:00 -0000", 1000),
        ("Mon, 23 Nov 2026 08:00:03 +0200", -2000),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_the_skew_against_azures_date_is_told_or_left_out(
    date: str | None, skew: int | None
) -> None:
    assert clock_skew((answered(date),)) == skew


def test_the_largest_skew_of_a_record_is_told() -> None:
    pages = (answered("Mon, 23 Nov 2026 06:00:00 GMT"), answered("Mon, 23 Nov 2026 07:00:00 GMT"))

    assert clock_skew(pages) == -3599000
