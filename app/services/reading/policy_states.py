"""Azure Policy beside our verdicts: from the sealed states of a night to what differs."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

from sqlalchemy.orm import Session

from app.controls.azure_policy.agreement import PolicyAgreement, policy_agreement
from app.controls.azure_policy.cause import PolicyState
from app.db.rows.evidence import records
from app.db.rows.verdicts import intervals, oldest_folded
from app.errors import NotFoundError
from app.evidence.canonical import sealed_json
from app.evidence.observed import Interval, SealedRecord
from app.evidence.record import entry_key
from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.log.sealed_pages import seen_again
from app.store.base import Store
from collectors.kit import Collector, Item
from collectors.kit.catalogue.policies import definition_guid
from collectors.kit.values.instants import instant

COLLECTOR, READ = "posture.policy_states", "states"


def newest_agreement(ports: Ports, connection: Connection) -> PolicyAgreement | None:
    """Of the newest night; None when none asked Azure Policy. Raises NotFoundError."""
    with ports.database.read() as session:
        own = records(
            session, connection.id, datetime.min.replace(tzinfo=UTC), ports.now(), [COLLECTOR]
        )
        if not own:
            return None
        newest = max(own, key=lambda record: (record.slot, record.seq))
        held = _verdicts(session, ports.collectors, connection, newest.slot)
        first = oldest_folded(session, connection.id) or newest.slot
    return agreement_of(ports.store, ports.collectors, own, held, first)


def agreement_of(
    store: Store,
    collectors: Sequence[Collector],
    sealed: Sequence[SealedRecord],
    verdicts: Iterable[Interval],
    first_night: datetime,
) -> PolicyAgreement | None:
    """From the newest of these records that asked Azure Policy; None without one.

    Raises NotFoundError for a lost page.
    """
    collector = next((one for one in collectors if one.id == COLLECTOR), None)
    own = [one for one in sealed if one.collector_id == COLLECTOR]
    if collector is None or not own:
        return None
    newest = max(own, key=lambda record: (record.slot, record.seq))
    try:
        seen = seen_again(sealed_json(store.get(entry_key(newest.seq))), collector, store)
    except KeyError as error:
        raise NotFoundError(f"record {newest.seq} is not one of policy states: {error}") from error
    found = (_state(item) for item in seen.items.get(READ, ()))
    return policy_agreement(
        night=newest.slot,
        states=[state for state in found if state is not None],
        whole=not seen.gaps,
        intervals=verdicts,
        collectors=collectors,
        first_night=first_night,
    )


def _verdicts(
    session: Session, collectors: Iterable[Collector], connection: Connection, night: datetime
) -> list[Interval]:
    """Those of a night whose check names a definition."""
    named = [
        f"{collector.id}.{check.id}"
        for collector in collectors
        for check in collector.checks
        if check.policy is not None
    ]
    return intervals(session, connection.id, named, night, night)


def _state(item: Item) -> PolicyState | None:
    """What one row says; None for a row that says of nothing, or of another definition."""
    policy, resource = definition_guid(item["definition"]), _text(item, "resource").lower()
    if policy is None or not resource or item.disputed:
        return None
    return PolicyState(
        resource=resource,
        policy=policy,
        state=_text(item, "state") or "Unknown",
        evaluated=instant(item["evaluated"]),
        effect=_text(item, "effect"),
        assignment=_text(item, "assignment").lower(),
        reference=_text(item, "reference"),
    )


def _text(item: Item, path: str) -> str:
    value = item[path]
    return value if isinstance(value, str) else ""
