"""The times that entries claim go forward, as the log does: nothing is appended to the past."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from app.evidence.record import RECORD_SCHEMA, instant, utc
from app.services.proof.entries import Finding, parsed

TOLERANCE = timedelta(minutes=10)
"""Collectors work side by side and clocks are corrected: entries may step back by so much."""


class EntryClock:
    """Reads entries in their order."""

    def __init__(self) -> None:
        self._latest: tuple[datetime, str] | None = None

    def findings(self, entry: str, data: bytes) -> Iterator[Finding]:
        """Does this entry claim a time well before one that the log already held?

        What is appended today cannot be of last week: the entries it follows were there first.
        """
        claimed = _claimed(parsed(data) or {})
        if claimed is None:
            return
        if self._latest is None or claimed >= self._latest[0]:
            self._latest = claimed, entry
        elif claimed < self._latest[0] - TOLERANCE:
            at, before = self._latest
            reason = f"it says {utc(claimed)}, yet it follows {before}, which says {utc(at)}"
            yield Finding(key=entry, reason=reason, code="record_backdated")
            self._latest = claimed, entry  # one step back is told once


def _claimed(body: Mapping[str, Any]) -> datetime | None:
    """When a record was collected or an event happened, by its own word."""
    try:
        text = body["time"]["collected_at"] if body["schema"] == RECORD_SCHEMA else body["at"]
        claimed = instant(text)
    except (KeyError, TypeError, ValueError):
        return None
    return claimed if claimed.tzinfo is not None else None
