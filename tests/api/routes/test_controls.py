"""All 93 controls over a period, each with what its evidence says."""

from fastapi.testclient import TestClient

from app.controls.assessment import State
from tests.api.conftest import Served


def period(served: Served) -> dict[str, str]:
    day = served.night.slot.date().isoformat()
    return {"from": day, "to": day}


def test_all_93_controls_are_listed_each_with_a_state(client: TestClient, served: Served) -> None:
    told = client.get("/v1/controls", params=period(served)).json()

    rows = {row["id"]: row for row in told["items"]}
    assert len(told["items"]) == len(rows) == 93
    assert {row["state"] for row in rows.values()} <= {state.value for state in State}
    assert rows["A.7.1"]["state"] == State.MANUAL
    assert rows["A.8.24"]["state"] == State.DEVIATIONS
    assert rows["A.8.24"]["failed"] > 0


def test_days_without_a_record_make_the_evidence_incomplete(client: TestClient) -> None:
    rows = {row["id"]: row for row in client.get("/v1/controls").json()["items"]}

    assert any("without a record" in said for said in rows["A.5.33"]["incomplete"])


def test_a_control_shows_its_checks_and_every_deviation(client: TestClient, served: Served) -> None:
    told = client.get("/v1/controls/A.8.24", params=period(served)).json()
    [row] = [
        row
        for row in client.get("/v1/controls", params=period(served)).json()["items"]
        if row["id"] == "A.8.24"
    ]

    assert len(told["figures"]) == row["checks"] > 5
    assert sum(check["figures"]["failed"] for check in told["figures"]) == row["failed"]
    assert all(check["remedy"] for check in told["figures"])
    tls = next(c for c in told["figures"] if c["id"] == "storage.accounts.minimum_tls")
    assert (tls["expectation"], tls["expected"]) == ("minimum_tls", "1.2")
    assert told["deviations_total"] == len(told["deviations"])
    assert {one["check_id"] for one in told["deviations"]} <= {c["id"] for c in told["figures"]}


def test_deviations_are_paged_without_loss(client: TestClient, served: Served) -> None:
    path, asked = "/v1/controls/A.8.24/deviations", period(served)
    every = client.get(path, params=asked).json()["items"]
    found, cursor = [], None
    while True:
        more = {"cursor": cursor} if cursor else {}
        told = client.get(path, params={**asked, "limit": 2, **more}).json()
        found += told["items"]
        cursor = told["next"]
        if cursor is None:
            break

    assert found == every
    assert len(every) > 2


def test_gaps_are_none_where_everything_was_seen(client: TestClient, served: Served) -> None:
    told = client.get("/v1/controls/A.8.15/gaps", params=period(served)).json()

    assert told == {"items": [], "next": None}


def test_a_period_that_is_too_long_is_told_in_days(client: TestClient) -> None:
    asked = {"from": "2020-01-01", "to": "2024-12-31"}
    told = client.get("/v1/controls", params=asked)
    assert told.status_code == 400
    assert told.json()["detail"] == "a period is 1,100 days at most; 1,826 were asked for"
