"""How far each witness has cosigned the log, and how far it is behind."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from app.services.home.installation import KnownWitness, Ports
from app.services.log.checkpoints import checkpoint_key
from app.services.log.cosignatures import cosignature_names, read_cosignatures, verified
from app.services.upkeep.notices import night_checkpoint
from app.store.base import Store


@dataclass(frozen=True, kw_only=True, slots=True)
class WitnessStatus:
    """One witness of the settings."""

    name: str
    vkey: str
    cosigned: int
    """Entries of the largest checkpoint that it cosigned; 0 for none."""
    cosigned_at: datetime | None
    """When, by its own clock."""
    behind: bool
    """True while the last night's checkpoint awaits it."""
    sentence: str


def witness_statuses(ports: Ports) -> tuple[WitnessStatus, ...]:
    """Every witness of the settings, by the cosignatures in the store that verify."""
    if not ports.witnesses:
        return ()
    names = cosignature_names(ports.store)
    night = night_checkpoint(ports)
    return tuple(_status(ports.store, one, names, night) for one in ports.witnesses)


def _status(
    store: Store, witness: KnownWitness, names: Mapping[int, Sequence[str]], night: int | None
) -> WitnessStatus:
    cosigned, at = _newest(store, witness, names)
    behind = night is not None and cosigned < night
    return WitnessStatus(
        name=witness.name,
        vkey=str(witness.key),
        cosigned=cosigned,
        cosigned_at=at,
        behind=behind,
        sentence=_sentence(witness, cosigned, at, night if behind else None),
    )


def _newest(
    store: Store, witness: KnownWitness, names: Mapping[int, Sequence[str]]
) -> tuple[int, datetime | None]:
    for size in sorted(names, reverse=True):
        note = store.get(checkpoint_key(size))
        for found in verified(note, read_cosignatures(store, size), [witness.key]):
            return size, datetime.fromtimestamp(found.at, UTC)
    return 0, None


def _sentence(
    witness: KnownWitness, cosigned: int, at: datetime | None, awaited: int | None
) -> str:
    if at is None:
        done = f"{witness.name} has cosigned nothing yet"
    else:
        done = f"{witness.name} cosigned {cosigned:,} entries on {at:%Y-%m-%d %H:%M} UTC"
    if awaited is None:
        return done
    how = "each tick asks it" if witness.url else "ask it with `annexa witness request`"
    return f"{done}; the last night, of {awaited:,} entries, awaits it: {how}"
