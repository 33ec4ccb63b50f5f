"""How long a run that could not go on is left alone: longer each time, never past its night."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

FIRST = timedelta(minutes=1)
LONGEST = timedelta(minutes=15)


@dataclass(slots=True)
class Waits:
    """One process's memory of what it tried and when it may try again."""

    _next: dict[str, tuple[datetime, timedelta]] = field(default_factory=dict)

    def may_try(self, run_id: str, now: datetime) -> bool:
        """True unless the run failed a moment ago."""
        waiting = self._next.get(run_id)
        return waiting is None or now >= waiting[0]

    def failed(self, run_id: str, now: datetime) -> None:
        """Leave it alone for twice as long as the last time."""
        _, last = self._next.get(run_id, (now, FIRST / 2))
        wait = min(last * 2, LONGEST)
        self._next[run_id] = (now + wait, wait)

    def ended(self, run_id: str) -> None:
        """Forget it."""
        self._next.pop(run_id, None)
