"""Since when, and on 14 March: one lookup, and the record that shows it."""

from fastapi.testclient import TestClient

from tests.api.conftest import Served

CHECK = "storage.accounts.minimum_tls"


def test_a_verdict_is_told_with_its_nights_and_its_record(
    client: TestClient, served: Served
) -> None:
    day = served.night.slot.date().isoformat()
    asked = {"from": day, "to": day}
    [row, *_] = client.get("/v1/controls/A.8.24/deviations", params=asked).json()["items"]
    named = {"check": row["check_id"], "subject": row["subject"].upper()}

    told = client.get("/v1/verdicts", params={**named, "on": day}).json()

    assert (told["status"], told["reason"]) == ("fail", row["reason"])
    # Other tests of this session may have collected later nights that say the same.
    assert told["since"] == row["first_slot"] <= told["night"] <= told["until"]
    assert told == client.get("/v1/verdicts", params=named).json()
    [record] = told["record_ids"]
    held = client.get(f"/v1/evidence/{record}/verdicts", params={"limit": 500}).json()["items"]
    assert [one["status"] for one in held if one["subject"] == row["subject"]].count("fail") >= 1


def test_what_was_not_asked_is_not_found(client: TestClient) -> None:
    for asked, code in (
        ({"check": "storage.accounts.nothing", "subject": "x"}, "check_unknown"),
        ({"check": CHECK, "subject": "/subscriptions/none"}, "verdict_unknown"),
        ({"check": CHECK, "subject": "x", "on": "2001-01-01"}, "verdict_unknown"),
    ):
        told = client.get("/v1/verdicts", params=asked)
        assert told.status_code == 404
        assert told.json()["type"] == f"/problems/{code}"


def test_a_verdict_needs_its_check_and_a_day_that_is_one(client: TestClient) -> None:
    assert client.get("/v1/verdicts", params={"check": CHECK}).status_code == 422
    asked = {"check": CHECK, "subject": "x", "on": "14 March"}
    assert client.get("/v1/verdicts", params=asked).status_code == 422
