"""A pack for people and a bundle for machines, from what the log holds of a period."""

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from app.controls.assessment import Period
from app.controls.catalogue import load_crosswalk
from app.controls.document import Facts, assessments
from app.errors import NotFoundError, RefusedError, UnavailableError
from app.evidence.canonical import canonical, parse, sha256
from app.evidence.record import Event, entry_key, utc
from app.packs.build import build_view
from app.packs.facts import CheckpointFacts, ConnectionFacts, Engagement, Stamp, StoreFacts
from app.packs.populations import pack_attachments
from app.packs.render import render_pdf
from app.packs.verification import verification_commands
from app.services.bundling import Order, write_bundle_of
from app.services.checkpoints import Checkpoint, checkpoint_sizes, read_checkpoint
from app.services.connections import Connection, connection_of
from app.services.dating import dated, signed_at
from app.services.indexing import catch_up
from app.services.policy_states import agreement_of
from app.services.ports import Ports
from app.services.principal_names import principal_names, with_names
from app.services.private_files import private_file, private_folder
from app.services.reading import instants
from app.services.rules import rules_archive
from app.services.sealed_nights import SealedNights, sealed_nights
from app.services.sealing import EvidenceLog
from app.services.skew import widest_skew
from app.services.stamping import completed
from app.services.store_guarantee import store_guarantee
from app.services.tool import tool
from app.trust.pades import seal_pdf
from app.trust.timestamp import TimestampUnavailableError

Told = Callable[[str], None]
SUBSCRIPTIONS_CHECK = "inventory.resources.subscription_enabled"


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


def issue_pack(
    ports: Ports, connection: Connection, engagement: Engagement, told: Told = lambda _: None
) -> IssuedPack:
    """Draw, seal and record a pack. The same evidence gives the same pack id and PDF content.

    Every word of it comes from sealed entries; the index is not asked. Raises NotFoundError when
    the period holds no record, RefusedError when the index has another connection than the log,
    WriterBusyError, UnavailableError when no time authority answers or the pack cannot be written.
    """
    with ports.writer(f"issuing a pack of {connection.name}"):
        log = ports.open_log()
        log.seal(ports.now, ports.authorities)
        catch_up(ports, log)
        sealed_facts = _sealed(ports, log, connection)
        start, end = instants(engagement.first, engagement.last)
        observed = _observed(sealed_facts.facts(start, end), connection, engagement)
        entries = sealed_facts.entries(start, end)
        checkpoint = _covering(ports, entries)
        pack_id = _pack_id(connection, engagement, checkpoint)
        told("drawing the pack")
        pdf, attached = _draw(ports, connection, engagement, observed, checkpoint, pack_id)
        told("sealing the bundle")
        archival = ports.settings.seal.archival
        sealed = seal_pdf(pdf, ports.trust, ports.authorities, ports.now, archival=archival)
        order = Order(
            pack_id=pack_id,
            connection=connection,
            engagement=engagement,
            records=observed.records,
            entries=entries,
            checkpoint=checkpoint,
            assessments=_assessed(ports, engagement, observed),
        )
        folder, digest = _written(ports, log, order, sealed, attached)
        issued = IssuedPack(
            pack_id=pack_id,
            pdf=folder / "pack.pdf",
            bundle=folder / "bundle.asice",
            bundle_sha256=digest,
            records=len(observed.records),
            checkpoint_size=checkpoint.size,
            assurance=dated(checkpoint, ports.witnesses).assurance,
            store=ports.store.label,
        )
        _record(ports, log, connection, engagement, issued)
        return issued


def _sealed(ports: Ports, log: EvidenceLog, connection: Connection) -> SealedNights:
    """What the log says of a connection. Raises RefusedError when it never heard of this one."""
    nights = sealed_nights(ports.store, log.entries(), connection.id).get(connection.id)
    sealed = nights.connection if nights else None
    if nights is None or sealed is None or connection_of(sealed) != connection:
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
    if not checkpoint.tokens:
        raise TimestampUnavailableError(
            f"checkpoint {size} awaits a timestamp and a bundle needs one: {checkpoint.awaiting}"
        )
    return checkpoint


def _pack_id(connection: Connection, engagement: Engagement, checkpoint: Checkpoint) -> str:
    facts = [
        connection.id,
        engagement.name,
        engagement.first.isoformat(),
        engagement.last.isoformat(),
        checkpoint.root.hex(),
    ]
    return f"AXP-{sha256(canonical(facts))[:12].upper()}"


