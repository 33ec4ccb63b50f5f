"""One trust folder for all tests: making an RSA key takes a while."""

import io
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pikepdf
import pytest

from app.trust.keys.keyring import Trust, create_trust
from app.trust.time.timestamp import DevelopmentAuthority

ORIGIN = "evidence.example/log"


@pytest.fixture(scope="session", autouse=True)
def tools() -> None:
    for tool, package in (("openssl", "openssl"), ("pdfsig", "poppler-utils")):
        assert shutil.which(tool), f"{tool} is missing: apt-get install -y {package}"


@pytest.fixture(scope="session")
def now() -> Callable[[], datetime]:
    """A clock five days behind, as the demo's first night has it."""
    began = datetime.now(UTC) - timedelta(days=5)
    return lambda: began


@pytest.fixture(scope="session")
def trust(tmp_path_factory: pytest.TempPathFactory, now: Callable[[], datetime]) -> Trust:
    return create_trust(tmp_path_factory.mktemp("home") / "trust", ORIGIN, now)


@pytest.fixture(scope="session")
def authority(trust: Trust, now: Callable[[], datetime]) -> DevelopmentAuthority:
    return DevelopmentAuthority.of(trust, now)


@pytest.fixture(scope="session")
def plain_pdf() -> bytes:
    plain = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(plain)
    return plain.getvalue()
