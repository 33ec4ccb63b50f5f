"""One installation made by the real command line, with a night and a token; copies to spoil."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from simulator.process import SimulatorProcess
from tests.command_line import Said, annexa
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, now, secret_env

ORGANISATION = "Northgate Health"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A home, the tenant it collects from, and what the commands that made it said."""

    home: Path
    tenant: SimulatorProcess
    said: dict[str, Said]

    def annexa(self, *words: str | Path) -> Said:
        return annexa(self.home, *words, env={secret_env(self.tenant): self.tenant.client_secret})


@pytest.fixture(scope="session")
def small_tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(subscriptions=1, resources=30, quotas="off", as_of=now()) as process:
        yield process


@pytest.fixture(scope="session")
def place(small_tenant: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Shared: only for commands that leave it as it is."""
    made = Place(home=tmp_path_factory.mktemp("cli") / "home", tenant=small_tenant, said={})
    made.said["init"] = made.annexa("init", "--organisation", ORGANISATION)
    with (made.home / "annexa.toml").open("a", encoding="utf-8") as settings:
        settings.write(IMPATIENT)
    made.said["connection add"] = made.annexa(*adding("northgate", small_tenant))
    made.said["collect"] = made.annexa("collect", "northgate", "--json")
    made.said["token create"] = made.annexa("token", "create", "auditor")
    return made


@pytest.fixture
def spoilable(place: Place, tmp_path: Path) -> Place:
    """A copy of one's own."""
    shutil.copytree(place.home, tmp_path / "home")
    return Place(home=tmp_path / "home", tenant=place.tenant, said=place.said)


@pytest.fixture
def denied(small_tenant: SimulatorProcess) -> Iterator[Callable[..., None]]:
    """Let the tenant refuse what matches, until the test ends."""

    def deny(**rule: str) -> None:
        small_tenant.post_faults({"kind": "denied", **rule})

    yield deny
    small_tenant.clear_faults()


def adding(name: str, tenant: SimulatorProcess) -> tuple[str | Path, ...]:
    return (
        *("connection", "add", name, "--tenant", tenant.tenant_id),
        *("--client-id", tenant.client_id, "--client-secret-env", secret_env(tenant)),
        *("--cloud", "custom", "--cloud-file", tenant.cloud_file),
    )
