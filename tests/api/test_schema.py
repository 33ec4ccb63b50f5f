"""Schemathesis: whatever the OpenAPI allows or forbids, no answer is undocumented, none a 5xx."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from schemathesis import openapi
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import FatalError, NonFatalError, ScenarioFinished

from app.api.application import create_app
from app.services.access.tokens import SCOPES, create_token
from app.services.connections.register import add_connection
from app.services.home.installation import Ports, open_ports
from app.services.upkeep.new_home import initialise
from tests.api.conftest import Served
from tests.installation import now

BEYOND_A_SCHEMA = (b"/problems/cursor_invalid", b"/problems/usage")
"""What a schema cannot tell: who signed a cursor, which of two dates is the later one."""
SETTINGS = {
    "seed": 27001,
    "generation": {"max-examples": 15, "deterministic": True, "database": "none"},
}


def counting_no_guesses(ports: Ports) -> Ports:
    """Schemathesis guesses tokens all the time; what becomes of them is tested elsewhere."""
    service = ports.settings.service.model_copy(update={"wrong_tokens": 100_000})
    return replace(ports, settings=ports.settings.model_copy(update={"service": service}))


@pytest.fixture
def asked(served: Served) -> Iterator[TestClient]:
    """The installation with a night and a pack."""
    with TestClient(
        create_app(counting_no_guesses(served.ports)), raise_server_exceptions=False
    ) as opened:
        opened.headers["Authorization"] = f"Bearer {served.tokens['all']}"
        yield opened


@pytest.fixture
def empty(served: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[TestClient]:
    """A home without a night, whose runs Azure refuses: what is begun here ends at once."""
    initialise(tmp_path / "home", "Northgate Health", now)
    variable = served.installation.connection.credential["secret_env"]
    monkeypatch.setenv(variable, "a wrong secret")
    ports = counting_no_guesses(open_ports(tmp_path / "home", now))
    try:
        add_connection(ports, served.installation.connection)
        token = create_token(ports, "all", SCOPES, timedelta(hours=1))
        with TestClient(create_app(ports), raise_server_exceptions=False) as opened:
            opened.headers["Authorization"] = f"Bearer {token.secret}"
            yield opened
    finally:
        ports.close()


def answers(client: TestClient, methods: list[str]) -> tuple[int, list[str]]:
    """How many cases were tried, and what was wrong with the answers."""
    headers = {"Authorization": client.headers["authorization"]}
    config = SchemathesisConfig.from_dict({**SETTINGS, "headers": headers})
    described = openapi.from_asgi("/v1/openapi.json", client.app, config=config, headers=headers)
    cases, found = 0, list[str]()
    for event in from_schema(described.include(method=methods)).execute():
        match event:
            case FatalError(exception=error) | NonFatalError(value=error):
                found.append(repr(error))
            case ScenarioFinished():
                cases += len(event.recorder.cases)
                found += failures(event)
    return cases, found


def failures(event: ScenarioFinished) -> Iterator[str]:
    recorder = event.recorder
    for case_id, checks in recorder.checks.items():
        for check in checks:
            told = check.failure_info
            if told is None:
                continue
            answer = recorder.interactions[case_id].response
            expected = check.name == "positive_data_acceptance" and any(
                problem in (answer.content if answer else b"") for problem in BEYOND_A_SCHEMA
            )
            if not expected:
                yield f"{recorder.label}: {told.failure.message}\n{told.code_sample}"


def test_no_answer_to_a_question_is_undocumented(asked: TestClient) -> None:
    cases, found = answers(asked, ["GET", "HEAD"])

    assert found == []
    assert cases > 400


@pytest.mark.filterwarnings("ignore:Generating overly large repr")  # bodies beyond the limit
def test_no_answer_to_an_order_is_undocumented(empty: TestClient) -> None:
    cases, found = answers(empty, ["POST"])

    assert found == []
    assert cases > 50
