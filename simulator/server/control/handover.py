"""The files a simulator leaves for whoever started it: CA, cloud description, secret, state."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from simulator.server.control.routes import truth_rows
from simulator.server.simulation import Simulation
from simulator.tls import Tls


@dataclass(frozen=True, kw_only=True, slots=True)
class Addresses:
    """Where the simulator listens."""

    port: int
    blob_port: int

    @property
    def base_url(self) -> str:
        """Every service but blobs."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def blob_url(self) -> str:
        """The blob service, path style: an account's name comes next."""
        return f"https://127.0.0.1:{self.blob_port}"


def write_truth(path: Path, simulation: Simulation) -> None:
    """The truth file of tonight's tenant."""
    path.write_text(json.dumps(truth_rows(simulation.tenant), indent=1) + "\n", encoding="utf-8")


def hand_over(folder: Path, simulation: Simulation, tls: Tls, where: Addresses) -> None:
    """Write ca.pem, client_secret (0600), cloud.toml and, last of all, ready.json."""
    folder.mkdir(parents=True, exist_ok=True)
    authority = folder / "ca.pem"
    authority.write_bytes(tls.ca_pem)
    _write_secret(folder / "client_secret", simulation.client_secret)
    (folder / "cloud.toml").write_text(_cloud(where.base_url, authority), encoding="utf-8")
    ready = {
        "port": where.port,
        "base_url": where.base_url,
        "blob_port": where.blob_port,
        "blob_url": where.blob_url,
        "pid": os.getpid(),
        "tenant_id": simulation.tenant.tenant_id,
        "client_id": simulation.client_id,
        "subscriptions": [
            each["subscriptionId"]
            for each in simulation.tenant.subscriptions
            if each["subscriptionId"] not in simulation.arm.shells
        ],
    }
    draft = folder / "ready.json.part"
    draft.write_text(json.dumps(ready, indent=1) + "\n", encoding="utf-8")
    draft.replace(folder / "ready.json")


def _cloud(base_url: str, authority: Path) -> str:
    """A `cloud = custom` file: our own endpoints, Azure's public audiences."""
    values = {
        "authority": base_url,
        "resource_manager": base_url,
        "resource_manager_audience": "https://management.azure.com",
        "graph": base_url,
        "graph_audience": "https://graph.microsoft.com",
        "logs": base_url,
        "logs_audience": "https://api.loganalytics.io",
        "storage_audience": "https://storage.azure.com",
        "vault_audience": "https://vault.azure.net",
        "ca_file": str(authority.resolve()),
    }
    return "".join(f"{name} = {json.dumps(value)}\n" for name, value in values.items())


def _write_secret(path: Path, secret: str) -> None:
    path.unlink(missing_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(secret)
