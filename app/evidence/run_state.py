"""What becomes of runs."""

from enum import StrEnum


class RunState(StrEnum):
    """What became of a run."""

    PLANNED = "planned"
    """Its slot is claimed; nothing is sealed of it."""
    RUNNING = "running"
    COMPLETE = "complete"
    COMPLETE_WITH_GAPS = "complete_with_gaps"
    FAILED = "failed"
    MISSED = "missed"
    """Nobody collected its slot."""

    @property
    def complete(self) -> bool:
        """Whether all its records are sealed, with gaps or without."""
        return self in {RunState.COMPLETE, RunState.COMPLETE_WITH_GAPS}

    @property
    def unfinished(self) -> bool:
        """Whether it may still be collected."""
        return self in {RunState.PLANNED, RunState.RUNNING}

    @property
    def lost(self) -> bool:
        """Whether its slot shows nothing."""
        return self in {RunState.FAILED, RunState.MISSED}
