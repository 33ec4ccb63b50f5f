"""When nothing can be asked at all: one sentence, a stable code, and no secret anywhere."""

import logging
import socket
import traceback
from dataclasses import replace
from pathlib import Path

import pytest
import trustme

from collectors.azure.entrance import Entrance
from collectors.azure.gateway import Ask
from collectors.azure.identity.credentials import CredentialSpec, open_credential
from collectors.azure.live import LiveGateway
from collectors.kit import TENANT, Arm, GapKind, Graph
from collectors.kit.errors import GatewayError
from tests.collectors.azure.fake_azure import TENANT as TENANT_ID
from tests.collectors.azure.fake_azure import FakeAzure, Kept, Open, Time, Told, cloud_at

THINGS = Ask(name="t", read=Arm(path="/things", api_version="1", per="tenant"), scope=TENANT)
USERS = Ask(name="u", read=Graph(path="/users"), scope=TENANT)
WRONG = "hunter2-not-the-secret"


async def test_a_wrong_secret_is_refused_with_its_code_and_never_shown(
    azure: FakeAzure, open_gateway: Open, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    with pytest.raises(GatewayError, match="client secret is wrong") as caught:
        await open_gateway(secret=WRONG).ask(THINGS, kept)

    assert caught.value.code == "credential_refused"
    assert "AADSTS7000215" in str(caught.value)
    assert azure.heard == []
    assert WRONG not in str(caught.value)
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert WRONG not in caplog.text


async def test_a_refusal_that_quotes_the_secret_is_not_quoted_by_us(
    azure: FakeAzure, open_gateway: Open, kept: Kept
) -> None:
    azure.echoes = True

    with pytest.raises(GatewayError) as caught:
        await open_gateway(secret=WRONG).ask(THINGS, kept)

    assert WRONG not in "".join(traceback.format_exception(caught.value))


async def test_a_machine_without_a_managed_identity_is_told(
    azure: FakeAzure, ca_file: Path, kept: Kept, passing: Time, monkeypatch: pytest.MonkeyPatch
) -> None:
    # azure-identity's own variable for where to ask; nobody listens there.
    monkeypatch.setenv("AZURE_POD_IDENTITY_AUTHORITY_HOST", f"http://127.0.0.1:{free_port()}")
    cloud = cloud_at(azure.base, ca_file)
    spec = CredentialSpec(kind="managed_identity", tenant_id=TENANT_ID)
    credential = open_credential(spec, cloud, now=passing.now)
    gateway = LiveGateway(cloud, credential, TENANT_ID, now=passing.now)

    with pytest.raises(GatewayError, match="no managed") as caught:
        await gateway.ask(THINGS, kept)
    await gateway.close()

    assert caught.value.code == "credential_refused"


async def test_a_token_reaches_no_log_error_or_exchange(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    azure.tell("/things", Told())

    (answer,) = await gateway.ask(THINGS, kept)

    token = azure.heard[0].headers["authorization"].removeprefix("Bearer ")
    assert token not in caplog.text
    assert token not in repr(answer)
    assert token not in repr(await gateway.principal())


async def test_an_audience_refused_alone_is_a_gap_and_the_rest_goes_on(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.token_errors["https://graph.test/.default"] = "AADSTS500011: unknown resource"
    azure.tell("/things", Told())

    (refused,) = await gateway.ask(USERS, kept)
    (answer,) = await gateway.ask(THINGS, kept)

    assert (refused.status, refused.fault) == (None, GapKind.DENIED)
    assert answer.status == 200


async def test_a_server_of_another_ca_is_told_apart_at_the_sign_in(
    azure: FakeAzure, open_gateway: Open, kept: Kept, tmp_path: Path
) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)

    with pytest.raises(GatewayError, match="set ca_file") as caught:
        await open_gateway(cloud=cloud_at(azure.base, other)).ask(THINGS, kept)

    assert caught.value.code == "untrusted_ca"


async def test_a_ca_file_that_is_none_is_told(
    azure: FakeAzure, open_gateway: Open, kept: Kept, tmp_path: Path
) -> None:
    with pytest.raises(GatewayError) as caught:
        await open_gateway(cloud=cloud_at(azure.base, tmp_path / "none.pem")).ask(THINGS, kept)

    assert caught.value.code == "untrusted_ca"


async def test_a_sign_in_host_that_does_not_answer_is_unreachable(
    open_gateway: Open, kept: Kept, ca_file: Path
) -> None:
    nobody = f"https://127.0.0.1:{free_port()}"

    with pytest.raises(GatewayError, match="does not answer") as caught:
        await open_gateway(cloud=cloud_at(nobody, ca_file)).ask(THINGS, kept)

    assert caught.value.code == "unreachable"


async def test_a_resource_manager_that_does_not_answer_is_unreachable(
    azure: FakeAzure, open_gateway: Open, kept: Kept, ca_file: Path
) -> None:
    nobody = f"https://127.0.0.1:{free_port()}"
    cloud = replace(cloud_at(azure.base, ca_file), resource_manager=nobody)

    with pytest.raises(GatewayError, match=nobody) as caught:
        await open_gateway(cloud=cloud).ask(THINGS, kept)

    assert caught.value.code == "unreachable"


async def test_one_host_of_many_that_does_not_answer_is_a_gap(
    azure: FakeAzure, open_gateway: Open, kept: Kept, ca_file: Path
) -> None:
    azure.tell("/things", Told())
    nobody = f"https://127.0.0.1:{free_port()}"
    gateway = open_gateway(cloud=replace(cloud_at(azure.base, ca_file), graph=nobody))

    await gateway.ask(THINGS, kept)
    (answer,) = await gateway.ask(USERS, kept)

    assert (answer.status, answer.fault) == (None, GapKind.UNAVAILABLE)


async def test_an_entrance_shows_no_token(gateway: LiveGateway) -> None:
    await gateway.principal()

    assert isinstance(gateway._entrance, Entrance)
    assert "eyJ" not in repr(gateway._entrance)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
