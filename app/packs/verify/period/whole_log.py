"""The same of a whole log: every chain is whole, and what no entry tells of yet is named."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

from app.packs.verify.period.links import Told, told_by
from app.packs.verify.period.nights import BY_HAND, HOURS, told_slots
from app.packs.verify.period.period import PeriodProof
from app.trust.time.openssl import Refused

NEVER = datetime.min.replace(tzinfo=timezone.utc)  # noqa: UP017 - as the verifier writes it
AWAITED = ("slot_untold", "run_unended")
"""Nothing is lost by these in a whole log: the next look of the schedule tells of them."""


class WholeLog:
    """Takes every entry in the order of the log, then judges the chain of each connection."""

    def __init__(self) -> None:
        self._told: dict[str, dict[int, Told]] = {}
        self._malformed: list[tuple[str, str, str]] = []

    def take(self, name: str, entry: Mapping[str, Any]) -> None:
        """One entry."""
        try:
            found = told_by(name, entry)
        except Refused as error:
            self._malformed.append((name, str(error), error.code or "record_malformed"))
            return
        if found is not None:
            self._told.setdefault(found[0], {})[found[1].seq] = found[1]

    def wrong(self) -> Iterator[tuple[str, str, str]]:
        """(entry, reason, code) of whatever does not hold, or is `AWAITED`."""
        yield from self._malformed
        for events in self._told.values():
            yield from _of_one(events)


def _of_one(events: Mapping[int, Told]) -> Iterator[tuple[str, str, str]]:
    order = [events[seq] for seq in sorted(events)]
    begun = next((place for place, told in enumerate(order) if told.linked), None)
    if begun is None:
        return  # an older Annexa sealed all of it
    for before, told in zip([None, *order], order, strict=False):
        if told.linked and told.after != (before.seq if before else None):
            said = f"it follows entry {told.after} in the chain of its connection"
            said += f", not {before.seq}" if before else ", yet nothing is before it"
            yield told.name, said, "night_unlinked"
    try:
        of_schedule = [slot for slot, one in told_slots(order).items() if one.trigger != BY_HAND]
    except Refused as error:
        yield order[-1].name, str(error), "record_malformed"
        return
    newest = max(of_schedule, default=NEVER)
    now = newest + HOURS if of_schedule else NEVER
    found = PeriodProof(events, order[-1], (order[0].at, max(now, order[-1].at)), now)
    yield from found.wrong
