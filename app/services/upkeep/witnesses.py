"""Witnesses are asked to cosign: that nobody was shown another history of this log."""

from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus

import structlog

from app.db.rows.log import events
from app.errors import WriterBusyError
from app.evidence.events.fact import event_of
from app.evidence.events.log_events import CheckpointCosigned
from app.evidence.tree.cosignature import parse_signature_lines, verify_cosignature
from app.evidence.tree.note import NoteError, NoteSignature, VerifierKey, parse_note
from app.evidence.tree.tiles import MissingTileError, TileLog
from app.evidence.tree.witness_request import format_request
from app.services.home.installation import KnownWitness, Ports
from app.services.index.catch_up import catch_up
from app.services.log.checkpoints import (
    Checkpoint,
    StoreTiles,
    read_checkpoint,
)
from app.services.log.cosignatures import (
    cosignature_names,
    keep_cosignature,
    read_cosignatures,
    verified,
)
from app.services.upkeep.notices import night_checkpoint
from app.services.upkeep.witness_channel import SilentWitnessError, ask
from app.store.base import Store

LOG = structlog.get_logger()


@dataclass(frozen=True, kw_only=True, slots=True)
class Cosigning:
    """What became of asking one witness."""

    witness: str
    size: int
    at: datetime | None = None
    """When it cosigned, by its own clock; None when it did not."""
    reason: str = ""
    """Why not."""


def cosign_night(ports: Ports) -> list[Cosigning]:
    """Have the last night's checkpoint cosigned by each witness that has not gone so far yet.

    For each tick. Whoever does not answer is asked again by the next one; nothing else waits.
    """
    size = night_checkpoint(ports) if _with_address(ports) else None
    if size is None:
        return []
    with ports.database.read() as session:
        told = events(session, CheckpointCosigned)
    ahead = {one.fact.witness for one in told if one.fact.checkpoint_size >= size}
    waiting = [one for one in _with_address(ports) if one.name not in ahead]
    if not waiting:
        return []
    done = ask_witnesses(ports, read_checkpoint(ports.store, ports.trust.log, size), waiting)
    tell(ports, done)
    return done


def ask_witnesses(
    ports: Ports, checkpoint: Checkpoint, witnesses: Sequence[KnownWitness] | None = None
) -> list[Cosigning]:
    """Ask each witness at once to cosign this checkpoint; what verifies is kept in the store.

    Nothing is raised for a witness that is silent, wrong or ahead: its outcome says so.
    """
    asked = _with_address(ports) if witnesses is None else witnesses
    if not asked:
        return []
    with ThreadPoolExecutor(len(asked)) as threads:
        return list(threads.map(lambda one: _cosigned(ports.store, checkpoint, one), asked))


def _with_address(ports: Ports) -> tuple[KnownWitness, ...]:
    return tuple(one for one in ports.witnesses if one.url)


def _cosigned(store: Store, checkpoint: Checkpoint, witness: KnownWitness) -> Cosigning:
    """Ask one, and keep what it signed."""
    there = read_cosignatures(store, checkpoint.size)
    for found in verified(checkpoint.note, there, [witness.key]):
        return cosigning(witness, checkpoint, found.at)
    try:
        signature = _by(witness.key, _answered(store, checkpoint, witness))
        at = verify_cosignature(parse_note(checkpoint.note).text, signature, witness.key).at
    except (SilentWitnessError, NoteError, MissingTileError) as error:
        LOG.warning("not_cosigned", witness=witness.name, size=checkpoint.size, why=str(error))
        return Cosigning(witness=witness.name, size=checkpoint.size, reason=str(error))
    keep_cosignature(store, checkpoint.size, signature)
    LOG.info("cosigned", witness=witness.name, size=checkpoint.size)
    return cosigning(witness, checkpoint, at)


def _answered(store: Store, checkpoint: Checkpoint, witness: KnownWitness) -> bytes:
    """Signature lines; where it knows another size than we thought, asked once more from there."""
    old = newest_by(store, witness.key)
    answer = ask(witness.url, request_body(store, old, checkpoint), witness.ca_file)
    if answer.status == HTTPStatus.CONFLICT:
        old = _size(answer.body)
        if old > checkpoint.size:
            raise SilentWitnessError(
                f"it has cosigned {old} entries of this log, and is asked for {checkpoint.size}: "
                "it went further with a later checkpoint, or this store was set back"
            )
        answer = ask(witness.url, request_body(store, old, checkpoint), witness.ca_file)
    if answer.status != HTTPStatus.OK:
        said = answer.body[:200].decode("utf-8", "replace").strip()
        raise SilentWitnessError(f"it answered {answer.status}: {said}")
    return answer.body


def cosigning(witness: KnownWitness, checkpoint: Checkpoint, at: int) -> Cosigning:
    """That it cosigned, at so many seconds since 1970."""
    return Cosigning(witness=witness.name, size=checkpoint.size, at=datetime.fromtimestamp(at, UTC))


def request_body(store: Store, old: int, checkpoint: Checkpoint) -> bytes:
    """What a witness that knows `old` entries is asked. Raises MissingTileError."""
    proof = []
    if 0 < old < checkpoint.size:
        proof = TileLog(StoreTiles(store), checkpoint.size).consistency(old)
    return format_request(old, proof, checkpoint.note)


def newest_by(store: Store, key: VerifierKey) -> int:
    """Size of the largest checkpoint that this witness cosigned, as far as the store knows."""
    for size in sorted(cosignature_names(store), reverse=True):
        signatures = read_cosignatures(store, size)
        if any((one.name, one.key_id) == (key.name, key.key_id) for one in signatures):
            return size
    return 0


def _size(body: bytes) -> int:
    text = body.decode("ascii", "replace").strip()
    if not text.isdigit() or len(text) > 18:
        raise SilentWitnessError("it answered 409 without the size that it knows")
    return int(text)


def _by(key: VerifierKey, body: bytes) -> NoteSignature:
    """The line of a known key; cosignatures by others are ignored (c2sp.org/tlog-witness)."""
    for one in parse_signature_lines(body):
        if (one.name, one.key_id) == (key.name, key.key_id):
            return one
    raise SilentWitnessError(f"its answer has no signature by {key.name}")


def cosigned_facts(outcomes: Iterable[Cosigning]) -> list[CheckpointCosigned]:
    """What the log is told of those who cosigned."""
    return [
        CheckpointCosigned(witness=one.witness, checkpoint_size=one.size, cosigned_at=one.at)
        for one in outcomes
        if one.at is not None
    ]


def tell(ports: Ports, outcomes: Iterable[Cosigning]) -> None:
    """Say in the log who cosigned what, once for each witness and size."""
    facts = cosigned_facts(outcomes)
    if not facts:
        return
    try:
        with ports.writer("recording cosignatures"):
            log = ports.open_log()
            catch_up(ports, log)
            for fact in facts:
                if not _is_told(ports, fact):
                    log.append(event_of(fact, at=ports.now(), actor="annexa witness").sealed)
            log.seal(ports.now, ports.authorities)
            catch_up(ports, log)
    except WriterBusyError:
        LOG.info("cosignatures_not_logged", witnesses=len(facts))  # by the next tick


def _is_told(ports: Ports, fact: CheckpointCosigned) -> bool:
    with ports.database.read() as session:
        told = events(session, CheckpointCosigned)
    names = {(one.fact.witness, one.fact.checkpoint_size) for one in told}
    return (fact.witness, fact.checkpoint_size) in names
