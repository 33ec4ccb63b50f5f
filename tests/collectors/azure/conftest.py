"""Fixtures: a loopback Azure, and gateways to it whose waits pass at once."""

import ssl
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import trustme

from collectors.azure.clouds import Cloud
from collectors.azure.identity.credentials import CredentialSpec, open_credential
from collectors.azure.live import LiveGateway
from collectors.azure.transport.limits import Limits, Waiting
from tests.collectors.azure.fake_azure import (
    CLIENT,
    SECRET,
    TENANT,
    FakeAzure,
    Kept,
    Open,
    Time,
    cloud_at,
    serve,
)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="session")
def server_tls(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    return context


@pytest.fixture
def ca_file(authority: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(path)
    return path


@pytest.fixture
async def azure(server_tls: ssl.SSLContext) -> AsyncIterator[FakeAzure]:
    fake = FakeAzure()
    runner = await serve(fake, server_tls)
    yield fake
    await runner.cleanup()


@pytest.fixture
async def elsewhere(server_tls: ssl.SSLContext) -> AsyncIterator[FakeAzure]:
    """A second host, as trusted by TLS as the first."""
    fake = FakeAzure()
    runner = await serve(fake, server_tls)
    yield fake
    await runner.cleanup()


@pytest.fixture
def passing() -> Time:
    return Time()


@pytest.fixture
def kept() -> Kept:
    return Kept()


@pytest.fixture
async def open_gateway(azure: FakeAzure, ca_file: Path, passing: Time) -> AsyncIterator[Open]:
    opened: list[LiveGateway] = []

    def build(*, secret: str = SECRET, cloud: Cloud | None = None, **options: Any) -> LiveGateway:
        cloud = cloud or cloud_at(azure.base, ca_file)
        spec = CredentialSpec(
            kind="secret_env", tenant_id=TENANT, client_id=CLIENT, secret_env="ANNEXA_TEST_SECRET"
        )
        environ = {"ANNEXA_TEST_SECRET": secret}
        credential = open_credential(spec, cloud, now=passing.now, environ=environ)
        waiting = Waiting(
            sleep=passing.sleep, monotonic=lambda: passing.seconds, jitter=lambda: 1.0
        )
        options.setdefault("limits", Limits(answer=timedelta(seconds=5)))
        options.setdefault("waiting", waiting)
        gateway = LiveGateway(cloud, credential, TENANT, now=passing.now, **options)
        opened.append(gateway)
        return gateway

    yield build
    for gateway in opened:
        await gateway.close()


@pytest.fixture
def gateway(open_gateway: Open) -> LiveGateway:
    return open_gateway()
