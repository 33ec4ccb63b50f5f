"""Azurite, Microsoft's emulator, over TLS with a CA of the test's own."""

import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme
from azure.storage.blob import BlobServiceClient

from tests.patience import PATIENCE
from tests.simulator.blob.serving import Credential

SCRIPT = Path(__file__).parents[1] / "js/node_modules/azurite/dist/src/blob/main.js"
ACCOUNT = "devstoreaccount1"


@dataclass(frozen=True, kw_only=True)
class Azurite:
    """A running Azurite."""

    url: str
    ca_file: Path

    def create_container(self, name: str) -> str:
        """URL of a new container."""
        with BlobServiceClient(
            self.url, credential=Credential(), connection_verify=str(self.ca_file)
        ) as client:
            client.create_container(name).close()
        return f"{self.url}/{name}"


@contextlib.contextmanager
def azurite(folder: Path) -> Iterator[Azurite]:
    """Serve from memory until the end of the block."""
    node = shutil.which("node")
    if node is None or not SCRIPT.is_file():
        pytest.fail(
            "Azurite is not installed: apt-get install -y nodejs npm && npm ci --prefix tests/js"
        )
    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "ca.pem")
    certificate = authority.issue_cert("127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "cert.pem", append=True)
    port = free_port()
    command = [node, str(SCRIPT), "--blobHost", "127.0.0.1", "--blobPort", str(port)]
    command += ["--inMemoryPersistence", "--silent", "--disableTelemetry", "--skipApiVersionCheck"]
    command += ["--oauth", "basic", "--cert", str(folder / "cert.pem")]
    command += ["--key", str(folder / "key.pem")]
    process = subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait_for(port, process)
        yield Azurite(url=f"https://127.0.0.1:{port}/{ACCOUNT}", ca_file=folder / "ca.pem")
    finally:
        process.terminate()
        process.wait(PATIENCE)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, "Azurite ended at its start"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.1)
    pytest.fail("Azurite did not start within a minute")
