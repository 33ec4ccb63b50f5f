"""Credentials: chosen by name, looked at before use, and never shown."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.identity.aio import (
    CertificateCredential,
    ClientSecretCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from collectors.azure.gateway import Ask
from collectors.azure.identity.credentials import CredentialSpec, open_credential
from collectors.azure.live import LiveGateway
from collectors.kit import TENANT, Arm
from collectors.kit.errors import GatewayError
from tests.collectors.azure.fake_azure import CLIENT, FakeAzure, Kept, Time, Told, cloud_at
from tests.collectors.azure.fake_azure import TENANT as TENANT_ID

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
CLOUD = cloud_at("https://login.test", None)
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


def certificate(begins: datetime, ends: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "annexa")])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(ends)
        .sign(KEY, hashes.SHA256())
    )


GOOD = certificate(NOW - timedelta(days=1), NOW + timedelta(days=1))
EXPIRED = certificate(NOW - timedelta(days=9), NOW - timedelta(days=1))
EARLY = certificate(NOW + timedelta(days=1), NOW + timedelta(days=9))


def pem(of: x509.Certificate) -> bytes:
    key = KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return of.public_bytes(Encoding.PEM) + key


def pfx(of: x509.Certificate, password: str) -> bytes:
    hidden = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"annexa", KEY, of, None, hidden)


def spec(folder: Path, data: bytes, password_env: str | None = None) -> CredentialSpec:
    path = folder / f"client-{len(data)}.pem"
    path.write_bytes(data)
    return CredentialSpec(
        kind="certificate_file",
        tenant_id=TENANT_ID,
        client_id=CLIENT,
        file=path,
        password_env=password_env,
    )


def refused(of: CredentialSpec, environ: dict[str, str] | None = None) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        open_credential(of, CLOUD, now=lambda: NOW, environ=environ or {})
    assert str(caught.value).endswith(".")
    return caught.value


async def test_each_kind_opens_its_own_credential_and_no_other(tmp_path: Path) -> None:
    token_file = tmp_path / "federated.jwt"
    token_file.write_text("x")
    ids = {"tenant_id": TENANT_ID, "client_id": CLIENT}
    kinds = {
        ClientSecretCredential: CredentialSpec(kind="secret_env", secret_env="S", **ids),
        CertificateCredential: spec(tmp_path, pem(GOOD)),
        ManagedIdentityCredential: CredentialSpec(kind="managed_identity", **ids),
        WorkloadIdentityCredential: CredentialSpec(
            kind="workload_identity", file=token_file, **ids
        ),
    }
    for kind, wanted in kinds.items():
        credential = open_credential(wanted, CLOUD, now=lambda: NOW, environ={"S": "hush"})
        assert type(credential) is kind
        await credential.close()


async def test_a_certificate_signs_in(
    azure: FakeAzure, ca_file: Path, kept: Kept, tmp_path: Path, passing: Time
) -> None:
    for of, environ in (
        (spec(tmp_path, pem(GOOD)), {}),
        (spec(tmp_path, pfx(GOOD, "open"), "P"), {"P": "open"}),
    ):
        cloud = cloud_at(azure.base, ca_file)
        credential = open_credential(of, cloud, now=passing.now, environ=environ)
        gateway = LiveGateway(cloud, credential, TENANT_ID, now=passing.now)
        azure.tell("/things", Told())
        read = Arm(path="/things", api_version="1", per="tenant")

        (answer,) = await gateway.ask(Ask(name="t", read=read, scope=TENANT), kept)
        await gateway.close()

        assert answer.status == 200
        assert "client_assertion" in azure.tokens[-1]


def test_an_expired_certificate_is_told_before_it_is_used(tmp_path: Path) -> None:
    for of, environ in (
        (spec(tmp_path, pem(EXPIRED)), {}),
        (spec(tmp_path, pfx(EXPIRED, "open"), "P"), {"P": "open"}),
    ):
        error = refused(of, environ)
        assert error.code == "certificate_expired"
        assert "expired on 2026-11-22" in str(error)


def test_a_certificate_of_the_future_is_refused(tmp_path: Path) -> None:
    error = refused(spec(tmp_path, pem(EARLY)))
    assert (error.code, "not valid before 2026-11-24" in str(error)) == ("credential_refused", True)


@pytest.mark.parametrize(
    "data",
    [b"", b"nonsense", pem(GOOD)[:300], GOOD.public_bytes(Encoding.PEM), pfx(GOOD, "other")],
    ids=["empty", "nonsense", "cut", "no key", "other password"],
)
def test_a_file_without_a_usable_certificate_is_refused(tmp_path: Path, data: bytes) -> None:
    error = refused(spec(tmp_path, data, "P"), {"P": "hush-hush"})
    assert error.code == "credential_refused"
    assert "hush-hush" not in str(error)


def test_a_certificate_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    of = spec(tmp_path, pem(GOOD))
    assert of.file is not None
    of.file.unlink()
    assert "cannot be read" in str(refused(of))


@pytest.mark.parametrize("environ", [{}, {"S": ""}], ids=["unset", "empty"])
def test_a_secret_that_is_not_set_names_its_variable(environ: dict[str, str]) -> None:
    of = CredentialSpec(
        kind="secret_env", tenant_id=TENANT_ID, client_id=CLIENT, secret_env="ANNEXA_S"
    )
    error = refused(of, environ)
    assert error.code == "credential_refused"
    assert "ANNEXA_S is not set" in str(error)


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        (CredentialSpec(kind="secret_env", tenant_id="t", secret_env="S"), "no client id"),
        (CredentialSpec(kind="secret_env", tenant_id="t", client_id="c"), "names no variable"),
        (
            CredentialSpec(kind="secret_env", tenant_id="a b/c", client_id="c", secret_env="S"),
            "check the form",
        ),
        (CredentialSpec(kind="certificate_file", tenant_id="t", client_id="c"), "certificate file"),
        (
            CredentialSpec(
                kind="workload_identity", tenant_id="t", client_id="c", file=Path("/no")
            ),
            "cannot be read",
        ),
    ],
    ids=["client id", "variable", "tenant", "file", "token file"],
)
def test_an_incomplete_reference_is_refused(of: CredentialSpec, sentence: str) -> None:
    assert sentence in str(refused(of, {"S": "hush-hush"}))


def test_a_reference_shows_no_secret() -> None:
    of = CredentialSpec(kind="secret_env", tenant_id="t", client_id="c", secret_env="S")
    credential = open_credential(of, CLOUD, now=lambda: NOW, environ={"S": "hush-hush"})
    assert "hush-hush" not in repr(of) + repr(credential)


OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
CURVE = ec.generate_private_key(ec.SECP256R1())


def signed(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, name: str) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(8)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )


def text(of: x509.Certificate) -> bytes:
    return of.public_bytes(Encoding.PEM)


def protected(of: x509.Certificate) -> bytes:
    hidden = BestAvailableEncryption(b"open")
    return text(of) + KEY.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, hidden)


CURVED = signed(CURVE, "curve")
CURVED_PEM = text(CURVED) + CURVE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
CURVED_PFX = pkcs12.serialize_key_and_certificates(b"c", CURVE, CURVED, None, NoEncryption())
CA = signed(OTHER_KEY, "ca")
UNUSABLE: dict[str, tuple[bytes, dict[str, str], str]] = {
    "a key on a curve": (CURVED_PEM, {}, "not RSA"),
    "a key on a curve in PKCS#12": (CURVED_PFX, {}, "not RSA"),
    "the CA first": (text(CA) + pem(GOOD), {}, "put the client's own first"),
    "another's certificate": (text(CA) + pem(GOOD)[len(text(GOOD)) :], {}, "belongs to its"),
    "a password missing": (protected(GOOD), {}, "needs a password"),
    "a password too many": (pem(GOOD), {"P": "open"}, "yet a password is"),
    "another password": (protected(GOOD), {"P": "shut"}, "this password opens"),
}


@pytest.mark.parametrize("case", UNUSABLE)
def test_each_cause_has_a_sentence_of_its_own(tmp_path: Path, case: str) -> None:
    data, environ, part = UNUSABLE[case]
    error = refused(spec(tmp_path, data, "P" if environ else None), environ)
    assert error.code == "credential_refused"
    assert part in str(error)


def test_the_client_first_and_its_ca_after_it_is_fine(tmp_path: Path) -> None:
    of = spec(tmp_path, pem(GOOD) + text(CA))
    credential = open_credential(of, CLOUD, now=lambda: NOW, environ={})
    assert type(credential) is CertificateCredential
