"""The times that entries claim go forward, as the log does: nothing is appended to the past."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from app.evidence.events.log_events import ClockCorrected
from app.evidence.events.shape import MalformedEventError
from app.evidence.record import RECORD_SCHEMA, instant, utc
from app.packs.verify.period.left_open import STEP_BACK
from app.services.proof.entries import Finding, parsed


class EntryClock:
    """Reads entries in their order."""

    def __init__(self) -> None:
        self._latest: tuple[datetime, str] | None = None
        self._back: list[tuple[datetime, datetime, Finding]] = []
        """Steps back: from when, to when, and how each is told unless it is corrected."""
        self._corrected: list[Finding] = []

    def take(self, entry: str, data: bytes) -> None:
        """Does this entry claim a time well before one that the log already held?

        What is appended today cannot be of last week: the entries it follows were there first. A
        `clock_corrected` answers for the steps before it: the clock had run ahead or behind.
        """
        body = parsed(data) or {}
        claimed = _claimed(body)
        if claimed is None:
            return
        correction = _correction(body)
        if self._latest is None or claimed >= self._latest[0]:
            self._latest = claimed, entry
        elif claimed < self._latest[0] - STEP_BACK:
            at, before = self._latest
            reason = f"it says {utc(claimed)}, yet it follows {before}, which says {utc(at)}"
            told = Finding(key=entry, reason=reason, code="record_backdated")
            self._back.append((at, claimed, told))
            self._latest = claimed, entry  # one step back is told once
        if correction is not None:
            self._answer(entry, correction)

    @property
    def newest_left(self) -> datetime | None:
        """The latest time that a step back left which nothing answers for; None without one."""
        return max((before for before, _, _ in self._back), default=None)

    def _answer(self, entry: str, by: ClockCorrected) -> None:
        whose = by.vouched_by or "nobody"
        ran = f"ahead to {utc(by.ahead)}" if by.ahead > by.corrected else "behind"
        said = (
            f"our clock had run {ran} and was set to {utc(by.corrected)}, for which {whose} "
            f"vouches: {by.why}"
        )
        self._corrected.append(Finding(key=entry, reason=said, broken=False))
        self._back = [one for one in self._back if not _answered(one, by)]

    def findings(self) -> Iterator[Finding]:
        """Steps back that no correction answers for; those answered for are worth knowing."""
        yield from self._corrected
        for _, _, told in self._back:
            yield told


def _answered(step: tuple[datetime, datetime, Finding], by: ClockCorrected) -> bool:
    """Whether a step back was from a clock that ran ahead to the right one, or to one behind."""
    before, after, _ = step
    return before <= by.ahead and after <= by.corrected + STEP_BACK


def _correction(body: Mapping[str, Any]) -> ClockCorrected | None:
    if body.get("kind") != ClockCorrected.KIND:
        return None
    try:
        return ClockCorrected.of(body.get("detail"))
    except MalformedEventError:
        return None


def _claimed(body: Mapping[str, Any]) -> datetime | None:
    """When a record was collected or an event happened, by its own word."""
    try:
        text = body["time"]["collected_at"] if body["schema"] == RECORD_SCHEMA else body["at"]
        claimed = instant(text)
    except (KeyError, TypeError, ValueError):
        return None
    return claimed if claimed.tzinfo is not None else None
