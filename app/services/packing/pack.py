"""A pack for people and a bundle for machines, from what the log holds of a period."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any

from app.controls.document import assessments
from app.controls.ground import Facts
from app.controls.period import Period
from app.errors import NotFoundError, RefusedError
from app.evidence.canonical import canonical, sha256
from app.evidence.events.access_events import PackIssued
from app.evidence.events.fact import event_of
from app.evidence.record import instant, utc
from app.packs.view.facts import Engagement
from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.index.claims import need_forward_clock
from app.services.index.sealed_nights import SealedNights, sealed_nights
from app.services.log.checkpoint_time import dated, signed_at
from app.services.log.checkpoints import Checkpoint, checkpoint_sizes, read_checkpoint
from app.services.log.evidence_log import EvidenceLog
from app.services.log.stamps import answering, completed
from app.services.nights.rules_archive import rules_archive
from app.services.nights.schedule.overtaken import settle
from app.services.packing.bundle import need_dated
from app.services.packing.drawn import drawn_fact, drawn_files
from app.services.packing.facts import limits_of
from app.services.packing.folder import write_pack
from app.services.packing.given_out import GivenOutLedger
from app.services.packing.order import Order
from app.services.packing.pdf import Occasion, draw_pack
from app.services.reading.evidence import instants
from app.services.upkeep.witnesses import ask_witnesses, cosigned_facts
from app.store.base import Store
from app.trust.seals.pades import seal_pdf

Told = Callable[[str], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class IssuedPack:
    """Where a pack and its bundle lie, and what they cover."""

    pack_id: str
    pdf: Path
    bundle: Path
    bundle_sha256: str
    records: int
    checkpoint_size: int
    assurance: str
    store: str
    issued_at: datetime
    sealed_at: datetime
    """When the checkpoint over its evidence was signed."""


def issue_pack(
    ports: Ports, connection: Connection, engagement: Engagement, told: Told = lambda _: None
) -> IssuedPack:
    """Draw, seal and record a pack.

    The same evidence gives the same pack id, and issued at the same instant the same PDF content.
    Nights that nobody collected are recorded as missed first, though no annexa was running.

    Every word of it comes from sealed entries; the index is not asked. Raises NotFoundError when
    the period holds no record, RefusedError when the index has another connection than the log or
    the clock is behind what that says, WriterBusyError, UnavailableError when no time authority
    answers or the pack cannot be written.
    """
    settle(ports, connection)
    issued_at = instant(utc(ports.now()))
    with ports.writer(f"issuing a pack of {connection.name}"):
        log = ports.open_log()
        log.seal(ports.now, ports.authorities)
        catch_up(ports, log)
        need_forward_clock(ports)
        ledger = GivenOutLedger()
        sealed_facts = _sealed(ports.store, ledger.seeing(log.entries()), connection)
        start, end = instants(engagement.first, engagement.last)
        observed = _observed(sealed_facts.facts(start, end), connection, engagement)
        entries = sealed_facts.entries(start, end)
        checkpoint = _covering(ports, entries)
        pack_id = _pack_id(connection, engagement, checkpoint)
        told("drawing the pack")
        occasion = Occasion(
            pack_id=pack_id,
            at=issued_at,
            checkpoint=checkpoint,
            waiting=sealed_facts.waiting(issued_at),
            limits=limits_of(ports, connection, observed, sealed_facts.rights_changes),
            given_out=ledger.rows(checkpoint.size),
            changes=sealed_facts.changes(start, end),
        )
        pdf, attached = draw_pack(ports, connection, engagement, observed, occasion)
        told("sealing the bundle")
        order = Order(
            pack_id=pack_id,
            connection=connection,
            engagement=engagement,
            records=observed.records,
            entries=sorted({*entries, *sealed_facts.chain(start)}),
            evidence=checkpoint,
            issued_at=issued_at,
            assessments=_assessed(ports, engagement, observed),
        )
        folder, digest = _bundled(ports, log, order, _seal(ports, pdf), attached)
        issued = _issued(ports, order, folder, digest)
        _record(ports, log, connection, engagement, issued)
        return issued


def _issued(ports: Ports, order: Order, folder: Path, digest: str) -> IssuedPack:
    return IssuedPack(
        pack_id=order.pack_id,
        pdf=folder / "pack.pdf",
        bundle=folder / "bundle.asice",
        bundle_sha256=digest,
        records=len(order.records),
        checkpoint_size=order.evidence.size,
        assurance=dated(order.evidence, ports.known_authorities).assurance,
        store=ports.store.label,
        issued_at=order.issued_at,
        sealed_at=signed_at(ports.store, order.evidence.size),
    )


def _bundled(
    ports: Ports, log: EvidenceLog, order: Order, pdf: bytes, attached: Mapping[str, bytes]
) -> tuple[Path, str]:
    """The log is told of each file first, so that the bundle's checkpoint is over that entry.

    Returns the folder and the bundle's SHA-256.
    """
    dating = answering(ports.authorities, ports.now)
    drawn = drawn_files(ports, order, pdf, attached, list(dating))
    fact = drawn_fact(order, drawn)
    entry = log.append(event_of(fact, at=ports.now(), actor="annexa pack").sealed)
    asked = ask_witnesses(ports, need_dated(log.seal(ports.now, ports.authorities)))
    catch_up(ports, log)
    told = replace(order, entries=(*order.entries, entry.seq))
    written = write_pack(ports, log, told, drawn, dating)
    for cosigned in cosigned_facts(asked):
        log.append(event_of(cosigned, at=ports.now(), actor="annexa pack").sealed)
    return written


def _seal(ports: Ports, pdf: bytes) -> bytes:
    archival = ports.settings.seal.archival
    return seal_pdf(pdf, ports.trust, ports.authorities, ports.now, archival=archival)


def _sealed(
    store: Store, entries: Iterable[tuple[int, bytes]], connection: Connection
) -> SealedNights:
    """What the log says of a connection. Raises RefusedError when it never heard of this one."""
    nights = sealed_nights(store, entries, connection.id).get(connection.id)
    sealed = nights.connection if nights else None
    if nights is None or sealed is None or sealed != connection:
        raise RefusedError(
            f"the index describes the connection {connection.name} otherwise than the sealed log: "
            "it was altered; run `annexa reindex` and find out by whom",
            code="index_altered",
        )
    return nights


def _observed(found: Facts, connection: Connection, engagement: Engagement) -> Facts:
    """The same. Raises NotFoundError when there is no record."""
    if not found.records:
        raise NotFoundError(
            f"{connection.name} has no sealed record between {engagement.first} and "
            f"{engagement.last}; see its nights with `annexa status`",
            code="period_empty",
        )
    return found


def _assessed(ports: Ports, engagement: Engagement, observed: Facts) -> dict[str, Any]:
    """The controls by today's rules."""
    return assessments(
        ports.catalogue,
        ports.collectors,
        observed,
        Period(first=engagement.first, last=engagement.last),
        ports.settings.not_applicable,
        sha256(rules_archive()),
    )


