"""A plain HTTP client for the simulator, with a token where one is asked for."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx2
import pytest

from simulator.process import SimulatorProcess

AUDIENCES = {
    "arm": "https://management.azure.com",
    "graph": "https://graph.microsoft.com",
    "logs": "https://api.loganalytics.io",
    "vault": "https://vault.azure.net",
    "storage": "https://storage.azure.com",
}


class Caller:
    """Asks one simulator, as its registered application."""

    def __init__(self, process: SimulatorProcess, http: httpx2.Client) -> None:
        self.process = process
        self.http = http
        self._tokens: dict[str, str] = {}

    def form(self, **changed: str) -> dict[str, str]:
        """A good token request, with some fields changed."""
        good = {
            "grant_type": "client_credentials",
            "client_id": self.process.client_id,
            "client_secret": self.process.client_secret,
            "scope": "https://management.azure.com/.default",
        }
        return good | changed

    def token(self, audience: str) -> str:
        """A token for one of AUDIENCES or any other audience."""
        if audience not in self._tokens:
            scope = f"{AUDIENCES.get(audience, audience)}/.default"
            answer = self.http.post(
                f"/{self.process.tenant_id}/oauth2/v2.0/token", data=self.form(scope=scope)
            )
            assert answer.status_code == 200, answer.text
            self._tokens[audience] = answer.json()["access_token"]
        return self._tokens[audience]

    def get(self, path: str, audience: str = "arm", **more: Any) -> httpx2.Response:
        """GET with a token."""
        return self.send("GET", path, audience, **more)

    def send(self, method: str, path: str, audience: str = "arm", **more: Any) -> httpx2.Response:
        """Any method with a token."""
        headers = {"Authorization": f"Bearer {self.token(audience)}", **more.pop("headers", {})}
        return self.http.request(method, path, headers=headers, **more)

    def graph_rows(self, query: str, **options: Any) -> httpx2.Response:
        """A Resource Graph query."""
        return self.send(
            "POST",
            "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01",
            json={"query": query, "options": options},
        )


@pytest.fixture(scope="session")
def make_caller() -> Iterator[Callable[[SimulatorProcess], Caller]]:
    """Make callers of simulators; their connections close with the session."""
    with ExitStack() as open_clients:

        def make(process: SimulatorProcess) -> Caller:
            trust = ssl.create_default_context(cafile=str(process.ca_file))
            http = httpx2.Client(base_url=process.base_url, verify=trust, trust_env=False)
            return Caller(process, open_clients.enter_context(http))

        yield make


@pytest.fixture(scope="module")
def caller(
    simulator: SimulatorProcess, make_caller: Callable[[SimulatorProcess], Caller]
) -> Caller:
    """Asks the module's simulator."""
    return make_caller(simulator)


@pytest.fixture(scope="module")
def throttled(
    start_simulator: Callable[..., SimulatorProcess],
    make_caller: Callable[[SimulatorProcess], Caller],
) -> Iterator[Caller]:
    """A simulator with Azure's quotas."""
    with start_simulator(seed=7, subscriptions=1, resources=40) as process:
        yield make_caller(process)


@pytest.fixture
def unfaulted(caller: Caller) -> Iterator[Caller]:
    """The caller, with no fault left behind."""
    yield caller
    caller.process.clear_faults()
