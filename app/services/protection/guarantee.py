"""What the store guarantees and when that was last put to the test, as people are told."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC

from app.db.rows.log import LoggedEvent, events, newest_event
from app.evidence.events.protection_events import WormLocked, WormVerified
from app.evidence.events.run_events import Stored, WeakestProtection
from app.evidence.record import utc
from app.services.home.installation import Ports
from app.store.base import MODES, Guarantee


def store_guarantee(ports: Ports, before: int | None = None) -> Guarantee:
    """The guarantee read back now, held against what the entries before `before` tell.

    They tell the weakest protection an object was written with, and the last `verify-worm`.
    Raises UnavailableError when the store does not answer.
    """
    found = ports.store.guarantee()
    with ports.database.read() as session:
        nights = [one for one in events(session, Stored, before=before) if one.fact.listings]
        since = nights[-1].seq if nights else 0
        locked = [one for one in events(session, WormLocked, before=before) if one.seq > since]
        proved = newest_event(session, WormVerified, before=before)
    weak = _weakest([one.fact.weakest for one in nights])
    if weak is not None and weak.mode == "none" and not _all_locked(locked):
        found = replace(
            found,
            label="Azure Blob Storage (not all objects immutable: tamper-evident only)",
            write_once=False,
        )
    said = [found.detail, *_when_written(weak), _proved(proved)]
    return replace(found, detail=" ".join(said))


def _weakest(told: Sequence[WeakestProtection]) -> WeakestProtection | None:
    return min(told, key=lambda one: (MODES.index(one.mode), _until(one)), default=None)


def _until(one: WeakestProtection) -> str:
    """Until when it holds, in an order of instants; what has no end comes first."""
    return "" if one.until is None else utc(one.until)


def _all_locked(locked: Sequence[LoggedEvent[WormLocked]]) -> bool:
    return bool(locked) and locked[-1].fact.without_policy == 0


def _when_written(weak: WeakestProtection | None) -> list[str]:
    if weak is None:
        return []
    until = f" until {weak.until.astimezone(UTC).date()}" if weak.until else ""
    mode = "without a policy" if weak.mode == "none" else weak.mode
    return [f"The weakest protection any night's object was written with: {mode}{until}."]


def _proved(known: LoggedEvent[WormVerified] | None) -> str:
    if known is None:
        return "It was not yet put to the test with `annexa verify-worm`."
    at, verdict = known.event.at, known.fact.verdict
    return f"Put to the test on {at:%Y-%m-%d %H:%M} UTC: {verdict}."
