"""Each cause of a missing token has its own sentence, fitting the kind of credential."""

from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError
from azure.identity.aio import (
    CertificateCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
)

from collectors.azure.gateway import Ask
from collectors.azure.identity.sign_in import Kind, kind_of, refused
from collectors.azure.live import LiveGateway
from collectors.kit import TENANT, Arm, GapKind, Graph
from tests.collectors.azure.fake_azure import FakeAzure, Kept, Told, cloud_at

CLOUD = cloud_at("https://login.test", None)
THINGS = Ask(name="t", read=Arm(path="/things", api_version="1", per="tenant"), scope=TENANT)
USERS = Ask(name="u", read=Graph(path="/users"), scope=TENANT)


def error(text: str, status: int = 400, **kind: bool) -> ClientAuthenticationError:
    made = CredentialUnavailableError if kind.get("unavailable") else ClientAuthenticationError
    response: Any = SimpleNamespace(status_code=status, reason="x", headers={})
    return made(message=text, response=response)


SENTENCES: dict[str, tuple[ClientAuthenticationError, Kind, str, tuple[str, ...]]] = {
    "a wrong secret": (error("AADSTS7000215: x"), "secret", "credential_refused", ("not its id",)),
    "an old secret": (error("AADSTS7000222: x"), "secret", "credential_refused", ("new secret",)),
    "an unknown certificate": (
        error("AADSTS700027: x"),
        "certificate",
        "credential_refused",
        ("upload the certificate",),
    ),
    "an unknown application": (
        error("AADSTS700016: x"),
        "secret",
        "credential_refused",
        ("tenant and client id",),
    ),
    "conditional access": (error("AADSTS53003: x"), "secret", "credential_refused", ("policy",)),
    "an old federated token": (
        error("AADSTS700024: x"),
        "federated",
        "credential_refused",
        ("clock",),
    ),
    "no federated credential": (
        error("AADSTS700213: x"),
        "federated",
        "credential_refused",
        ("federated credentials",),
    ),
    "no managed identity": (
        error("no response from the IMDS endpoint.", unavailable=True),
        "managed",
        "credential_refused",
        ("offers no managed identity",),
    ),
    "another managed identity": (
        error("The requested identity has not been assigned to this resource.", unavailable=True),
        "managed",
        "credential_refused",
        ("not assigned to this machine",),
    ),
    "a managed identity that is refused": (
        error("Unexpected response", 403),
        "managed",
        "credential_refused",
        ("assigned to this machine",),
    ),
    "entra is busy": (error("x", 429), "secret", "sign_in_throttled", ("too often", "later")),
    "entra is busy by code": (
        error("AADSTS90055: x"),
        "certificate",
        "sign_in_throttled",
        ("too often",),
    ),
    "the identity service is busy": (
        error("x", 429, unavailable=True),
        "managed",
        "sign_in_throttled",
        ("this machine's identity service",),
    ),
    "entra is down": (error("x", 503), "secret", "unreachable", ("HTTP 503", "later")),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_each_cause_has_its_code_and_its_advice(case: str) -> None:
    cause, kind, code, parts = SENTENCES[case]

    found = refused(cause, CLOUD, kind)

    assert found.code == code
    assert str(found).endswith(".")
    assert all(part in str(found) for part in parts)


@pytest.mark.parametrize("case", SENTENCES)
def test_a_machine_s_identity_is_never_told_to_check_a_secret(case: str) -> None:
    cause, kind, _, _ = SENTENCES[case]
    if kind in ("managed", "federated"):
        assert "secret" not in str(refused(cause, CLOUD, kind))


def test_no_two_causes_share_a_sentence() -> None:
    told = [str(refused(cause, CLOUD, kind)) for cause, kind, _, _ in SENTENCES.values()]
    assert len(set(told)) == len(told)


def test_the_kind_is_that_of_the_credential() -> None:
    assert kind_of(ClientSecretCredential("t", "c", "s")) == "secret"
    assert kind_of(ManagedIdentityCredential()) == "managed"
    assert kind_of(object.__new__(CertificateCredential)) == "certificate"


async def test_an_audience_that_is_throttled_is_told_apart_from_one_that_is_refused(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.token_errors["https://graph.test/.default"] = "AADSTS90055: too many requests"
    azure.tell("/things", Told())

    (busy,) = await gateway.ask(USERS, kept)
    (answer,) = await gateway.ask(THINGS, kept)

    assert (busy.status, busy.fault) == (None, GapKind.THROTTLED)
    assert answer.status == 200
