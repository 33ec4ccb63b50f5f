"""A whole installation whose evidence lies in a blob container of a simulated tenant."""

import json
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from urllib.request import HTTPSHandler, ProxyHandler, Request, build_opener

from simulator.process import SimulatorProcess
from tests.installation import Installation, installed, secret_env
from tests.patience import PATIENCE

NUMBERS = count()


@contextmanager
def in_a_container(tenant: SimulatorProcess, home: Path, *, locked: bool) -> Iterator[Installation]:
    name = f"evidence-{next(NUMBERS)}"
    make_container(tenant, name)
    home.mkdir()
    (home / "annexa.toml").write_text(
        f"""
organisation = "Northgate Health"

[store]
url = "{tenant.blob_url}/northgate/{name}"
retention_days = 2190
locked = {str(locked).lower()}
cloud = "custom"
cloud_file = "{tenant.cloud_file}"

[store.credential]
kind = "secret_env"
tenant_id = "{tenant.tenant_id}"
client_id = "{tenant.client_id}"
secret_env = "{secret_env(tenant)}"
"""
    )
    with installed(home, tenant) as made:
        yield made


def make_container(tenant: SimulatorProcess, name: str) -> None:
    """What infrastructure as code does on Azure: a container with version-level immutability."""
    trust = ssl.create_default_context(cafile=tenant.ca_file)
    opener = build_opener(ProxyHandler({}), HTTPSHandler(context=trust))
    url = f"{tenant.blob_url}/_sim/containers/northgate/{name}"
    body = json.dumps({"level": "version"}).encode()
    request = Request(url, data=body, method="PUT")  # noqa: S310 - the simulator's https
    opener.open(request, timeout=PATIENCE).close()
