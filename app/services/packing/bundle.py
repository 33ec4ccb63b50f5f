"""What goes into a bundle: everything an auditor needs to check the period without us."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from types import FunctionType
from typing import IO, Any

from app.evidence.canonical import canonical, parse, sha256
from app.evidence.events.run_events import Rejudged
from app.evidence.observed import SealedRecord
from app.evidence.record import (
    RECORD_SCHEMA,
    derived_key,
    entry_key,
    raw_key,
    rules_key,
    utc,
)
from app.packs.sealed.bundle import write_bundle
from app.packs.view.facts import Engagement
from app.schedule.connection import Connection
from app.services.home.installation import Clock, Ports
from app.services.log.checkpoint_time import signed_at
from app.services.log.checkpoints import Checkpoint
from app.services.log.evidence_log import EvidenceLog
from app.services.log.stamps import answering
from app.services.nights.rules_archive import rules_archive
from app.services.nights.tool import tool
from app.store.base import Store
from app.trust.seals.seal import seal
from app.trust.time.timestamp import TimeAuthority, stamp
from collectors.kit import Collector


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """What a bundle is asked to hold."""

    pack_id: str
    connection: Connection
    engagement: Engagement
    records: Sequence[SealedRecord]
    entries: Sequence[int]
    """Numbers of all entries it holds, records and the events of their nights."""
    checkpoint: Checkpoint
    issued_at: datetime
    assessments: Mapping[str, Any]
    """The controls over the period, as `app.controls.document` writes them."""


def write_bundle_of(
    ports: Ports,
    log: EvidenceLog,
    order: Order,
    pdf: bytes,
    populations: Mapping[str, bytes],
    target: IO[bytes],
) -> int:
    """Write the sealed bundle of a period, one file at a time. Returns the number of files."""
    dating = answering(ports.authorities, ports.now)
    first, *others = [_stamping(ports.now, group) for group in dating.values()]
    return write_bundle(
        target,
        _files(ports, log, order, pdf, populations, list(dating)),
        seal=lambda data: seal(data, ports.trust, ports.authorities, ports.now),
        stamp=first,
        also=others,
        rootfile="pack.pdf",
    )


def _stamping(now: Clock, group: Sequence[TimeAuthority]) -> Callable[[bytes], bytes]:
    return lambda data: stamp(data, group, now).token


def _files(
    ports: Ports,
    log: EvidenceLog,
    order: Order,
    pdf: bytes,
    populations: Mapping[str, bytes],
    timestamps: Sequence[str],
) -> Iterator[tuple[str, bytes]]:
    yield "pack.pdf", pdf
    yield "manifest.json", canonical(_manifest(ports, order, timestamps))
    yield "catalogue.json", canonical([described(c) for c in ports.collectors])
    yield "expectations.json", canonical(ports.expectation_values)
    yield "assessments.json", canonical(order.assessments)
    for name, data in sorted(populations.items()):
        yield f"populations/{name}", data
    yield from _evidence(ports, log, order)


def _evidence(ports: Ports, log: EvidenceLog, order: Order) -> Iterator[tuple[str, bytes]]:
    """Entries with their proofs, and all bytes they name, each once."""
    checkpoint = order.checkpoint
    yield "checkpoint/checkpoint", checkpoint.note
    for token in checkpoint.tokens:
        yield f"checkpoint/checkpoint{token.ending}", token.response
    named = {("rules", str(order.assessments["rules_sha256"]))}
    for seq in order.entries:
        data = ports.store.get(entry_key(seq))
        yield f"entries/{seq:012d}.json", data
        yield f"proofs/{seq:012d}.tlog-proof", log.proof(seq, checkpoint.size).encode()
        entry = parse(data)
        if entry["schema"] == RECORD_SCHEMA:
            named |= set(_names(entry))
        elif entry["kind"] == Rejudged.KIND:
            named |= set(Rejudged.of(entry["detail"]).named_objects())
    for kind, digest in sorted(named):
        if kind == "raw":
            yield f"raw/{digest}", ports.store.get(raw_key(digest))
        elif kind == "rules":
            yield f"rules/{digest}.zip", _rules(ports.store, digest)
        else:
            yield f"derived/{digest}.json", ports.store.get(derived_key(digest))


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


def described(collector: Collector) -> dict[str, Any]:
    """A collector as data: what is asked and what is judged, for the bundle and the API."""
    return {
        "id": collector.id,
        "title": collector.title,
        "reads": {
            name: {"kind": type(read).__name__, **_plain(asdict(read))}
            for name, read in collector.reads.items()
        },
        "checks": [
            {
                "id": f"{collector.id}.{check.id}",
                "title": check.title,
                "on": check.on,
                "controls": list(check.controls),
                "expectation": check.expectation,
                "remedy": check.remedy,
                "owner": check.owner.value,
                "policy": check.policy,
            }
            for check in collector.checks
        ],
    }


def _plain(value: Any) -> Any:
    match value:
        case dict():
            return {key: _plain(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case bool() | int() | str() | None:
            return value
        case FunctionType():  # by its name: its place in memory is another each time
            return f"{value.__module__}.{value.__qualname__}"
        case _:
            return str(value)


def _manifest(ports: Ports, order: Order, timestamps: Sequence[str]) -> dict[str, Any]:
    engagement, checkpoint = order.engagement, order.checkpoint
    return {
        "schema": "urn:annexa:bundle:v1",
        "pack_id": order.pack_id,
        "issued_at": utc(order.issued_at),
        "organisation": ports.settings.organisation,
        "engagement": {
            "name": engagement.name,
            "framework": engagement.framework,
            "auditor": engagement.auditor,
            "scope": engagement.scope,
            "first": engagement.first.isoformat(),
            "last": engagement.last.isoformat(),
        },
        "connection": {"id": order.connection.id, "name": order.connection.name},
        "tenant_id": order.connection.tenant_id,
        "log": {
            "origin": ports.trust.origin,
            "checkpoint_size": checkpoint.size,
            "root": checkpoint.root.hex(),
            "sealed_at": utc(signed_at(ports.store, checkpoint.size)),
        },
        "records": len(order.records),
        "timestamps": list(timestamps),
        "store": ports.store.label,
        "tool": dict(tool()),
    }
