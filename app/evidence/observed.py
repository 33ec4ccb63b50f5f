"""What the nights showed: the plain facts an assessment is made of."""

from dataclasses import dataclass
from datetime import datetime

from app.evidence.run_state import RunState
from collectors.kit import GapKind, Status


@dataclass(frozen=True, kw_only=True, slots=True)
class Night:
    """One slot of a connection and what became of it."""

    slot: datetime
    state: RunState
    run_id: str | None
    finished_at: datetime | None
    detail: str = ""
    """Why a night was missed or failed; empty otherwise."""
    trigger: str = "scheduled"
    """scheduled, catch_up, or manual: a manual run is no night of the schedule."""
    started_at: datetime | None = None
    """When it began to be collected; None for one that never did, or where nobody knows."""

    @property
    def manual(self) -> bool:
        """True for a run that somebody asked for."""
        return self.trigger == "manual"

    @property
    def collected(self) -> bool:
        """True when it was completed, gaps or not."""
        return self.state.complete


@dataclass(frozen=True, kw_only=True, slots=True)
class Former:
    """What other rules said of a verdict: it differs by the rules, not by what Azure answered."""

    status: Status
    reason: str
    since: datetime | None
    """First night judged by other rules than the one before; None: of the time itself, by the
    rules of that time."""

    @property
    def sentence(self) -> str:
        """For people."""
        if self.since is None:
            return f"by the rules of that night: {self.status} ({self.reason})"
        return (
            f"judged by other rules since {self.since:%Y-%m-%d}; "
            f"by the former: {self.status} ({self.reason})"
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """A verdict that held from one night to another, both inclusive."""

    check_id: str
    """Full id: `<collector id>.<check id>`."""
    subject: str
    """Resource id, subscription id or `tenant`."""
    subject_name: str
    status: Status
    reason: str
    first_slot: datetime
    last_slot: datetime
    former: Former | None = None
    """What other rules said, where they said something else."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NightCount:
    """Verdicts of one check in one night."""

    slot: datetime
    check_id: str
    passed: int
    failed: int
    unknown: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SeenGap:
    """A gap, and the record that holds it."""

    slot: datetime
    collector_id: str
    scope: str
    read: str
    subject: str | None
    kind: GapKind
    detail: str
    record_seq: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Removal:
    """A proof that something is gone: Azure answered so when it was asked for by itself."""

    slot: datetime
    subject: str
    """Its id; what lies in it is gone with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class SealedRecord:
    """A record as the pack names it."""

    seq: int
    record_id: str
    slot: datetime
    collector_id: str
    scope: str
    outcome: str
    """collected, empty, partial, denied or failed."""
    collected_at: datetime
    sha256: str
    """Digest of the canonical record bytes."""
    items: int
    pages: int
    announced: int | None
    """Rows Azure announced, where it announces a total."""
    seen: int | None
    """Rows received for the announced total."""
    controls: tuple[str, ...]
