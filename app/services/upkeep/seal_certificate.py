"""The seal's certificate from the organisation's own CA: request and installation."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from app.db.rows.log import newest_event
from app.errors import NotFoundError, RefusedError, UnavailableError
from app.evidence.events.log_events import SealCertificateInstalled
from app.packs.verify.seals.signer import Signer, signer_of_der
from app.services.home.installation import Ports
from app.services.index.events import record_event
from app.trust.keys.keyring import SEAL_ROOTS
from app.trust.seals.certificate import (
    certificate_request,
    install_seal,
    links_to_root,
    read_certificates,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class InstalledSeal:
    """What seals from now on, and what auditors are to be told."""

    subject: str
    sha256: str
    """Of its certificate, as openssl prints it."""
    root_subject: str
    root_sha256: str
    valid_until: datetime
    former_sha256: str
    roots_file: Path
    """Every root that seals of this home lead to: what auditors give as `--root`."""


def write_request(ports: Ports, out: Path) -> str:
    """Write a PKCS#10 request for the seal's key; returns the subject that it asks for.

    Raises UnavailableError when it cannot be written, and what a key elsewhere raises.
    """
    made = certificate_request(ports.trust.sealer, ports.settings.organisation)
    try:
        out.write_bytes(made)
    except OSError as error:
        raise UnavailableError(f"{out} cannot be written: {error.strerror}") from error
    return x509.load_pem_x509_csr(made).subject.rfc4514_string()


def install_certificate(
    ports: Ports, certificate: Path, chain: Path | None, actor: str
) -> InstalledSeal:
    """Seal with the certificate that a CA made for the seal's key, from the log's next entry on.

    The entry comes first: after a crash the same command makes up for the rest. Former seals keep
    verifying, by the root that was theirs. Raises NotFoundError, UsageError, RefusedError
    (`seal_certificate_unfit`; `seal_in_vault`), WriterBusyError, UnavailableError.
    """
    if ports.settings.seal.kind == "key_vault":
        raise RefusedError(
            "the seal's key is in Key Vault and its certificate in the settings: put the new files "
            "under certificate and chain of [seal] in annexa.toml",
            code="seal_in_vault",
        )
    found = _read(certificate) + (_read(chain) if chain else [])
    links = links_to_root(found, ports.trust.seal.public_key(), ports.now())
    fact = _fact(links, ports.trust.seal)
    with ports.database.read() as session:
        told = newest_event(session, SealCertificateInstalled)
    if told is None or told.fact.sha256 != fact.sha256:
        record_event(ports, fact, actor=actor)
    try:
        install_seal(ports.trust.folder, links)
    except OSError as error:
        raise UnavailableError(
            f"the certificate cannot be written to {ports.trust.folder}: {error.strerror}; the log "
            "tells of it already, so run the same command again"
        ) from error
    own, root = _signer(links[0]), _signer(links[-1])
    return InstalledSeal(
        subject=own.subject,
        sha256=own.sha256,
        root_subject=root.subject,
        root_sha256=root.sha256,
        valid_until=fact.valid_until,
        former_sha256=_signer(ports.trust.seal).sha256,
        roots_file=ports.trust.folder / SEAL_ROOTS,
    )


def _fact(
    links: tuple[x509.Certificate, ...], former: x509.Certificate
) -> SealCertificateInstalled:
    return SealCertificateInstalled(
        subject=_signer(links[0]).subject,
        sha256=links[0].fingerprint(SHA256()).hex(),
        root_sha256=links[-1].fingerprint(SHA256()).hex(),
        former_sha256=former.fingerprint(SHA256()).hex(),
        valid_until=min(one.not_valid_after_utc for one in links),
    )


def _signer(certificate: x509.Certificate) -> Signer:
    return signer_of_der(certificate.public_bytes(Encoding.DER))


def _read(path: Path) -> list[x509.Certificate]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise NotFoundError(
            f"there is no certificate at {path}: {error.strerror}", code="file_unknown"
        ) from error
    return read_certificates(data, path)
