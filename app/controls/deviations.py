"""Deviations: what failed, from which night to which, and how it ended. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from app.controls.observed import Former, Interval
from collectors.kit import Status


class Ending(StrEnum):
    """How a deviation stands: only a later pass corrects it, only a proof removes it.

    Neither is not seeing it any more.
    """

    OPEN = "open"
    UNSEEN = "not seen since"
    CORRECTED = "corrected"
    REMOVED = "removed"
    RULES = "no deviation by today's rules"
    """It ended where other rules began to judge: Azure's answer shows no correction."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Deviation:
    """A subject that failed a check from one night to another."""

    check_id: str
    subject: str
    subject_name: str
    reason: str
    """As on the last night it was seen to fail."""
    first_slot: datetime
    last_slot: datetime
    open: bool
    """True for OPEN and UNSEEN: nothing shows that it has ended."""
    ending: Ending
    former: Former | None = None
    """What other rules said of it: then it is no new deviation, though it was not one before."""

    @property
    def ended(self) -> bool:
        """True when Azure's answers show that it ended; not when other rules see none."""
        return self.ending in {Ending.CORRECTED, Ending.REMOVED}


Removed = Callable[[str, datetime], bool]
"""Whether a night after this one proves that a subject is gone."""


def deviations_of(
    verdicts: Iterable[Interval], last: Mapping[str, datetime | None], removed: Removed
) -> list[Deviation]:
    """Every deviation in the verdicts, in the order of subject and time.

    Neighbouring fails of a subject are one deviation, whether the reason changed or the subject
    could not be seen in between. `last` is the newest night on which each check was asked.
    """
    by_subject: dict[tuple[str, str], list[Interval]] = {}
    for verdict in verdicts:
        by_subject.setdefault((verdict.check_id, verdict.subject.lower()), []).append(verdict)
    found = []
    for (check_id, _), own in sorted(by_subject.items()):
        own.sort(key=lambda verdict: (verdict.first_slot, verdict.last_slot))
        for failed, after in _stretches(own):
            ending = _ending(failed[-1], after, last.get(check_id), removed)
            found.append(_deviation(failed, ending))
    return found


def _stretches(own: Sequence[Interval]) -> list[tuple[list[Interval], list[Interval]]]:
    """Runs of fails not parted by a pass, each with the verdicts that follow it."""
    runs: list[tuple[list[Interval], list[Interval]]] = []
    parted = True
    for place, verdict in enumerate(own):
        if verdict.status is Status.PASS:
            parted = True
        elif verdict.status is Status.FAIL:
            if parted:
                runs.append(([], []))
            runs[-1][0].append(verdict)
            runs[-1] = (runs[-1][0], list(own[place + 1 :]))
            parted = False
    return runs


def _ending(
    failed: Interval, after: Sequence[Interval], last: datetime | None, removed: Removed
) -> Ending:
    passing = next((verdict for verdict in after if verdict.status is Status.PASS), None)
    if passing is not None:
        return Ending.RULES if _by_rules(passing) else Ending.CORRECTED
    if last is None or failed.last_slot >= last:
        return Ending.OPEN
    return Ending.REMOVED if removed(failed.subject, failed.last_slot) else Ending.UNSEEN


def _by_rules(passing: Interval) -> bool:
    """Whether it passes only since other rules judge: by the former ones it failed until then."""
    former = passing.former
    return (
        former is not None
        and former.status is Status.FAIL
        and former.since in {None, passing.first_slot}
    )


def _deviation(failed: Sequence[Interval], ending: Ending) -> Deviation:
    newest = failed[-1]
    return Deviation(
        check_id=newest.check_id,
        subject=newest.subject,
        subject_name=newest.subject_name,
        reason=newest.reason,
        first_slot=failed[0].first_slot,
        last_slot=max(interval.last_slot for interval in failed),
        open=ending in {Ending.OPEN, Ending.UNSEEN},
        ending=ending,
        former=next((one.former for one in reversed(failed) if one.former), None),
    )
