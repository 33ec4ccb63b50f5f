"""Every object that the evidence of a period stands on."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from app.db.rows.evidence import records
from app.errors import NotFoundError, UsageError
from app.evidence.canonical import sealed_json
from app.evidence.record import entry_key
from app.services.connections.register import list_connections
from app.services.home.installation import Ports
from app.services.log.checkpoints import CHECKPOINTS, checkpoint_key, checkpoint_sizes
from app.services.proof.entries import named
from app.store.base import Store

_AT_ONCE = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class Days:
    """A period of whole days in UTC, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Raise UsageError when it ends before it begins."""
        if self.last < self.first:
            raise UsageError(f"the period ends on {self.last}, before it begins on {self.first}")


@dataclass(frozen=True, kw_only=True, slots=True)
class PeriodObjects:
    """What lies in the store for a period."""

    records: int
    keys: Sequence[str]


def objects_in(ports: Ports, days: Days) -> PeriodObjects:
    """Records of all connections, what they name, and the checkpoints that cover them.

    Raises NotFoundError when the period holds no record.
    """
    start = datetime.combine(days.first, time.min, UTC)
    end = datetime.combine(days.last, time.max, UTC)
    with ports.database.read() as session:
        found = [
            record.seq
            for connection in list_connections(ports)
            for record in records(session, connection.id, start, end)
        ]
    if not found:
        raise NotFoundError(
            f"there is no sealed record between {days.first} and {days.last}; see the nights with "
            "`annexa status`",
            code="period_empty",
        )
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        keys = {
            key
            for several in pool.map(lambda seq: _named(ports.store, seq), found)
            for key in several
        }
    keys.update(_checkpoints(ports.store, min(found), max(found)))
    return PeriodObjects(records=len(found), keys=tuple(sorted(keys)))


def _named(store: Store, seq: int) -> list[str]:
    record = sealed_json(store.get(entry_key(seq)))
    return [entry_key(seq), *(key for key, _ in named(record))]


def _checkpoints(store: Store, first: int, last: int) -> Iterator[str]:
    """Checkpoints and tokens from the first that covers a record to the one that covers all."""
    sizes = checkpoint_sizes(store)
    covering = next((size for size in sizes if size > last), max(sizes, default=0))
    after = checkpoint_key(covering + 1)
    for key in store.list(CHECKPOINTS):
        if checkpoint_key(first + 1) <= key < after:
            yield key
