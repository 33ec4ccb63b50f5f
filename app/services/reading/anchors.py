"""Trust anchors: what is handed to auditors out of band, and what verifies against nothing else."""

import base64
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from app.errors import UnavailableError
from app.packs.verify.seals.signer import signer_of_der
from app.services.home.installation import Ports
from app.services.log.checkpoint_time import dated, signed_at
from app.services.proof.whole_store import seal_root
from app.services.reading.witness_status import WitnessStatus, witness_statuses


@dataclass(frozen=True, kw_only=True, slots=True)
class Certificate:
    """Whose a certificate is."""

    subject: str
    """As `openssl x509 -noout -subject -nameopt RFC2253` prints it."""
    sha256: str
    """As `openssl x509 -noout -fingerprint -sha256` prints it."""
    valid_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldCheckpoint:
    """The newest checkpoint: whoever notes it can have proved later that the log only grew."""

    size: int
    root: str
    """Hexadecimal."""
    root_base64: str
    signed_at: datetime
    """By the clock of the collector."""
    stamped_at: str
    """By the time authority, with every digit that it gave; empty without a token."""
    authority: str
    assurance: str
    note: str
    """The signed note, whole."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchors:
    """What an auditor notes before the first bundle, by another way than the bundle."""

    organisation: str
    origin: str
    roots: tuple[Certificate, ...]
    """Of the seals, the newest first."""
    roots_file: Path
    seal: Certificate
    vkeys: tuple[str, ...]
    """Lines of log.vkey: the key in use, then each former one with its last size."""
    vkey_file: Path
    checkpoint: HeldCheckpoint | None
    """None while the log has none."""
    witnesses: tuple[WitnessStatus, ...]
    """Who cosigns it; auditors take their keys from them, and compare."""
    at: datetime


def anchors_of(ports: Ports) -> Anchors:
    """The anchors as they are now. Raises UnavailableError for a root that cannot be read."""
    roots_file = seal_root(ports.home)
    try:
        roots = x509.load_pem_x509_certificates(roots_file.read_bytes())
    except OSError as error:
        raise UnavailableError(f"{roots_file} cannot be read: {error.strerror}") from error
    key = ports.trust.log.key
    return Anchors(
        organisation=ports.settings.organisation,
        origin=ports.trust.origin,
        roots=tuple(_certificate(one) for one in roots),
        roots_file=roots_file,
        seal=_certificate(ports.trust.seal),
        vkeys=tuple(str(one) for one in (key, *key.former)),
        vkey_file=ports.home / "trust" / "log.vkey",
        checkpoint=_newest(ports),
        witnesses=witness_statuses(ports),
        at=ports.now(),
    )


def _certificate(found: x509.Certificate) -> Certificate:
    told = signer_of_der(found.public_bytes(Encoding.DER))
    return Certificate(
        subject=told.subject, sha256=told.sha256, valid_until=found.not_valid_after_utc
    )


def _newest(ports: Ports) -> HeldCheckpoint | None:
    checkpoint = ports.open_log().checkpoint
    if checkpoint is None:
        return None
    facts = dated(checkpoint, ports.known_authorities)
    return HeldCheckpoint(
        size=checkpoint.size,
        root=checkpoint.root.hex(),
        root_base64=base64.b64encode(checkpoint.root).decode(),
        signed_at=signed_at(ports.store, checkpoint.size),
        stamped_at=facts.exact,
        authority=" and ".join((facts.authority, *facts.also)) if facts.at else "",
        assurance=facts.assurance,
        note=checkpoint.note.decode(),
    )