def _draw(
    ports: Ports,
    connection: Connection,
    engagement: Engagement,
    observed: Facts,
    checkpoint: Checkpoint,
    pack_id: str,
) -> tuple[bytes, dict[str, bytes]]:
    period = Period(first=engagement.first, last=engagement.last)
    names = principal_names(ports.store, ports.collectors, observed.records)
    observed = with_names(observed, names)
    agreement = agreement_of(
        ports.store,
        ports.collectors,
        observed.records,
        observed.intervals,
        min(record.slot for record in observed.records),
    )
    attached = pack_attachments(
        collectors=ports.collectors,
        intervals=observed.intervals,
        records=observed.records,
        nights=observed.nights,
        period=period,
        agreement=agreement,
    )
    facts = _checkpoint_facts(ports, checkpoint, observed)
    view = build_view(
        pack_id=pack_id,
        organisation=ports.settings.organisation,
        engagement=engagement,
        connection=_connection_facts(ports, connection, observed),
        store=_store_facts(ports, checkpoint),
        checkpoint=facts,
        collectors=ports.collectors,
        catalogue=ports.catalogue,
        crosswalk=load_crosswalk(ports.catalogue),
        expectations=ports.expectations,
        nights=observed.nights,
        counts=observed.counts,
        intervals=observed.intervals,
        gaps=observed.gaps,
        records=observed.records,
        removals=observed.removals,
        attachments=attached,
        not_applicable=ports.settings.not_applicable,
        commands=verification_commands(pack_id),
        tool_version=str(tool()["version"]),
        names_of=names.night,
        agreement=agreement,
        generated_at=facts.signed_at,
    )
    return render_pdf(view, attached), attached


def _store_facts(ports: Ports, checkpoint: Checkpoint) -> StoreFacts:
    guarantee = store_guarantee(ports, checkpoint.size)
    return StoreFacts(
        label=guarantee.label, write_once=guarantee.write_once, detail=guarantee.detail
    )


def _checkpoint_facts(ports: Ports, checkpoint: Checkpoint, observed: Facts) -> CheckpointFacts:
    facts = dated(checkpoint, ports.witnesses)
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


def _connection_facts(ports: Ports, connection: Connection, observed: Facts) -> ConnectionFacts:
    last = max(observed.records, key=lambda record: record.seq)
    record = parse(ports.store.get(entry_key(last.seq)))
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


def _written(
    ports: Ports, log: EvidenceLog, order: Order, pdf: bytes, attached: Mapping[str, bytes]
) -> tuple[Path, str]:
    """Folder of the finished files, and the bundle's SHA-256. Unfinished ones never have a name."""
    packs = ports.home / "packs" / order.pack_id
    try:
        private_folder(packs)
        with TemporaryDirectory(prefix=".unfinished-", dir=packs) as made:
            bundle = Path(made) / "bundle.asice"
            with private_file(bundle) as target:
                write_bundle_of(ports, log, order, pdf, attached, target)
            with private_file(Path(made) / "pack.pdf") as target:
                target.write(pdf)
            digest = file_digest(bundle)
            folder = packs / digest[:12]
            private_folder(folder)
            for name in ("pack.pdf", "bundle.asice"):
                (Path(made) / name).replace(folder / name)
    except OSError as error:
        raise UnavailableError(
            f"the pack cannot be written to {packs}: {error.strerror}; nothing sealed is lost, "
            "make room and issue it again"
        ) from error
    return folder, digest


def file_digest(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _record(
    ports: Ports,
    log: EvidenceLog,
    connection: Connection,
    engagement: Engagement,
    issued: IssuedPack,
) -> None:
    detail = {
        "pack_id": issued.pack_id,
        "connection_id": connection.id,
        "engagement": engagement.name,
        "from": utc(datetime.combine(engagement.first, time.min, UTC)),
        "to": utc(datetime.combine(engagement.last, time.min, UTC)),
        "checkpoint_size": issued.checkpoint_size,
        "pdf_path": str(issued.pdf.relative_to(ports.home)),
        "bundle_path": str(issued.bundle.relative_to(ports.home)),
        "bundle_sha256": issued.bundle_sha256,
    }
    event = Event(kind="pack_issued", at=ports.now(), actor="annexa pack", detail=detail)
    log.append(event.sealed)
    log.seal(ports.now, ports.authorities)
    catch_up(ports, log)
