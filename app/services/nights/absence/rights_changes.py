"""Which rights the collecting identity lost or gained since the nights before: an event of its own.

`rights_changed` holds the run, its slot, and what was `lost` and `gained`, each as place and right.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from app.db.rows.evidence import newest_records, run_records
from app.evidence.canonical import sealed_json
from app.evidence.events.run_events import RightsChanged, RightTold
from app.evidence.record import entry_key
from app.evidence.rights import COLLECTOR, Right, RightsChange, rights_change, rights_shown
from app.evidence.run import Run
from app.services.home.installation import Ports
from app.services.log.sealed_pages import seen_again
from collectors.kit.catalogue.permissions import azure_actions
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.interpret import Seen

Shown = dict[tuple[str, str], frozenset[Right]]


def shown_rights(ports: Ports, seen: Seen, principal: Mapping[str, Any]) -> Shown:
    """Rights that a record of the rights shows, by place and kind. `principal` is who asked."""
    hidden = frozenset(gap.read for gap in seen.gaps if gap.subject is None)
    granted = principal.get("graph_permissions")
    return rights_shown(seen.items, hidden, azure_actions(ports.collectors), granted)


def change_since(ports: Ports, connection_id: str, run_id: str, shown: Shown) -> RightsChange:
    """Compare what a run shows with the newest records of other runs that show anything.

    `shown` is of the records made just now; what an interrupted attempt of the same run sealed is
    read again. Raises NotFoundError when a sealed page is missing.
    """
    with ports.database.read() as session:
        own = [one.record.seq for one in run_records(session, run_id)]
        others = newest_records(session, connection_id, but=run_id)
    before: Shown = {}
    for (_, collector_id), newest in others.items():
        if collector_id == COLLECTOR:
            before |= _sealed(ports, newest.seq if newest.whole_seq is None else newest.whole_seq)
    now = dict(shown)
    for seq in own:
        now = _sealed(ports, seq) | now
    return rights_change(before, now)


def fact_of_change(change: RightsChange, run: Run) -> RightsChanged:
    """The event that tells of it."""
    return RightsChanged(
        run_id=run.id,
        connection_id=run.connection_id,
        slot=run.slot,
        lost=_told(change.lost),
        gained=_told(change.gained),
    )


def _sealed(ports: Ports, seq: int) -> Shown:
    record = sealed_json(ports.store.get(entry_key(seq)))
    if record["what"]["collector"] != COLLECTOR or record["what"]["blinded"] is not None:
        return {}
    seen = seen_again(record, collector_by_id(COLLECTOR), ports.store)
    return shown_rights(ports, seen, record["collector"]["principal"])


def _told(rights: Sequence[Right]) -> tuple[RightTold, ...]:
    return tuple(RightTold(place=right.place, right=right.what) for right in rights)
