"""The evidence record: who collected what, from where, when, and with what outcome.

Its canonical bytes are a leaf of the log. One record speaks for one collector in one scope and
night. A second kind of entry, the event, tells everything else that happened to the log.

Store keys: `raw/sha256/<digest>` raw bodies, `derived/sha256/<digest>` verdicts and expectations,
`rules/sha256/<digest>` the rules' source code, `entry/<seq>` canonical records and events.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from app.evidence.canonical import canonical
from app.evidence.chain import CHAIN, Link

RECORD_SCHEMA = "urn:annexa:record:v1"
EVENT_SCHEMA = "urn:annexa:event:v1"


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryPlace:
    """Where an entry stands in the log."""

    seq: int
    prev_sha256: str | None
    """SHA-256 of the previous entry's canonical bytes; None for entry 0."""
    link: Callable[["Event"], Link] | None = None
    """Where an event of this place stands in its chain; None: no chains are kept."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened to the log or the evidence, other than a collection, as sealed.

    `app.evidence.events` has a type for what each kind says.
    """

    kind: str
    at: datetime
    actor: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    chain: str = field(default="", compare=False)
    """Id of the connection in whose chain it is to stand; empty: in none."""
    begins: bool = field(default=False, compare=False)
    """Whether that chain begins with it."""

    def sealed(self, place: EntryPlace) -> bytes:
        """Canonical bytes at this place."""
        entry: dict[str, Any] = {
            "schema": EVENT_SCHEMA,
            "seq": place.seq,
            "prev_sha256": place.prev_sha256,
            "kind": self.kind,
            "at": utc(self.at),
            "actor": self.actor,
            "detail": dict(self.detail),
        }
        if self.chain and place.link is not None:
            entry[CHAIN] = place.link(self).detail()
        return canonical(entry)


def sealed_event(entry: Mapping[str, Any]) -> Event:
    """An entry of the log, of the schema of events, as the event it is."""
    at = instant(entry["at"])
    return Event(kind=entry["kind"], at=at, actor=entry["actor"], detail=entry["detail"])


def utc(instant: datetime) -> str:
    """Instant as RFC 3339 UTC with milliseconds. Raises ValueError for a naive datetime."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs a time zone")
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def instant(text: str) -> datetime:
    """The inverse of `utc`."""
    return datetime.fromisoformat(text)


def entry_key(seq: int) -> str:
    """Store key of an entry: three digits a folder, so that no folder grows without end."""
    return "entry/" + _path(seq)


def raw_key(digest: str) -> str:
    """Store key of a raw body."""
    return f"raw/sha256/{digest[:2]}/{digest}"


def derived_key(digest: str) -> str:
    """Store key of items or verdicts computed from raw pages."""
    return f"derived/sha256/{digest[:2]}/{digest}"


def rules_key(digest: str) -> str:
    """Store key of the source code of the rules that a record was judged with."""
    return f"rules/sha256/{digest[:2]}/{digest}"


def _path(seq: int) -> str:
    digits = f"{seq:012d}"
    return "/".join(digits[i : i + 3] for i in range(0, 12, 3)) + ".json"
