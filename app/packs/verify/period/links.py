"""The chain of a connection: each event about its nights or its schedule names the one before."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from app.packs.verify.checks import need
from app.trust.time.openssl import Refused

OF_SCHEDULE = ("connection_added", "connection_changed", "connection_retired")
OF_CHAIN = (
    *OF_SCHEDULE,
    "run_started",
    "run_completed",
    "run_failed",
    "slot_missed",
    "slots_missed",
    "slots_reopened",
    "rights_changed",
    "pack_drawn",
)
OF_NIGHTS = (
    "run_started",
    "run_completed",
    "run_failed",
    "slot_missed",
    "slots_missed",
    "rights_changed",
)
"""Events that name the night they tell of."""
OF_PACK = "pack_drawn"
EVER = datetime.min.replace(tzinfo=timezone.utc)  # noqa: UP017 - Python 3.8
DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
INSTANT = re.compile(DAY.pattern + r"T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z")
"""The one way in which an instant is sealed: Pythons differ about others."""
YEARS = range(1900, 2200)
"""In which things happen: nobody reckons beyond the ends of a calendar, nor for millennia."""
KEPT = ("slot", "slots", "since", "run_id", "trigger", "first", "last", "connection_id")
KEPT_OF_SCHEDULE = ("schedule", "time_zone", "schedule_meaning")


@dataclass(frozen=True)
class Told:
    """One event of a chain, and what of it is needed."""

    name: str
    """Where it lies: a file of a bundle or a key of a store."""
    seq: int
    kind: str
    at: datetime
    linked: bool
    """False: an older Annexa sealed it, without a chain."""
    after: int | None
    schedule: int | None
    detail: Mapping[str, Any]

    @property
    def begins(self) -> bool:
        """Whether every chain begins so."""
        return self.kind == OF_SCHEDULE[0]


def told_by(name: str, entry: Mapping[str, Any]) -> tuple[str, Told] | None:
    """(connection id, event) where an entry is of a chain. Raises Refused for a malformed one."""
    kind = entry.get("kind")
    if kind not in OF_CHAIN:
        return None
    detail: Any = entry.get("detail")
    link: Any = entry.get("chain")
    connection: Any = None
    if isinstance(detail, dict):
        connection = detail.get("id" if kind in OF_SCHEDULE else "connection_id")
    if not isinstance(connection, str) and "chain" not in entry:
        return None  # of before there were chains: nothing stands on it
    need(isinstance(connection, str), "it names no connection", "record_malformed")
    sound = link is None or (
        isinstance(link, dict)
        and all(link.get(key) is None or type(link[key]) is int for key in ("after", "schedule"))
        and "after" in link
    )
    need(sound, "its chain is malformed", "record_malformed")
    kept = KEPT + KEPT_OF_SCHEDULE if kind in OF_SCHEDULE else KEPT
    told = Told(
        name=name,
        seq=entry["seq"],
        kind=kind,
        at=instant_in(entry.get("at")),
        linked=link is not None,
        after=link["after"] if link else None,
        schedule=link.get("schedule") if link else None,
        detail={key: detail[key] for key in kept if key in detail},
    )
    return connection, told


def instant_in(text: Any) -> datetime:
    """An instant of the log. Raises Refused."""
    said = f"{str(text)[:40]!r} is no instant in UTC"
    need(isinstance(text, str) and INSTANT.fullmatch(text), said)
    need(int(text[:4]) in YEARS, said)
    return utc_of(text[:-1], said)


def claimed_in(entry: Mapping[str, Any]) -> datetime | None:
    """When an entry says that it was: an event, or a record. None where it says nothing sound."""
    times: Any = entry.get("time")
    told = times.get("collected_at") if isinstance(times, dict) else entry.get("at")
    try:
        return instant_in(told)
    except Refused:
        return None


def walked(
    events: Mapping[int, Told], head: Told, start: datetime
) -> tuple[list[Told], list[tuple[Told, str, str]]]:
    """The events from the head back to the first that is `behind` a start, oldest first.

    And what is wrong: (event, reason, code). The walk ends early at one that has no chain.
    """
    found, wrong = [head], []
    while True:
        now = found[-1]
        if not now.linked or behind(now, start):
            break
        said = no_beginning(now, events)
        if said:
            wrong.append((now, said, "chain_begins"))
        if said or now.after is None:
            break
        if now.after not in events:
            said = (
                f"entry {now.after}, which it follows in the chain of its connection, is not here: "
                "a night, the end of a run or a change of the schedule was left out"
            )
            wrong.append((now, said, "night_left_out"))
            break
        found.append(events[now.after])
    found.reverse()
    known = {told.seq for told in found}
    for seq in sorted(events):
        if found[0].seq < seq < head.seq and seq not in known and not wrong:
            said = "no later event of its connection leads to it"
            wrong.append((events[seq], said, "night_unlinked"))
    return found, wrong + loose(events, head)


def no_beginning(told: Told, events: Mapping[int, Told]) -> str:
    """Why a chain cannot go on, or end, as it does here; empty where it can."""
    if told.after is None:
        if not told.begins:
            return "its chain begins with no connection_added"
        return "it begins a chain that others come before" if min(events) < told.seq else ""
    if told.begins:
        return "its connection was there before"
    return f"it follows entry {told.after}, a later one" if told.after >= told.seq else ""


def loose(events: Mapping[int, Told], head: Told) -> list[tuple[Told, str, str]]:
    """Events of no chain after one of a chain, though whoever links events links each."""
    begun = min((seq for seq, told in events.items() if told.linked), default=head.seq)
    said = "it is in no chain of its connection, which others before it are"
    return [
        (events[seq], said, "night_unlinked")
        for seq in sorted(events)
        if begun < seq <= head.seq and not events[seq].linked
    ]


def behind(told: Told, start: datetime) -> bool:
    """Whether an event lies before a time: told before it, and of nights before it.

    A clock that ran behind dates a change or a pack of later into that time: these say nothing.
    """
    if told.kind not in OF_NIGHTS or told.at >= start:
        return False
    try:
        return all(slot < start for slot in slots_told(told))
    except Refused:
        return False


def schedule_of(
    events: Mapping[int, Told], chain: list[Told]
) -> tuple[list[Told], list[tuple[Told, str, str]], datetime | None]:
    """The events of the schedule, oldest first; what is wrong; and since when none is left out."""
    now = chain[-1]
    found = [now] if now.kind in OF_SCHEDULE else []
    wrong = []
    while now.linked and now.schedule is not None:
        place = now.schedule
        if place not in events or place >= now.seq or events[place].kind not in OF_SCHEDULE:
            said = f"entry {place}, which it names as its schedule, is not here or is none"
            wrong.append((now, said, "schedule_left_out"))
            break
        now = events[place]
        found.append(now)
    whole = now.linked and now.begins
    linked = [one.at for one in found if one.linked and one.kind in OF_SCHEDULE]
    since = EVER if whole else min(linked, default=None)
    if not whole:
        found = [one for one in events.values() if one.kind in OF_SCHEDULE]
    found.sort(key=lambda told: told.seq)
    places = [one.seq for one in found]
    for told in chain:
        before = bisect_left(places, told.seq)
        newest = places[max(0, before - 1) : before]
        # what is linked names what is linked: of a schedule of before it may name none
        named = told.schedule is not None or any(events[place].linked for place in newest)
        if told.linked and named and [told.schedule] != newest and not wrong:
            said = f"it says that entry {told.schedule} is its schedule, which is not the newest"
            wrong.append((told, said, "schedule_left_out"))
    return found, wrong, since


def a_day(text: Any) -> datetime:
    """Midnight, in UTC, that a day begins with. Raises Refused."""
    said = f"{str(text)[:40]!r} is no day"
    need(isinstance(text, str) and DAY.fullmatch(text), said)
    return utc_of(text, said)


def utc_of(text: str, said: str) -> datetime:
    """A time of ISO 8601 as one of UTC. Raises Refused with what is said."""
    try:
        return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)  # noqa: UP017 - Python 3.8
    except ValueError:
        raise Refused(said) from None


def slots_told(told: Told) -> Iterator[datetime]:
    """The slots that an event tells of. Raises Refused."""
    many = told.detail.get("slots")
    for text in many if isinstance(many, list) else [told.detail.get("slot")]:
        yield instant_in(text)
