"""What a pack is told about its audit, connection, store and seal: plain facts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.controls.catalogue import Catalogue, Crosswalk
from app.controls.expectations import Expectation
from app.controls.observed import Night
from app.evidence.basis import BasisChange
from collectors.kit import Collector


@dataclass(frozen=True, kw_only=True, slots=True)
class Engagement:
    """The audit a pack is made for."""

    name: str
    auditor: str
    scope: str
    """Statement of scope in the organisation's words; blank lines part paragraphs."""
    first: date
    last: date
    """Last day of the period, inclusive."""
    framework: str = "ISO/IEC 27001:2022"


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionFacts:
    """The tenant the evidence comes from, and who collected it."""

    name: str
    tenant_id: str
    cloud: str
    principal: str
    """Identity that collected, as Azure knows it."""
    subscriptions: tuple[tuple[str, str], ...]
    """Id and display name of each subscription in scope."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stamp:
    """An RFC 3161 token over the checkpoint."""

    time: datetime
    authority: str
    assurance: str
    """`development` proves nothing about time; anything else names a real authority's kind."""
    exact: str = ""
    """The same time as RFC 3339 text, with every digit that the authority gave."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointFacts:
    """The signed tree head that covers every record of the pack."""

    origin: str
    size: int
    root_b64: str
    root_hex: str
    note: str
    """The signed note, whole (C2SP tlog-checkpoint)."""
    signed_at: datetime
    stamp: Stamp | None
    """None when no time authority answered."""
    clock: str = ""
    """How far the collector's clock was from Azure's over the period."""


@dataclass(frozen=True, kw_only=True, slots=True)
class GivenOut:
    """Checkpoints that somebody holds, or that a witness cosigned: one row for each."""

    what: str
    """`checkpoint sent`, `pack issued` or `cosigned by`."""
    whom: str
    times: int
    first: datetime
    first_size: int
    """Entries of the first checkpoint."""
    last: datetime
    last_size: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreFacts:
    """Where sealed objects lie, and what protects them there."""

    label: str
    """For people: `Azure Blob, locked immutability policy` or `local, tamper-evident only`."""
    write_once: bool
    """True when the store itself refuses overwriting and deleting."""
    detail: str = ""
    """One sentence: what the store told of its protection; never more than was read back."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Limits:
    """What the evidence cannot know, in sentences."""

    scope: tuple[str, ...] = ()
    """How far the collecting identity's rights reach."""
    lost: tuple[str, ...] = ()
    """What the newest night could no longer see of what nights before saw."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Command:
    """A line for a shell, and what it shows."""

    line: str
    shows: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Criteria:
    """What the evidence is judged and sorted by."""

    collectors: Sequence[Collector]
    catalogue: Catalogue
    crosswalk: Crosswalk
    expectations: Mapping[str, Expectation]
    not_applicable: Mapping[str, str]
    """Statement of Applicability: control id and the reason why it does not apply."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """One issue of a pack: for whom, of what, and under which seal."""

    pack_id: str
    organisation: str
    engagement: Engagement
    connection: ConnectionFacts
    store: StoreFacts
    checkpoint: CheckpointFacts
    commands: Sequence[Command]
    tool_version: str
    generated_at: datetime
    """When it is issued; its period is cut there."""
    names_of: datetime | None = None
    """Night of which the names of people and applications are; None when none is known."""
    waiting: Sequence[Night] = ()
    """Nights that are due and not begun: no assessment counts them, the calendar shows them."""
    limits: Limits = Limits()
    given_out: Sequence[GivenOut] = ()
    """Who holds checkpoints of this log, as far as the entries under the checkpoint tell."""
    changes: Sequence[BasisChange] = ()
    """What judged nights of the period and not the night before them."""
