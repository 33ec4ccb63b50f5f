"""What the newest night could no longer see, since when, and which right was lost before.

The nights themselves tell: each record names what it misses, with the night that last saw it; an
event names the rights that were withdrawn.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.db.rows.connections import connections
from app.db.rows.evidence import gaps
from app.db.rows.log import events
from app.db.rows.verdicts import newest_folded
from app.evidence.canonical import sealed_json
from app.evidence.events.run_events import RightsChanged, RightTold
from app.evidence.record import entry_key, instant
from app.evidence.replay import unaccounted_in
from app.evidence.rights import GRAPH, TENANT
from app.services.home.installation import Ports
from app.store.base import Store
from collectors.kit import Graph
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.missing.things import Missing
from collectors.kit.values.arm_ids import group_path, subscription_path

NAMED = 3
"""Lost rights that a sentence names."""
SELF = "{self}"


@dataclass(frozen=True, kw_only=True, slots=True)
class LostSight:
    """Things of one place that were seen until one night and have not been since."""

    place: str
    """Id of the subscription, or of the one group that all of them lie in; else what was asked."""
    last_seen: datetime
    """Slot of the night that saw them last."""
    kinds: tuple[str, ...]
    """Why: kinds of gaps."""
    things: int
    verdicts: int
    """Answers that can no longer be given."""
    lost: tuple[str, ...]
    """Rights that were lost there since."""

    @property
    def sentence(self) -> str:
        """For people."""
        things = f"{self.things:,} {'thing' if self.things == 1 else 'things'} in {self.place}"
        what = f"{things} can no longer be seen"
        if self.verdicts:
            answers = f"{self.verdicts:,} {'verdict' if self.verdicts == 1 else 'verdicts'}"
            what = f"{answers} on {things} can no longer be given"
        since = f"since {self.last_seen:%Y-%m-%d %H:%M} UTC"
        return f"{since}, {what} ({', '.join(self.kinds)}){self._cause()}"

    def _cause(self) -> str:
        if not self.lost:
            return ""
        more = f" and {len(self.lost) - NAMED} more" if len(self.lost) > NAMED else ""
        return f"; since then the collecting identity lost {', '.join(self.lost[:NAMED])}{more}"


@dataclass(frozen=True, slots=True)
class _Unseen:
    """One missing thing of one record."""

    where: str
    group: str | None
    collector_id: str
    missing: Missing
    kind: str


def lost_sight(ports: Ports, connection_id: str, slot: datetime) -> tuple[LostSight, ...]:
    """What the night of a slot misses of what nights before saw, the largest loss first."""
    with ports.database.read() as session:
        seqs = {gap.record_seq for gap in gaps(session, connection_id, slot, slot)}
        changes = [one.fact for one in events(session, RightsChanged)]
    own = [one for one in changes if one.connection_id == connection_id]
    return lost_in(ports.store, seqs, own, slot)


def newest_losses(ports: Ports) -> list[str]:
    """What the newest night of each connection can no longer see, in sentences."""
    with ports.database.read() as session:
        newest = {
            one.id: (one.name, newest_folded(session, one.id)) for one in connections(session)
        }
    return [
        f"{name}: {lost.sentence}"
        for connection_id, (name, slot) in newest.items()
        if slot is not None
        for lost in lost_sight(ports, connection_id, slot)
    ]


def lost_in(
    store: Store, seqs: Iterable[int], changes: Sequence[RightsChanged], slot: datetime
) -> tuple[LostSight, ...]:
    """The same of records by their numbers, with the changes of rights of their connection."""
    records = (sealed_json(store.get(entry_key(seq))) for seq in sorted(seqs))
    unseen = [one for record in records for one in _unseen(record)]
    found = [_lost(own, changes, slot) for own in _by_place(unseen)]
    return tuple(sorted(found, key=lambda one: (-one.verdicts, one.place, one.last_seen)))


def _unseen(record: Mapping[str, Any]) -> Iterable[_Unseen]:
    collector_id = record["what"]["collector"]
    kinds = {(one["read"], one["id"]): one["kind"] for one in record["what"].get("missing", [])}
    for one in unaccounted_in(record):
        if one.last_seen is not None:
            home = subscription_path(one.id) or _list_of(collector_id, one.read)
            kind = kinds[one.read, one.id]
            yield _Unseen(home, group_path(one.id), collector_id, one, kind)


def _list_of(collector_id: str, name: str) -> str:
    read = collector_by_id(collector_id).reads.get(name)
    return f"{GRAPH} {read.path.replace(SELF, '<itself>')}" if isinstance(read, Graph) else TENANT


def _by_place(unseen: Iterable[_Unseen]) -> list[list[_Unseen]]:
    places: dict[tuple[str, str | None], list[_Unseen]] = {}
    for one in unseen:
        places.setdefault((one.where, one.missing.last_seen), []).append(one)
    return list(places.values())


def _lost(own: Sequence[_Unseen], rights: Sequence[RightsChanged], slot: datetime) -> LostSight:
    groups = {one.group for one in own}
    group = groups.pop() if len(groups) == 1 else None
    last_seen = instant(own[0].missing.last_seen or "")
    of_graph = own[0].where.startswith(GRAPH)
    within = {GRAPH} if of_graph else {own[0].where, TENANT}
    lost = [
        right
        for change in rights
        if last_seen < change.slot <= slot
        for right in change.lost
        if right.place in within
    ]
    return LostSight(
        place=group or own[0].where,
        last_seen=last_seen,
        kinds=tuple(sorted({one.kind for one in own})),
        things=len({one.missing.id.lower() for one in own}),
        verdicts=len(
            {
                (one.collector_id, check, one.missing.id.lower())
                for one in own
                for check in one.missing.checks or ()
            }
        ),
        lost=tuple(dict.fromkeys(right.right for right in sorted(lost, key=_is_action))),
    )


def _is_action(right: RightTold) -> bool:
    """Roles are told first: what they allowed follows from them."""
    return right.place != TENANT
