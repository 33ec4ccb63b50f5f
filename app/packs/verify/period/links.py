"""The chain of a connection: each event about its nights or its schedule names the one before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from app.packs.verify.checks import need

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
OF_PACK = "pack_drawn"
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
    need(isinstance(text, str) and text.endswith("Z"), f"{text!r} is no instant in UTC")
    try:
        at = datetime.fromisoformat(text[:-1])
    except ValueError:
        at = None
    need(at is not None and at.tzinfo is None, f"{text[:40]!r} is no instant in UTC")
    return at.replace(tzinfo=timezone.utc)  # type: ignore[union-attr]  # noqa: UP017 - Python 3.8


def walked(
    events: Mapping[int, Told], head: Told, start: datetime
) -> tuple[list[Told], list[tuple[Told, str, str]]]:
    """The events from the head back to the first that was told before `start`, oldest first.

    And what is wrong: (event, reason, code). The walk ends early at one that has no chain.
    """
    found, wrong = [head], []
    while True:
        now = found[-1]
        if not now.linked or now.at < start:
            break
        if now.after is None:
            if not now.begins:
                wrong.append((now, "its chain begins with no connection_added", "chain_begins"))
            break
        if now.after >= now.seq:
            wrong.append((now, f"it follows entry {now.after}, a later one", "chain_begins"))
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
    return found, wrong


def schedule_of(
    events: Mapping[int, Told], chain: list[Told]
) -> tuple[list[Told], list[tuple[Told, str, str]], bool]:
    """The events of the schedule, oldest first; what is wrong; and whether they are proved."""
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
    proved = now.linked and now.begins
    if not proved:
        found = [one for one in events.values() if one.kind in OF_SCHEDULE]
    found.sort(key=lambda told: told.seq)
    for told in chain:
        newest = [one.seq for one in found if one.seq < told.seq][-1:]
        if told.linked and told.schedule is not None and [told.schedule] != newest and not wrong:
            said = f"it says that entry {told.schedule} is its schedule, which is not the newest"
            wrong.append((told, said, "schedule_left_out"))
    return found, wrong, proved


def a_day(text: Any) -> datetime:
    """Midnight, in UTC, that a day begins with. Raises Refused."""
    need(isinstance(text, str) and len(text) == 10, f"{text!r} is no day")
    return instant_in(f"{text}T00:00:00.000Z")


def slots_told(told: Told) -> Iterator[datetime]:
    """The slots that an event tells of. Raises Refused."""
    many = told.detail.get("slots")
    for text in many if isinstance(many, list) else [told.detail.get("slot")]:
        yield instant_in(text)
