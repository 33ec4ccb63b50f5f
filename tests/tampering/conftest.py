"""The untouched store and bundle, made once."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.conftest import StartSimulator
from tests.tampering.subject import Subject, made


@pytest.fixture(scope="session")
def subject(
    start_simulator: StartSimulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Subject]:
    home = tmp_path_factory.mktemp("subject") / "home"
    as_of = datetime.now(UTC)
    with (
        start_simulator(
            seed=7, subscriptions=2, resources=30, quotas="off", as_of=as_of
        ) as simulator,
        made(home, simulator) as found,
    ):
        yield found
