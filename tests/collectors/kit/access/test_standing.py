"""What is held has a longest time; a date far away is no end."""

from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.kit import Expectations, Status
from collectors.kit.access.standing import eligibility_ends, privilege_is_lent

EXPECTED = Expectations(
    values={"standing_access_days": 180, "eligibility_days": 365},
    as_of=datetime(2026, 1, 15, tzinfo=UTC),
)
ENDS: list[tuple[Any, Status]] = [
    ("2026-03-01T00:00:00Z", Status.PASS),
    ("2026-03-01T00:00:00.1234567Z", Status.PASS),
    ("2026-03-01T00:00:00", Status.PASS),
    ("Sun, 01 Mar 2026 00:00:00 GMT", Status.PASS),
    ("2027-06-01T00:00:00Z", Status.FAIL),
    ("2099-12-31T00:00:00Z", Status.FAIL),
    ("9999-12-31T23:59:59.9999999Z", Status.FAIL),
    ("0001-01-01T00:00:00", Status.FAIL),
    ("0001-01-01T00:00:00Z", Status.FAIL),
    (None, Status.FAIL),
    ("never", Status.UNKNOWN),
    ("", Status.UNKNOWN),
    ("2026-13-01T00:00:00Z", Status.UNKNOWN),
    (1767225600, Status.UNKNOWN),
]


def facts(**changed: Any) -> dict[str, Any]:
    return {
        "roleDefinitionId": "r",
        "assignmentType": "Assigned",
        "startDateTime": "2026-01-01T00:00:00Z",
        **changed,
    }


@pytest.mark.parametrize(("end", "status"), ENDS)
def test_what_is_held_ends_soon_enough(end: Any, status: Status) -> None:
    assert privilege_is_lent(facts(endDateTime=end), "Owner", EXPECTED).status is status
    assert eligibility_ends(facts(endDateTime=end), "Owner", EXPECTED).status is status


def test_the_time_is_counted_from_the_start_that_was_told() -> None:
    old = facts(startDateTime="2025-01-01T00:00:00Z", endDateTime="2026-02-01T00:00:00Z")

    verdict = privilege_is_lent(old, "Owner", EXPECTED)
    assert (
        verdict.reason
        == "Owner is held until 2026-02-01, for 396 days; at most 180 days are expected"
    )
    for start in (None, "0001-01-01T00:00:00Z", "soon"):
        left = privilege_is_lent(old | {"startDateTime": start}, "Owner", EXPECTED)
        assert left.reason.endswith("and Azure returned no startDateTime to count from")
        far = old | {"startDateTime": start, "endDateTime": "2099-01-01T00:00:00Z"}
        assert privilege_is_lent(far, "Owner", EXPECTED).status is Status.FAIL


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({}, Status.UNKNOWN),
        ({"expiration": {"type": "noExpiration"}}, Status.FAIL),
        ({"expiration": {"type": "afterDateTime"}}, Status.UNKNOWN),
    ],
)
def test_no_end_date_at_all_is_told_by_the_schedule_alone(
    changed: dict[str, Any], status: Status
) -> None:
    assert privilege_is_lent(facts(**changed), "Owner", EXPECTED).status is status


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"startDateTime": "2026-01-14T08:00:00Z"}, Status.PASS),
        ({"startDateTime": "2026-01-14T07:59:59Z"}, Status.UNKNOWN),
        ({"startDateTime": None}, Status.UNKNOWN),
        ({"endDateTime": "2099-01-01T00:00:00Z"}, Status.FAIL),
        ({"startDateTime": "2020-01-01T00:00:00Z"}, Status.FAIL),
        (
            {"startDateTime": "2020-01-01T00:00:00Z", "endDateTime": "2020-01-01T08:00:00Z"},
            Status.UNKNOWN,
        ),
        ({"endDateTime": None}, Status.UNKNOWN),
        ({"assignmentType": "Eligible", "endDateTime": None}, Status.UNKNOWN),
        ({"assignmentType": None, "endDateTime": None}, Status.UNKNOWN),
        ({"roleDefinitionId": None, "endDateTime": None}, Status.UNKNOWN),
    ],
)
def test_an_activation_is_no_standing_access(changed: dict[str, Any], status: Status) -> None:
    until = {"assignmentType": "Activated", "endDateTime": "2026-01-15T08:00:00Z"}
    assert privilege_is_lent(facts(**until | changed), "Owner", EXPECTED).status is status


def test_a_service_principal_is_told_that_it_cannot_activate() -> None:
    held = facts(endDateTime=None, principalType="ServicePrincipal")

    assert privilege_is_lent(held, "Owner", EXPECTED).reason == (
        "a service principal holds Owner for ever, no end date is set; it cannot activate roles"
    )
    assert privilege_is_lent(None, "Owner", EXPECTED).status is Status.UNKNOWN
