"""Entra ID as simulated: discovery, tokens and refusals."""

import base64
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CertificateCredential
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from simulator.process import SimulatorProcess


def claims_of(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def test_discovery_names_endpoints_on_the_host_that_was_asked(caller: Any) -> None:
    tenant = caller.process.tenant_id
    found = caller.http.get(f"/{tenant}/v2.0/.well-known/openid-configuration").json()
    assert found["token_endpoint"] == f"{caller.process.base_url}/{tenant}/oauth2/v2.0/token"
    assert found["issuer"].endswith(f"{tenant}/v2.0")
    instance = caller.http.get("/common/discovery/instance?api-version=1.1").json()
    assert instance["tenant_discovery_endpoint"].startswith(caller.process.base_url)


def test_a_token_says_who_it_is_for_and_ends_in_real_time(caller: Any) -> None:
    claims = claims_of(caller.token("graph"))
    assert claims["aud"] == "https://graph.microsoft.com"
    assert claims["tid"] == caller.process.tenant_id
    assert claims["appid"] == caller.process.client_id
    assert {"oid", "roles", "jti"} <= set(claims)
    assert claims["exp"] > time.time() + 3000
    assert abs(claims["iat"] - datetime(2026, 1, 15, 2, tzinfo=UTC).timestamp()) < 600


@pytest.mark.parametrize(
    ("changed", "status", "error", "number"),
    [
        ({"client_secret": "wrong"}, 401, "invalid_client", 7000215),
        ({"client_id": "00000000-0000-0000-0000-000000000001"}, 400, "unauthorized_client", 700016),
        ({"scope": "https://nowhere.example/.default"}, 400, "invalid_resource", 500011),
        ({"scope": "openid"}, 400, "invalid_scope", 1002012),
        ({"grant_type": "password"}, 400, "unsupported_grant_type", 70003),
    ],
)
def test_a_wrong_request_is_refused_as_entra_refuses(
    caller: Any, changed: dict[str, str], status: int, error: str, number: int
) -> None:
    answer = caller.http.post(
        f"/{caller.process.tenant_id}/oauth2/v2.0/token", data=caller.form(**changed)
    )
    body = answer.json()
    assert (answer.status_code, body["error"], body["error_codes"]) == (status, error, [number])
    assert body["error_description"].startswith(f"AADSTS{number}:")
    assert caller.process.client_secret not in answer.text


def test_another_tenant_is_not_found(caller: Any) -> None:
    answer = caller.http.post("/other.example/oauth2/v2.0/token", data=caller.form())
    assert answer.status_code == 400
    assert answer.json()["error_codes"] == [90002]


def test_a_secret_or_an_assertion_is_required(caller: Any) -> None:
    form = caller.form()
    del form["client_secret"]
    answer = caller.http.post(f"/{caller.process.tenant_id}/oauth2/v2.0/token", data=form)
    assert answer.json()["error_codes"] == [7000216]


def test_a_certificate_is_accepted(simulator: SimulatorProcess) -> None:
    with certificate_credential(simulator, make_certificate()) as credential:
        assert credential.get_token("https://management.azure.com/.default").token


def test_an_assertion_without_a_thumbprint_is_a_federated_one_and_refused(caller: Any) -> None:
    part = base64.urlsafe_b64encode(b'{"alg":"RS256"}').rstrip(b"=").decode()
    form = caller.form(client_assertion=f"{part}.{part}.{part}")
    answer = caller.http.post(f"/{caller.process.tenant_id}/oauth2/v2.0/token", data=form)
    assert answer.json()["error_codes"] == [70021]


def test_only_the_registered_certificate_opens_while_it_lasts(
    start_simulator: Callable[..., SimulatorProcess], tmp_path: Path
) -> None:
    registered = make_certificate()
    public = tmp_path / "registered.pem"
    public.write_bytes(registered[registered.index(b"-----BEGIN CERTIFICATE") :])
    with start_simulator(resources=40, subscriptions=1, client_certificate=public) as process:
        with certificate_credential(process, registered) as good:
            assert good.get_token("https://management.azure.com/.default").token
        with (
            certificate_credential(process, make_certificate()) as stranger,
            pytest.raises(ClientAuthenticationError, match=r"AADSTS700027.*not found"),
        ):
            stranger.get_token("https://management.azure.com/.default")


def test_an_expired_certificate_is_refused(
    start_simulator: Callable[..., SimulatorProcess], tmp_path: Path
) -> None:
    expired = make_certificate(ended=True)
    public = tmp_path / "expired.pem"
    public.write_bytes(expired[expired.index(b"-----BEGIN CERTIFICATE") :])
    with (
        start_simulator(resources=40, subscriptions=1, client_certificate=public) as process,
        certificate_credential(process, expired) as credential,
        pytest.raises(ClientAuthenticationError, match=r"AADSTS700027.*expired"),
    ):
        credential.get_token("https://management.azure.com/.default")


def certificate_credential(process: SimulatorProcess, pem: bytes) -> CertificateCredential:
    return CertificateCredential(
        process.tenant_id,
        process.client_id,
        certificate_data=pem,
        authority=process.base_url,
        disable_instance_discovery=True,
        connection_verify=str(process.ca_file),
    )


def make_certificate(*, ended: bool = False) -> bytes:
    """A private key and its own certificate, PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "annexa collector")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=30))
        .not_valid_after(now - timedelta(days=1) if ended else now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return secret + certificate.public_bytes(serialization.Encoding.PEM)
