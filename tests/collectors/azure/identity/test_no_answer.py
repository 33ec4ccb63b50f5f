"""A token endpoint that fails says nothing of the credential: it is told so, and asked again."""

from types import SimpleNamespace
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError

from app.errors import UnavailableError
from app.store.azure.errors import azure_errors
from app.trust.keys.key_vault import _said
from collectors.azure.identity.sign_in import Kind, did_not_answer, refused
from tests.collectors.azure.fake_azure import cloud_at

CLOUD = cloud_at("https://login.test", None)
KINDS: tuple[Kind, ...] = ("secret", "certificate", "managed", "federated")
SILENT = (("Internal Server Error", s) for s in (500, 502, 503, 504, 408, 200))
SPOKEN = (("AADSTS7000215: x", 401), ("invalid_request", 400), ("no", 403), ("AADSTS700016", None))


def error(text: str, status: int | None) -> ClientAuthenticationError:
    answer = SimpleNamespace(status_code=status, reason="x", headers={}, text=lambda: "")
    response: Any = answer if status else None
    return ClientAuthenticationError(message=text, response=response)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("text", "status"), [*SILENT, ("Unexpected response from Microsoft Entra ID: {}", None)]
)
def test_no_answer_is_no_refusal(text: str, status: int | None, kind: Kind) -> None:
    silent = error(text, status)

    told = refused(silent, CLOUD, kind)

    assert told.code == "unreachable"
    assert "the token endpoint did not answer" in str(told)
    assert "refused" not in str(told)
    with pytest.raises(UnavailableError, match="the token endpoint did not answer"):
        _store(silent)
    key = _said("https://v.test/keys/k/0", silent)
    assert (key.kind, key.status) == ("key_unreachable", 503)


@pytest.mark.parametrize(("text", "status"), SPOKEN)
def test_a_refusal_stays_one(text: str, status: int | None) -> None:
    spoken = error(text, status)

    assert not did_not_answer(spoken)
    assert refused(spoken, CLOUD, "secret").code == "credential_refused"
    with pytest.raises(UnavailableError, match="did not accept the credential"):
        _store(spoken)
    assert _said("https://v.test/keys/k/0", spoken).kind == "key_denied"


def test_a_machine_without_an_identity_is_no_silent_endpoint() -> None:
    assert not did_not_answer(CredentialUnavailableError(message="no managed identity endpoint"))


def _store(error: ClientAuthenticationError) -> None:
    with azure_errors("https://a.blob.test/c"):
        raise error