def _covering(ports: Ports, entries: Sequence[int]) -> Checkpoint:
    """The smallest checkpoint that covers every entry: the same evidence, the same pack."""
    last = max(entries)
    size = next(size for size in checkpoint_sizes(ports.store) if size > last)
    checkpoint = read_checkpoint(ports.store, ports.trust.log, size)
    checkpoint = completed(ports.store, checkpoint, ports.now, ports.authorities)
    return need_dated(checkpoint)


def _pack_id(connection: Connection, engagement: Engagement, checkpoint: Checkpoint) -> str:
    facts = [
        connection.id,
        engagement.name,
        engagement.first.isoformat(),
        engagement.last.isoformat(),
        checkpoint.root.hex(),
    ]
    return f"AXP-{sha256(canonical(facts))[:12].upper()}"


def _record(
    ports: Ports,
    log: EvidenceLog,
    connection: Connection,
    engagement: Engagement,
    issued: IssuedPack,
) -> None:
    fact = PackIssued(
        pack_id=issued.pack_id,
        connection_id=connection.id,
        engagement=engagement.name,
        first=datetime.combine(engagement.first, time.min, UTC),
        last=datetime.combine(engagement.last, time.min, UTC),
        checkpoint_size=issued.checkpoint_size,
        pdf_path=str(issued.pdf.relative_to(ports.home)),
        bundle_path=str(issued.bundle.relative_to(ports.home)),
        bundle_sha256=issued.bundle_sha256,
        issued_at=issued.issued_at,
        sealed_at=issued.sealed_at,
        auditor=engagement.auditor,
    )
    log.append(event_of(fact, at=ports.now(), actor="annexa pack").sealed)
    log.seal(ports.now, ports.authorities)
    catch_up(ports, log)
