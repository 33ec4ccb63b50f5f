"""Every kind of event that an Annexa ever sealed, and the one way from an event to its fact."""

from collections.abc import Mapping

from app.evidence.events.access_events import PackIssued, TokenCreated, TokenRevoked
from app.evidence.events.connection_events import (
    ConnectionAdded,
    ConnectionChanged,
    ConnectionRetired,
    ScheduleMeaningTold,
)
from app.evidence.events.fact import Fact, UnknownFact
from app.evidence.events.log_events import (
    CheckpointNotSent,
    CheckpointSent,
    LogCreated,
    LogKeyInUse,
    LogKeyRotated,
)
from app.evidence.events.protection_events import (
    HoldCleared,
    HoldSet,
    RetentionExtended,
    WormLocked,
    WormVerified,
)
from app.evidence.events.run_events import (
    Rejudged,
    RightsChanged,
    RunCompleted,
    RunFailed,
    RunStarted,
    SlotMissed,
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
        Stored,
        RightsChanged,
        Rejudged,
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
    )
}


def fact_of(event: Event) -> Fact:
    """What an event says; an UnknownFact of a kind that only other versions know.

    Raises MalformedEventError.
    """
    return KINDS.get(event.kind, UnknownFact).of(event.detail)
