"""The wait Azure asks for, and the wait when it asks for none."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collectors.azure.transport.limits import Limits, asked_wait, backoff

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "5"}, 5),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "999999999"}, 86_400),
        ({"retry-after": "Mon, 23 Nov 2026 01:00:09 GMT"}, 9),
        ({"retry-after": "Mon, 23 Nov 2026 00:00:00 GMT"}, 0),
        ({"retry-after": "5", "x-ms-user-quota-resets-after": "00:00:03"}, 5),
        ({"retry-after": "soon", "x-ms-user-quota-resets-after": "00:00:03"}, 3),
        ({"x-ms-user-quota-resets-after": "00:01:00"}, 60),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "-1"}, None),
        ({"x-ms-user-quota-resets-after": "inf:00:00"}, None),
        ({}, None),
    ],
)
def test_what_is_asked_for_is_waited(headers: dict[str, str], seconds: float | None) -> None:
    wanted = None if seconds is None else timedelta(seconds=seconds)
    assert asked_wait(headers, NOW) == wanted


@settings(deadline=None)
@given(st.text(), st.text())
def test_no_header_breaks_the_wait(after: str, reset: str) -> None:
    headers = {"retry-after": after, "x-ms-user-quota-resets-after": reset}
    wait = asked_wait(headers, NOW)
    assert wait is None or wait >= timedelta(0)


def test_waits_double_up_to_the_longest_and_are_spread() -> None:
    limits = Limits()
    assert [backoff(limits, n, 1.0).total_seconds() for n in (1, 2, 3, 9)] == [1, 2, 4, 30]
    assert backoff(limits, 3, 0.0) == timedelta(seconds=2)
