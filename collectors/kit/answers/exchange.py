"""One HTTP exchange with Azure, as it happened: the raw bytes and where they came from."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collectors.kit.spec import GapKind


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """A try that was not the last: what Azure answered and how long we waited after it."""

    status: int | None
    waited: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Exchange:
    """The final answer to one request (a page), with its provenance.

    `body` is byte for byte what Azure sent (requests ask for identity encoding). It is empty when
    nothing arrived; `fault` then says why. Header names are lower case; only the provenance
    headers are kept (`collectors.azure.transport.provenance`). `url` never carries a token or a
    signature.
    """

    read: str
    """Name of the collector's read this page answers."""
    subject: str | None
    """Resource or subscription id it was asked for; None for tenant-wide reads."""
    method: str
    url: str
    api_version: str
    request_body: bytes | None = None
    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes
    started_at: datetime
    finished_at: datetime
    attempts: tuple[Attempt, ...] = ()
    fault: GapKind | None = None
    """Set when the transport failed after all tries (timeout, truncated, unavailable)."""
