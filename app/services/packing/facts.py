"""What a pack is told of its connection, its store and its checkpoint."""

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from app.controls.ground import Facts
from app.evidence.canonical import sealed_json
from app.evidence.events.run_events import RightsChanged
from app.evidence.record import entry_key
from app.packs.view.facts import CheckpointFacts, ConnectionFacts, Limits, Stamp, StoreFacts
from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.index.lost_sight import lost_in
from app.services.log.checkpoint_time import dated, signed_at
from app.services.log.checkpoints import Checkpoint
from app.services.nights.clock.skew import widest_skew
from app.services.protection.guarantee import store_guarantee
from app.services.reading.scope_limits import limits_in

SUBSCRIPTIONS_CHECK = "inventory.resources.subscription_enabled"


def store_facts(ports: Ports, checkpoint: Checkpoint) -> StoreFacts:
    """Where sealed objects lie, and what the store told of that."""
    guarantee = store_guarantee(ports, checkpoint.size)
    return StoreFacts(
        label=guarantee.label, write_once=guarantee.write_once, detail=guarantee.detail
    )


def checkpoint_facts(ports: Ports, checkpoint: Checkpoint, observed: Facts) -> CheckpointFacts:
    """The checkpoint over the evidence, and what its tokens say."""
    facts = dated(checkpoint, ports.known_authorities)
    authorities = " and ".join((facts.authority, *facts.also))
    stamp = (
        Stamp(
            time=facts.at,
            exact=facts.exact,
            authority=authorities,
            assurance=facts.assurance,
        )
        if facts.at is not None
        else None
    )
    skew = widest_skew(ports, observed.records)
    return CheckpointFacts(
        origin=ports.trust.origin,
        size=checkpoint.size,
        root_b64=base64.b64encode(checkpoint.root).decode(),
        root_hex=checkpoint.root.hex(),
        note=checkpoint.note.decode(),
        signed_at=signed_at(ports.store, checkpoint.size),
        stamp=stamp,
        clock=skew.sentence if skew else "",
    )


def limits_of(
    ports: Ports, connection: Connection, observed: Facts, changes: Sequence[RightsChanged]
) -> Limits:
    """What the newest night with a record cannot know. `changes` are those of its rights."""
    newest = max((one.slot for one in observed.records), default=None)
    if newest is None:
        return Limits()
    own = [one for one in observed.records if one.slot == newest]
    seqs = {gap.record_seq for gap in observed.gaps if gap.slot == newest}
    lost = lost_in(ports.store, seqs, changes, newest)
    return Limits(
        scope=limits_in(ports.store, connection, own), lost=tuple(one.sentence for one in lost)
    )


def connection_facts(ports: Ports, connection: Connection, observed: Facts) -> ConnectionFacts:
    """The tenant as the newest record names it. `observed` holds one record at least."""
    last = max(observed.records, key=lambda record: record.seq)
    record = sealed_json(ports.store.get(entry_key(last.seq)))
    principal = record["collector"]["principal"]
    named = {
        i.subject.rsplit("/", 1)[-1]: i.subject_name
        for i in observed.intervals
        if i.check_id == SUBSCRIPTIONS_CHECK and i.subject.startswith("/subscriptions/")
    }
    return ConnectionFacts(
        name=connection.name,
        tenant_id=connection.tenant_id,
        cloud=connection.cloud,
        principal=_principal(principal),
        subscriptions=tuple(sorted(named.items())),
    )


def _principal(principal: Mapping[str, Any]) -> str:
    return (
        f"{principal['kind']} {principal['app_id'] or 'unnamed'} "
        f"(object {principal['object_id'] or 'unnamed'})"
    )
