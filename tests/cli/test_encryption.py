"""No token travels in plain HTTP beyond this machine unless somebody says that a proxy is there."""

import json
import ssl
import subprocess
import urllib.request
from pathlib import Path

import pytest

from app.cli.encryption import Encryption, encryption
from app.errors import UsageError
from tests.command_line import ROOT, annexa, command, environment
from tests.patience import PATIENCE

EVERYWHERE = ["0.0.0.0", "::", "10.0.0.4", "annexa.example"]  # noqa: S104 - what is refused
HERE = ["127.0.0.1", "::1", "localhost", "127.8.8.8"]
SEALED_BY = ["--tls-cert", "--tls-key"]


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    made += ["-keyout", "k.pem", "-out", "c.pem"]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run([*made, *subject], cwd=folder, check=True, capture_output=True)
    return folder / "c.pem", folder / "k.pem"


@pytest.mark.parametrize("host", EVERYWHERE)
def test_plain_http_beyond_this_machine_has_to_be_asked_for(
    host: str, pair: tuple[Path, Path]
) -> None:
    with pytest.raises(UsageError, match="--behind-proxy"):
        encryption(host, None, None, behind_proxy=False)
    assert encryption(host, None, None, behind_proxy=True).scheme == "http"
    assert encryption(host, *pair, behind_proxy=False).scheme == "https"


@pytest.mark.parametrize("host", HERE)
def test_on_this_machine_plain_http_is_served(host: str) -> None:
    assert encryption(host, None, None, behind_proxy=False) == Encryption()


def test_a_certificate_and_its_key_are_asked_for_before_anything_is_served(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    for given in ((pair[0], tmp_path / "none.pem"), (pair[1], pair[0]), (tmp_path / "x", pair[1])):
        with pytest.raises(UsageError, match="PEM files without a password"):
            encryption("127.0.0.1", *given, behind_proxy=False)
    with pytest.raises(UsageError, match="go together"):
        encryption("127.0.0.1", pair[0], None, behind_proxy=False)


def test_serve_speaks_https_with_the_given_certificate(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    home = tmp_path / "home"
    assert annexa(home, "init").code == 0
    assert "others could read" in annexa(home, "serve", "--host", "0.0.0.0").sentence  # noqa: S104
    words = [f"{option}={file}" for option, file in zip(SEALED_BY, pair, strict=True)]
    process = subprocess.Popen(
        command(home, "serve", "--port", "0", "--no-schedule", *words),
        cwd=ROOT,
        env=environment({}),
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    with process:
        try:
            line = process.stderr.readline()
            assert line.startswith("Annexa serves https://127.0.0.1:"), line
            url = line.split()[2].removesuffix("/v1")
            trust = ssl.create_default_context(cafile=str(pair[0]))
            with urllib.request.urlopen(  # noqa: S310 - loopback
                f"{url}/health", timeout=PATIENCE, context=trust
            ) as answer:
                assert json.load(answer)
        finally:
            process.kill()
