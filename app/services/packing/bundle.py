"""What goes into a bundle: everything an auditor needs to check the period without us."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

from app.evidence.canonical import sealed_json, sha256
from app.evidence.events.run_events import Rejudged
from app.evidence.record import RECORD_SCHEMA, derived_key, entry_key, raw_key, rules_key
from app.packs.sealed.bundle import write_bundle
from app.services.home.installation import Clock, Ports
from app.services.log.checkpoints import Checkpoint
from app.services.log.cosignatures import cosigned_note
from app.services.log.evidence_log import EvidenceLog
from app.services.nights.rules_archive import rules_archive
from app.services.packing.order import Order
from app.store.base import Store
from app.trust.seals.seal import seal
from app.trust.time.timestamp import TimeAuthority, TimestampUnavailableError, stamp


def write_bundle_of(
    ports: Ports,
    log: EvidenceLog,
    order: Order,
    drawn: Mapping[str, bytes],
    dating: Mapping[str, Sequence[TimeAuthority]],
    target: IO[bytes],
) -> int:
    """Write the sealed bundle of a period, one file at a time. Returns the number of files.

    `drawn` are the files that the log's last entry binds, `dating` the authorities that
    manifest.json announces.
    """
    first, *others = [_stamping(ports.now, group) for group in dating.values()]
    return write_bundle(
        target,
        _files(ports.store, log, order, drawn),
        seal=lambda data: seal(data, ports.trust, ports.authorities, ports.now),
        stamp=first,
        also=others,
        rootfile="pack.pdf",
    )


def _stamping(now: Clock, group: Sequence[TimeAuthority]) -> Callable[[bytes], bytes]:
    return lambda data: stamp(data, group, now).token


def _files(
    store: Store, log: EvidenceLog, order: Order, drawn: Mapping[str, bytes]
) -> Iterator[tuple[str, bytes]]:
    yield from drawn.items()
    checkpoint = need_dated(log.checkpoint)
    yield from _noted("checkpoint/checkpoint", checkpoint)
    cosigned = cosigned_note(store, checkpoint.size)
    if cosigned is not None:
        yield "checkpoint/cosigned", cosigned
    yield from _noted("checkpoint/evidence", order.evidence)
    yield from log.leaf_tiles(checkpoint.size)
    named = {("rules", str(order.assessments["rules_sha256"]))}
    for seq in order.entries:
        data = store.get(entry_key(seq))
        yield f"entries/{seq:012d}.json", data
        yield f"proofs/{seq:012d}.tlog-proof", log.proof(seq, checkpoint.size).encode()
        entry = sealed_json(data)
        if entry["schema"] == RECORD_SCHEMA:
            named |= set(_names(entry))
        elif entry["kind"] == Rejudged.KIND:
            named |= set(Rejudged.of(entry["detail"]).named_objects())
    for kind, digest in sorted(named):
        if kind == "raw":
            yield f"raw/{digest}", store.get(raw_key(digest))
        elif kind == "rules":
            yield f"rules/{digest}.zip", _rules(store, digest)
        else:
            yield f"derived/{digest}.json", store.get(derived_key(digest))


def need_dated(checkpoint: Checkpoint | None) -> Checkpoint:
    """The same. Raises TimestampUnavailableError for one that awaits its token."""
    if checkpoint is None or not checkpoint.tokens:
        size, why = (checkpoint.size, checkpoint.awaiting) if checkpoint else (0, "not signed yet")
        raise TimestampUnavailableError(
            f"checkpoint {size} awaits a timestamp and a bundle needs one: {why}"
        )
    return checkpoint


def _noted(name: str, checkpoint: Checkpoint) -> Iterator[tuple[str, bytes]]:
    yield name, checkpoint.note
    for token in checkpoint.tokens:
        yield f"{name}{token.ending}", token.response


def _rules(store: Store, digest: str) -> bytes:
    """Today's rules made the assessments, though no night may have been judged by them yet."""
    today = rules_archive()
    return today if sha256(today) == digest else store.get(rules_key(digest))


def _names(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for source in record["source"]:
        yield "raw", source["raw_sha256"]
    yield "derived", record["verdicts"]["sha256"]
    yield "derived", record["expectations"]["sha256"]
    yield "rules", record["collector"]["rules_sha256"]
