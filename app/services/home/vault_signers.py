"""Keys that the settings put into Azure Key Vault, opened for signing."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from app.errors import UnavailableError, UsageError
from app.settings import LogKeySettings, SealSettings, Settings, VaultSettings
from app.trust.keys.certificates import revokes_for
from app.trust.keys.key_vault import VaultKey
from app.trust.keys.keyring import RemoteKeys
from app.trust.keys.signers import CertifiedKey, SealSigner, SigningKey

if TYPE_CHECKING:
    from azure.keyvault.keys.crypto import CryptographyClient

Clock = Callable[[], datetime]
_PEM = b"-----BEGIN "
_TRIES = 3
"""How often the SDK asks again after 429 and 5xx, keeping to Retry-After."""


def remote_keys(settings: Settings, home: Path, now: Clock) -> RemoteKeys:
    """The signers whose keys are in Key Vault; asks nothing of it yet.

    Files are looked for in the home folder. Raises UsageError for files that do not fit,
    UnavailableError for those that cannot be read, RefusedError for a bad credential.
    """
    return RemoteKeys(
        log=_log_key(settings.log_key, home, now),
        seal=_seal_signer(settings.seal, home, now),
    )


def _log_key(settings: LogKeySettings, home: Path, now: Clock) -> SigningKey | None:
    if settings.kind == "local" or settings.public_key is None:
        return None
    path = home / settings.public_key
    try:
        public = load_pem_public_key(_read(path))
    except ValueError as error:
        raise UsageError(
            f"{path} is no public key in PEM; write it with: az keyvault key download",
            code="key_invalid",
        ) from error
    return VaultKey(
        key_id=settings.key_id, public=_p256(public, path), client=_client(settings, now)
    )


def _seal_signer(settings: SealSettings, home: Path, now: Clock) -> SealSigner | None:
    if settings.kind == "local" or settings.certificate is None:
        return None
    path = home / settings.certificate
    certificate = _certificates(path)[0]
    chain = tuple(one for file in settings.chain for one in _certificates(home / file))
    _refuse_broken(certificate, chain, path)
    lists = tuple(_revocations(home / file, chain) for file in settings.revocation_lists)
    public = _p256(certificate.public_key(), path)
    key = VaultKey(key_id=settings.key_id, public=public, client=_client(settings, now))
    return CertifiedKey(signing=key, certificate=certificate, chain=chain, revocations=lists)


def _client(settings: VaultSettings, now: Clock) -> "CryptographyClient":
    from azure.keyvault.keys.crypto import CryptographyClient

    from app.services.home.azure_cloud import cloud_of
    from app.services.home.azure_identity import credential_of

    cloud = cloud_of(settings)
    trusted = {} if cloud.ca_file is None else {"connection_verify": str(cloud.ca_file)}
    return CryptographyClient(
        settings.key_id, credential_of(settings, cloud, now), retry_total=_TRIES, **trusted
    )


def _refuse_broken(
    certificate: x509.Certificate, chain: tuple[x509.Certificate, ...], path: Path
) -> None:
    """From the seal's certificate to a self-signed one, each issued by the next."""
    links = (certificate, *chain)
    for below, above in zip(links, (*links[1:], links[-1]), strict=True):
        try:
            below.verify_directly_issued_by(above)
        except (ValueError, TypeError, InvalidSignature) as error:
            raise UsageError(
                f"{path} does not lead to a root: `chain` under [seal] lists its issuers in "
                "order, the root last",
                code="key_invalid",
            ) from error


def _revocations(path: Path, chain: tuple[x509.Certificate, ...]) -> x509.CertificateRevocationList:
    data = _read(path)
    try:
        load = x509.load_pem_x509_crl if data.startswith(_PEM) else x509.load_der_x509_crl
        found = load(data)
    except ValueError as error:
        raise UsageError(f"{path} is no revocation list", code="key_invalid") from error
    if not any(revokes_for(found, issuer) for issuer in chain):
        raise UsageError(
            f"{path} is of none of the issuers that `chain` under [seal] lists",
            code="key_invalid",
        )
    return found


def _certificates(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(_read(path))
    except ValueError as error:
        raise UsageError(f"{path} is not a PEM certificate", code="key_invalid") from error


def _p256(public: object, path: Path) -> ec.EllipticCurvePublicKey:
    if isinstance(public, ec.EllipticCurvePublicKey) and public.curve.name == "secp256r1":
        return public
    raise UsageError(
        f"{path} is not of an ECDSA key on P-256; make one with: az keyvault key create "
        "--kty EC --curve P-256",
        code="key_invalid",
    )


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnavailableError(f"{path} cannot be read: {error.strerror}") from error
