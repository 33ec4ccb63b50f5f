"""What became of a night, as people are shown it: the run's state, and more than a run knows."""

from enum import StrEnum

from app.controls.observed import Night
from app.evidence.run_state import RunState


class NightState(StrEnum):
    """What became of a night, or of a day."""

    COMPLETE = RunState.COMPLETE.value
    COMPLETE_WITH_GAPS = RunState.COMPLETE_WITH_GAPS.value
    FAILED = RunState.FAILED.value
    MISSED = RunState.MISSED.value
    PLANNED = RunState.PLANNED.value
    RUNNING = RunState.RUNNING.value
    LATE = "late"
    """Complete, and collected late: what it shows is Azure of then."""
    MANUAL = "manual"
    """No night was planned; somebody asked by hand."""
    NONE = "none"
    """No night was planned, and nobody asked."""

    @classmethod
    def of(cls, night: Night) -> "NightState":
        """That of its run, whenever it was collected."""
        return cls(night.state.value)
