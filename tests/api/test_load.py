"""Many at once: what cannot be taken on is refused as such, and nothing of it is kept."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from app.api.application import create_app
from app.services.home.background import Background
from app.services.home.installation import Ports
from app.services.home.shared_answers import SharedAnswers
from tests.api.conftest import Served
from tests.patience import PATIENCE

PACK = {
    "connection": "northgate",
    "engagement": "Audit",
    "auditor": "Northbridge Audit Ltd",
    "scope": "The patient portal.",
}


@pytest.fixture
def full(served: Served) -> Iterator[TestClient]:
    """An annexa in which as much is at work and waits as may, until the test ends."""
    go = threading.Event()
    app = create_app(served.ports)
    background, answers = Background(waiting=1), SharedAnswers(1, 0)
    app.state.background, app.state.answers = background, answers
    app.state.pack_requests._background = background
    background.submit("an order", lambda: go.wait(PATIENCE))
    answers.ask("a question", lambda: go.wait(PATIENCE))
    with TestClient(app, raise_server_exceptions=False) as opened:
        opened.headers["Authorization"] = f"Bearer {served.tokens['all']}"
        yield opened
    go.set()
    background.stop()
    answers.stop()


def _refused(answer: Any) -> None:
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/overloaded"
    assert "ask again later" in answer.json()["detail"]
    assert int(answer.headers["retry-after"]) > 0


def test_a_run_that_finds_no_place_is_not_claimed(full: TestClient) -> None:
    before = full.get("/v1/runs").json()

    answer = full.post("/v1/runs", json={"connection": "northgate"})

    _refused(answer)
    assert "nothing of it was kept" in answer.json()["detail"]
    assert full.get("/v1/runs").json() == before


def test_a_run_begun_before_is_still_found_by_its_key(full: TestClient, served: Served) -> None:
    key = {"Idempotency-Key": "before-it-was-full"}
    with TestClient(create_app(served.ports)) as quiet:
        quiet.headers["Authorization"] = f"Bearer {served.tokens['all']}"
        with served.ports.store.writer("a test"):
            begun = quiet.post("/v1/runs", json={"connection": "northgate"}, headers=key)

            again = full.post("/v1/runs", json={"connection": "northgate"}, headers=key)

    assert (begun.status_code, again.status_code) == (202, 202)
    assert begun.json()["id"] == again.json()["id"]


def test_a_pack_that_finds_no_place_is_not_remembered(full: TestClient, served: Served) -> None:
    day = served.night.slot.date().isoformat()
    order = PACK | {"from": day, "to": day}

    for _ in range(2):
        _refused(full.post("/v1/packs", json=order, headers={"Idempotency-Key": "one-pack"}))


@pytest.mark.parametrize("path", ["/v1/verification", "/v1/controls", "/v1/controls/A.8.24/gaps"])
def test_a_question_that_finds_no_place_is_refused(full: TestClient, path: str) -> None:
    _refused(full.get(path))


def test_what_costs_little_is_answered_all_the_same(full: TestClient) -> None:
    for path in ("/health", "/v1/status", "/v1/runs", "/v1/evidence", "/v1/log/checkpoint"):
        assert full.get(path).status_code == 200, path


def test_sixty_verifications_at_once_are_one(served: Served) -> None:
    app = create_app(served.ports)
    counting = _Counting()
    app.state.answers = counting
    with TestClient(app) as client, ThreadPoolExecutor(60) as many:
        client.headers["Authorization"] = f"Bearer {served.tokens['all']}"
        asked = [many.submit(client.get, "/v1/verification") for _ in range(60)]
        counting.all_asked.wait(PATIENCE)
        counting.go.set()
        answers = [one.result(PATIENCE) for one in asked]
    counting.stop()

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.text for answer in answers}) == 1
    assert answers[0].json()["intact"]
    assert counting.worked == 1


class _Counting(SharedAnswers):
    """Begins no work before all sixty have asked, and counts it."""

    def __init__(self) -> None:
        super().__init__(1, 0)
        self.go, self.all_asked = threading.Event(), threading.Event()
        self.asked, self.worked = 0, 0

    def ask(self, question: Any, work: Any) -> Any:
        def counted() -> Any:
            self.go.wait(PATIENCE)
            self.worked += 1
            return work()

        future = super().ask(question, counted)
        self.asked += 1
        if self.asked == 60:
            self.all_asked.set()
        return future


def test_an_index_whose_connections_are_all_in_use_is_told_as_503(served: Served) -> None:
    apart: Ports = served.ports.apart()
    pool: Any = apart.database.engine.pool
    pool._timeout = 0.01
    held = [apart.database.engine.connect() for _ in range(pool.size() + pool._max_overflow)]
    app: FastAPI = create_app(apart)
    try:
        with TestClient(app, raise_server_exceptions=False) as client:
            client.headers["Authorization"] = f"Bearer {served.tokens['all']}"
            answer = client.get("/v1/runs")
            health = client.get("/health")
    finally:
        for one in held:
            one.close()
        apart.close()

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert health.status_code == 200
