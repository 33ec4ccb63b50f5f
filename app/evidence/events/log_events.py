"""What happened to the log itself: made, given a new key, its checkpoints sent to others."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from app.evidence.events.fact import Fact


@dataclass(frozen=True, kw_only=True, slots=True)
class LogCreated(Fact):
    """The first entry of every log."""

    KIND: ClassVar[str] = "log_created"
    organisation: str
    origin: str
    """Name of the log in its checkpoints."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogKeyRotated(Fact):
    """The log gets a new key; the checkpoint over this entry is the last one of the old key."""

    KIND: ClassVar[str] = "log_key_rotated"
    old_vkey: str
    new_vkey: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogKeyInUse(Fact):
    """The checkpoint over this entry is the first one of the new key."""

    KIND: ClassVar[str] = "log_key_in_use"
    vkey: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ClockCorrected(Fact):
    """The clock of whoever writes had run ahead: entries before this one claim times to come.

    Or behind: then `ahead` is before `corrected`, and entries claim times before those they follow.
    An entry before it that steps back from a time up to `ahead` is honest; later ones are not.
    """

    KIND: ClassVar[str] = "clock_corrected"
    ahead: datetime
    """The newest time that an entry before it claims."""
    corrected: datetime
    """What the clock shows now."""
    vouched_at: datetime | None
    """What time it is by somebody else's word; None: by a person's, who says so in `why`."""
    vouched_by: str
    """Whose word: a time authority's name, or Azure; empty for none."""
    why: str
    by: str
    """A replica, or the account of the computer that said so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogResumed(Fact):
    """Somebody let the log go on where nothing remembered it, as after a restore."""

    KIND: ClassVar[str] = "log_resumed"
    entries: int
    """How many it had then."""
    known_size: int | None
    """Size of the newest checkpoint that was shown, which it continues; None: none was."""
    known_root: str | None
    """Root of that checkpoint, hexadecimal."""
    by: str
    """Account of the computer that said so."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SealCertificateInstalled(Fact):
    """Packs and bundles are sealed with another certificate from here on; the key is the same."""

    KIND: ClassVar[str] = "seal_certificate_installed"
    subject: str
    """As `openssl x509 -noout -subject -nameopt RFC2253` prints it."""
    sha256: str
    """Of the certificate, hexadecimal."""
    root_sha256: str
    """Of the root that it leads to."""
    former_sha256: str
    """Of the certificate that sealed before."""
    valid_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OfNotice(Fact):
    """What became of one notice of a checkpoint."""

    notice: str
    """Its name in the settings."""
    checkpoint_size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointSent(OfNotice):
    """A checkpoint was sent to whoever is to hold one."""

    KIND: ClassVar[str] = "checkpoint_sent"


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointNotSent(OfNotice):
    """It could not be sent; told once a checkpoint and notice."""

    KIND: ClassVar[str] = "checkpoint_not_sent"
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointCosigned(Fact):
    """A witness cosigned a checkpoint; its signature lies beside the checkpoint in the store."""

    KIND: ClassVar[str] = "checkpoint_cosigned"
    witness: str
    """Its name in the settings."""
    checkpoint_size: int
    cosigned_at: datetime
    """By the witness's clock."""
