"""One request to the blob service as its operations read it, and their answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime

METADATA = "x-ms-meta-"


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A request whose token was accepted."""

    method: str
    account: str
    container: str
    """Empty for a request to the account."""
    blob: str
    """Empty for a request to the container."""
    query: Mapping[str, str]
    """Names in lower case."""
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes
    now: datetime
    base_url: str

    def metadata(self) -> dict[str, str]:
        """The x-ms-meta-* headers without their prefix."""
        return {
            name[len(METADATA) :].lower(): text
            for name, text in self.headers.items()
            if name.lower().startswith(METADATA)
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Reply:
    """What an operation answers."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


def http_date(instant: datetime) -> str:
    """An instant as HTTP writes it (RFC 9110, section 5.6.7)."""
    return format_datetime(instant.astimezone(UTC).replace(microsecond=0), usegmt=True)


def iso_date(instant: datetime) -> str:
    """An instant as storage writes it in x-ms-creation-time and in errors."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
