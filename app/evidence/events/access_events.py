"""Who may read: tokens of the API, and packs given to auditors."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import ClassVar

from app.evidence.events.fact import Fact
from app.evidence.events.shape import SELDOM, named


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenCreated(Fact):
    """A token opens the API from here on."""

    KIND: ClassVar[str] = "token_created"
    id: str
    name: str
    scopes: tuple[str, ...]
    secret_sha256: str
    expires_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenRevoked(Fact):
    """It opens nothing any more."""

    KIND: ClassVar[str] = "token_revoked"
    id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PackDrawn(Fact):
    """A pack was drawn and its PDF sealed, before the checkpoint that its bundle carries.

    It binds every file of the bundle that is neither an entry, nor named by a record, nor of the
    log itself: whoever changes one of them needs another entry.
    """

    KIND: ClassVar[str] = "pack_drawn"
    CHAINED: ClassVar[bool] = True
    pack_id: str
    connection_id: str
    engagement: str
    first: date
    """First day of the period, in UTC."""
    last: date
    """Last day of the period."""
    evidence_size: int
    """Entries under the checkpoint over its evidence, which the PDF names."""
    evidence_root: str
    """Root of that checkpoint, hexadecimal."""
    files: Mapping[str, str]
    """SHA-256, hexadecimal, by name in the bundle."""

    @property
    def chain(self) -> str:
        """That of its connection: what the bundle holds of it is whole back from here."""
        return self.connection_id


@dataclass(frozen=True, kw_only=True, slots=True)
class PackIssued(Fact):
    """A pack and its bundle were sealed."""

    KIND: ClassVar[str] = "pack_issued"
    pack_id: str
    connection_id: str
    engagement: str
    first: datetime = field(metadata=named("from"))
    """Midnight, in UTC, that its first day begins with."""
    last: datetime = field(metadata=named("to"))
    """Midnight, in UTC, that its last day begins with."""
    checkpoint_size: int
    pdf_path: str
    """From the home, as `bundle_path`."""
    bundle_path: str
    bundle_sha256: str
    issued_at: datetime | None = field(default=None, metadata=SELDOM)
    """None: not told; it was issued about when the event was sealed."""
    sealed_at: datetime | None = field(default=None, metadata=SELDOM)
    """When the checkpoint over its evidence was signed; None: not told."""
    auditor: str | None = field(default=None, metadata=SELDOM)
    """For whom; None: not told."""
