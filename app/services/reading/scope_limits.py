"""What of a tenant the evidence cannot know: what lies outside the collecting identity's rights.

Nobody can count what they may not see. So this says where the identity's roles reach, as Azure told
that night, and that nothing is known beyond.
"""

from collections.abc import Iterable
from datetime import datetime

from app.db.rows.evidence import records
from app.evidence.canonical import sealed_json
from app.evidence.observed import SealedRecord
from app.evidence.record import entry_key
from app.evidence.rights import COLLECTOR
from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.log.sealed_pages import seen_again
from app.store.base import Store
from collectors.kit import Item
from collectors.kit.access.roles import ROLES, role_id, role_name
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.interpret import Seen

ROOT = "/providers/microsoft.management/managementgroups/"
READS_ALL = frozenset(
    {
        "acdd72a7-3385-48ef-bd42-f606fba81ae7",  # Reader
        "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",  # Owner
        "b24988ac-6180-42a0-ab88-20f7382dd24c",  # Contributor
    }
)
"""Roles that read every resource below where they are held.
https://learn.microsoft.com/azure/role-based-access-control/built-in-roles"""
NAMED = 6
"""Roles that a sentence names."""
EVERYWHERE = (
    "The collecting identity reads from the tenant's root management group: every subscription "
    "below it that night is in this evidence, or named as a gap."
)
BEYOND = (
    "Subscriptions and management groups outside of that are not known to this evidence: neither "
    "how many there are nor what is in them."
)


def scope_limits(ports: Ports, connection: Connection, slot: datetime) -> tuple[str, ...]:
    """Sentences for people, of the night of a slot; one that says so where no record tells."""
    with ports.database.read() as session:
        sealed = records(session, connection.id, slot, slot, [COLLECTOR])
    return limits_in(ports.store, connection, sealed)


def limits_in(
    store: Store, connection: Connection, sealed: Iterable[SealedRecord]
) -> tuple[str, ...]:
    """The same of the records of one night."""
    own = (one for one in sealed if (one.collector_id, one.scope) == (COLLECTOR, "tenant"))
    tenant = next(own, None)
    chosen = _chosen(connection)
    if tenant is None:
        return (*chosen, "How far the collecting identity's rights reach was not recorded.")
    record = sealed_json(store.get(entry_key(tenant.seq)))
    seen = seen_again(record, collector_by_id(COLLECTOR), store)
    return (*chosen, *_reach(seen, connection.tenant_id))


def _chosen(connection: Connection) -> tuple[str, ...]:
    count = len(connection.subscriptions)
    if not count:
        return ()
    named = "subscription" if count == 1 else "subscriptions"
    return (f"The connection names {count:,} {named}; no other was asked for anything.",)


def _reach(seen: Seen, tenant_id: str) -> tuple[str, ...]:
    roles = seen.items["roles"]
    if any(gap.read == "roles" for gap in seen.gaps):
        return ("Which roles the collecting identity holds could not be seen.",)
    if any(_is_everywhere(one, tenant_id) for one in roles):
        return (EVERYWHERE,)
    held = sorted({_held(one) for one in roles})
    more = f" and {len(held) - NAMED:,} more" if len(held) > NAMED else ""
    where = "; ".join(held[:NAMED]) or "no role of its own"
    return (f"The collecting identity holds {where}{more}. {BEYOND}",)


def _is_everywhere(role: Item, tenant_id: str) -> bool:
    scope = role["properties.scope"]
    reads = role_id(role["properties.roleDefinitionId"]) in READS_ALL
    if not reads or not isinstance(scope, str):
        return False
    return scope == "/" or scope.lower().rstrip("/") == f"{ROOT}{tenant_id}".lower()


def _held(role: Item) -> str:
    named = role_name(role["properties.roleDefinitionId"], ROLES)
    scope = role["properties.scope"]
    return f"{named} at {scope if isinstance(scope, str) else 'a scope that Azure did not name'}"
