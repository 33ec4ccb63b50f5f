"""Dates keep days of distance from every limit, so that no verdict flips by the hour."""

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

import pytest

from simulator.tenant.estate.dates import Dates
from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.generate import generate
from simulator.tenant.model import Tenant

START = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(params=[0, 1, 30, 91, 200, 400], ids=lambda night: f"night {night}")
def tenant(request: pytest.FixtureRequest) -> Tenant:
    spec = TenantSpec(resources=400, subscriptions=6)
    return generate(spec, request.param, START + request.param * DAY)


def test_credentials_end_days_away_from_now_and_from_the_warning(tenant: Tenant) -> None:
    for application in tenant.graph["/applications"]:
        for one in (*application["passwordCredentials"], *application["keyCredentials"]):
            left = datetime.fromisoformat(one["endDateTime"]) - tenant.as_of
            assert left < -3 * DAY or 3 * DAY < left < 11 * DAY or left > 17 * DAY


def test_secrets_live_clearly_shorter_or_longer_than_180_days(tenant: Tenant) -> None:
    for application in tenant.graph["/applications"]:
        for one in application["passwordCredentials"]:
            start, end = (
                datetime.fromisoformat(one[key]) for key in ("startDateTime", "endDateTime")
            )
            assert end - start < 175 * DAY or end - start > 200 * DAY


def test_logs_begin_and_end_far_from_the_limits(tenant: Tenant) -> None:
    for tables in tenant.logs.values():
        for span in (one for one in tables.values() if one.records):
            age, silence = tenant.as_of - span.oldest, tenant.as_of - span.newest
            assert abs(age - 365 * DAY) > 20 * DAY
            assert silence < DAY / 4 or silence > 3 * DAY
            assert span.oldest < span.newest


def test_a_workspace_is_young_or_old_and_never_in_between(tenant: Tenant) -> None:
    for row in tenant.tables["resources"]:
        if row["type"] == "microsoft.operationalinsights/workspaces":
            created = row["properties"]["createdDate"]
            rfc_1123 = created.endswith("GMT")
            made = parsedate_to_datetime(created) if rfc_1123 else datetime.fromisoformat(created)
            assert abs(tenant.as_of - made - 365 * DAY) > 20 * DAY


def test_active_assignments_with_an_end_have_not_ended_long_ago(tenant: Tenant) -> None:
    for instance in tenant.graph["/rolemanagement/directory/roleassignmentscheduleinstances"]:
        if instance["endDateTime"] is not None:
            assert datetime.fromisoformat(instance["endDateTime"]) > tenant.as_of


def test_settled_dates_stand_still_from_night_to_night() -> None:
    first, later = Dates(START, 0), Dates(START + 50 * DAY, 50)
    assert first.past(10) == later.past(10)
    assert first.future(10) == later.future(10)
    assert first.young(40) == later.young(40)
