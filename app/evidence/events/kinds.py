"""Every kind of event that an Annexa ever sealed, and the one way from an event to its fact."""

from collections.abc import Mapping
from typing import TypeVar

from app.evidence.events.access_events import PackDrawn, PackIssued, TokenCreated, TokenRevoked
from app.evidence.events.connection_events import (
    ConnectionAdded,
    ConnectionChanged,
    ConnectionRetired,
    ScheduleMeaningTold,
)
from app.evidence.events.fact import Fact
from app.evidence.events.log_events import (
    CheckpointCosigned,
    CheckpointNotSent,
    CheckpointSent,
    ClockCorrected,
    LogCreated,
    LogKeyInUse,
    LogKeyRotated,
    LogResumed,
    SealCertificateInstalled,
)
from app.evidence.events.protection_events import (
    HoldCleared,
    HoldSet,
    RetentionExtended,
    WormLocked,
    WormVerified,
)
from app.evidence.events.run_events import (
    BasisChanged,
    Rejudged,
    RightsChanged,
    RunCompleted,
    RunFailed,
    RunStarted,
    SlotMissed,
    SlotsMissed,
    SlotsReopened,
    Stored,
)
from app.evidence.record import Event

KINDS: Mapping[str, type[Fact]] = {
    fact.KIND: fact
    for fact in (
        LogCreated,
        ConnectionAdded,
        ConnectionChanged,
        ConnectionRetired,
        ScheduleMeaningTold,
        RunStarted,
        RunCompleted,
        RunFailed,
        SlotMissed,
        SlotsMissed,
        SlotsReopened,
        Stored,
        RightsChanged,
        BasisChanged,
        Rejudged,
        PackDrawn,
        PackIssued,
        TokenCreated,
        TokenRevoked,
        WormVerified,
        WormLocked,
        HoldSet,
        HoldCleared,
        RetentionExtended,
        CheckpointSent,
        CheckpointNotSent,
        LogKeyRotated,
        LogKeyInUse,
        LogResumed,
        ClockCorrected,
        SealCertificateInstalled,
        CheckpointCosigned,
    )
}
CHAINED: tuple[type[Fact], ...] = tuple(kind for kind in KINDS.values() if kind.CHAINED)
"""Kinds that stand in the chain of a connection."""

F = TypeVar("F", bound=Fact)


def fact_of(event: Event, among: type[F] | tuple[type[F], ...]) -> F | None:
    """What an event says, if it is of one of these kinds, each with those derived from it.

    Events of other kinds are not looked into, nor are those that only other versions know: they
    stay as they were sealed. Raises MalformedEventError.
    """
    kind = KINDS.get(event.kind)
    if kind is None or not issubclass(kind, among):
        return None
    found: F = kind.of(event.detail)
    return found
