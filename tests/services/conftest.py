"""Keys and an authority that stamps, for logs in memory."""

import pytest

from app.trust.keys.keyring import Trust, create_trust
from app.trust.time.timestamp import DevelopmentAuthority
from tests.services.memory import now


@pytest.fixture(scope="module")
def trust(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    return create_trust(tmp_path_factory.mktemp("home") / "trust", "evidence.example/log", now)


@pytest.fixture(scope="module")
def authority(trust: Trust) -> DevelopmentAuthority:
    return DevelopmentAuthority.of(trust, now)
