"""What the store guarantees and when that was last put to the test, as people are told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from app.db.rows.log import LoggedEvent, events, newest_event
from app.services.home.installation import Ports
from app.store.base import MODES, Guarantee


def store_guarantee(ports: Ports, before: int | None = None) -> Guarantee:
    """The guarantee read back now, held against what the entries before `before` tell.

    They tell the weakest protection an object was written with, and the last `verify-worm`.
    Raises UnavailableError when the store does not answer.
    """
    found = ports.store.guarantee()
    written = _of(ports, "stored", before)
    nights = [one for one in written if one.event.detail["listings"]]
    since = nights[-1].seq if nights else 0
    locked = [one for one in _of(ports, "worm_locked", before) if one.seq > since]
    weak = _weakest([one.event.detail["weakest"] for one in nights])
    if weak is not None and weak["mode"] == "none" and not _all_locked(locked):
        found = replace(
            found,
            label="Azure Blob Storage (not all objects immutable: tamper-evident only)",
            write_once=False,
        )
    with ports.database.read() as session:
        proved = newest_event(session, "worm_verified", before=before)
    said = [found.detail, *_when_written(weak), _proved(proved)]
    return replace(found, detail=" ".join(said))


def _of(ports: Ports, kind: str, before: int | None) -> Sequence[LoggedEvent]:
    with ports.database.read() as session:
        return events(session, kind, before=before)


def _weakest(told: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
    return min(told, key=lambda one: (MODES.index(one["mode"]), one["until"] or ""), default=None)


def _all_locked(locked: Sequence[LoggedEvent]) -> bool:
    return bool(locked) and locked[-1].event.detail["without_policy"] == 0


def _when_written(weak: Mapping[str, Any] | None) -> list[str]:
    if weak is None:
        return []
    until = f" until {weak['until'][:10]}" if weak["until"] else ""
    mode = "without a policy" if weak["mode"] == "none" else weak["mode"]
    return [f"The weakest protection any night's object was written with: {mode}{until}."]


def _proved(known: LoggedEvent | None) -> str:
    if known is None:
        return "It was not yet put to the test with `annexa verify-worm`."
    last = known.event
    return f"Put to the test on {last.at:%Y-%m-%d %H:%M} UTC: {last.detail['verdict']}."
