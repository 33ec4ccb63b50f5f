"""Runs over HTTP: seen, begun, followed, never begun twice by one key."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from fastapi.testclient import TestClient

from app.errors import WriterBusyError
from app.services.home.installation import Ports
from tests.api.conftest import Served
from tests.patience import PATIENCE


def until(look: Callable[[], Any], ended: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + PATIENCE
    while not ended(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def follow(client: TestClient, location: str) -> dict[str, Any]:
    finished = {"complete", "complete_with_gaps", "failed", "missed"}
    found: dict[str, Any] = until(
        lambda: client.get(location).json(), lambda run: run["state"] in finished
    )
    return found


def begun(client: TestClient, **headers: str) -> Any:
    """A run of a second of its own: a slot is a second, and another test may have taken it."""
    return until(
        lambda: client.post("/v1/runs", json={"connection": "northgate"}, headers=headers),
        lambda answer: answer.json().get("type") != "/problems/slot_taken",
    )


@contextmanager
def writing(ports: Ports) -> Iterator[None]:
    """As soon as the run of a test before, which has ended, has let go of the store."""
    with ExitStack() as held:
        until(lambda: _held(ports, held), bool)
        yield


def _held(ports: Ports, held: ExitStack) -> bool:
    try:
        held.enter_context(ports.store.writer("a test"))
    except WriterBusyError:
        return False
    return True


def test_status_tells_of_nights_and_of_the_log(client: TestClient, served: Served) -> None:
    told = client.get("/v1/status").json()

    assert told["log"]["assurance"] == "development"
    assert "proves nothing about time" in told["log"]["time"]
    assert "tamper-evident only" in told["log"]["store"]
    nights = told["connections"][0]["nights"]
    assert served.night.run_id in {night["run_id"] for night in nights}


def test_connections_tell_nothing_of_where_secrets_lie(client: TestClient, served: Served) -> None:
    answer = client.get("/v1/connections")

    assert [one["name"] for one in answer.json()["items"]] == ["northgate"]
    assert answer.json()["items"][0]["credential"] == "secret_env"
    assert served.installation.connection.credential["secret_env"] not in answer.text


def test_a_run_begun_over_http_is_collected_and_sealed(client: TestClient) -> None:
    answer = begun(client)

    assert answer.status_code == 202
    assert answer.headers["location"] == f"/v1/runs/{answer.json()['id']}"
    assert answer.headers["retry-after"]
    assert answer.json()["state"] == "planned"
    ended = follow(client, answer.headers["location"])
    assert ended["state"] == "complete"
    assert ended["claimed_by"].startswith("API token ")
    listed = client.get("/v1/runs", params={"connection": "northgate"}).json()["items"]
    assert ended["id"] in {run["id"] for run in listed}
    assert [run["slot"] for run in listed] == sorted((r["slot"] for r in listed), reverse=True)


def test_the_same_key_never_begins_a_second_run(client: TestClient) -> None:
    key = {"Idempotency-Key": "night-of-the-audit"}

    first = begun(client, **key)
    second = client.post("/v1/runs", json={"connection": "northgate"}, headers=key)

    assert (first.status_code, second.status_code) == (202, 202)
    assert first.json()["id"] == second.json()["id"]
    follow(client, first.headers["location"])


def test_a_run_waits_for_whoever_writes_to_the_store(client: TestClient, served: Served) -> None:
    with writing(served.ports):
        answer = begun(client)
        time.sleep(0.5)
        waiting = client.get(answer.headers["location"]).json()

    assert answer.status_code == 202
    assert waiting["state"] == "planned"
    assert follow(client, answer.headers["location"])["state"] == "complete"


def test_a_run_that_azure_refuses_ends_as_failed_and_says_why(
    client: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = served.installation.connection.credential["secret_env"]
    monkeypatch.setenv(variable, "a wrong secret")

    answer = begun(client)

    ended = follow(client, answer.headers["location"])
    assert ended["state"] == "failed"
    assert ended["detail"]
    assert "a wrong secret" not in str(ended)


def test_an_unknown_connection_begins_nothing(client: TestClient) -> None:
    before = client.get("/v1/runs").json()

    answer = client.post("/v1/runs", json={"connection": "nobody"})

    assert answer.status_code == 404
    assert client.get("/v1/runs").json() == before
