"""Nights that are due: the newest is caught up, older ones are missed for good. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from app.schedule.cron import CronLine


@dataclass(frozen=True, kw_only=True, slots=True)
class Spell:
    """A time in which one line held: after `since`, until the next spell's, included."""

    since: datetime
    line: CronLine | None
    """None: no nights are planned, the connection is retired."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """What became due since the last slot."""

    missed: tuple[datetime, ...]
    """Slots nobody can collect any more: evidence cannot be collected in the past."""
    newest: datetime | None
    """The slot to collect now, if any."""


def due(spells: Sequence[Spell], after: datetime, now: datetime) -> Due:
    """Slots in (after, now], each by the line that held then. `spells` are oldest first.

    Of a retired connection nothing is collected any more: all are missed.
    """
    found = tuple(slots(spells, after, now))
    if spells and spells[-1].line is None:
        return Due(missed=found, newest=None)
    return Due(missed=found[:-1], newest=found[-1] if found else None)


def slots(spells: Sequence[Spell], after: datetime, until: datetime) -> Iterator[datetime]:
    """Planned nights in (after, until], oldest first, in UTC."""
    ends = [*(newer.since for _, newer in pairwise(spells)), until]
    for spell, end in zip(spells, ends, strict=True):
        if spell.line is None:
            continue
        for slot in spell.line.after(max(after, spell.since)):
            if slot > min(end, until):
                break
            yield slot
