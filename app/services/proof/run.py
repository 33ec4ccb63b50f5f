"""One run, or one entry of the log, verified from the store alone."""

from collections.abc import Iterable
from typing import Any

from app.db.rows.evidence import record_by_id, run_records
from app.db.rows.runs import run_by_id
from app.errors import NotFoundError
from app.evidence.events.run_events import RunCompleted
from app.evidence.events.shape import MalformedEventError
from app.evidence.record import RECORD_SCHEMA, entry_key
from app.services.home.installation import Ports
from app.services.log.checkpoints import found
from app.services.proof.entries import Finding, parsed
from app.services.proof.one_entry import EntryProver
from app.services.proof.sealed_evidence import run_entries
from app.services.proof.whole_store import Fault, Findings
from app.store.base import Store


def verify_run(ports: Ports, run_id: str) -> Findings:
    """Every record and event of a run: bytes, objects, place in the log, and that all are there.

    Raises NotFoundError for an unknown run.
    """
    with ports.database.read() as session:
        run_by_id(session, run_id)
        digests = {one.record.seq: one.record.sha256 for one in run_records(session, run_id)}
    numbers = run_entries(ports, run_id)
    prover = EntryProver(ports)
    findings = [f for seq in numbers for f in prover.findings(seq, digests.get(seq))]
    findings += _counted(ports, numbers)
    return _findings(f"run {run_id}", f"VERIFIED, {len(numbers)} entries", findings)


def verify_entry(ports: Ports, named: str) -> Findings:
    """A record by its id, or any entry by its number in the log.

    Raises NotFoundError for an unknown id, or a number that the log does not reach.
    """
    if named.isdecimal():
        seq, digest = int(named), None
        if seq >= ports.open_log().size:
            raise NotFoundError(f"the log does not reach entry {seq}", code="record_unknown")
    else:
        with ports.database.read() as session:
            record = record_by_id(session, named).record
        seq, digest = record.seq, record.sha256
    findings = list(EntryProver(ports).findings(seq, digest))
    return _findings(f"entry {seq}", "VERIFIED", findings)


def _counted(ports: Ports, numbers: Iterable[int]) -> list[Finding]:
    """A completed run says how many records it sealed: are there as many?"""
    bodies = {seq: _body(ports.store, seq) for seq in numbers}
    records = sum(body.get("schema") == RECORD_SCHEMA for body in bodies.values())
    wrong = []
    for seq, body in bodies.items():
        if body.get("kind") != RunCompleted.KIND:
            continue
        try:
            told = RunCompleted.of(body.get("detail")).records
        except MalformedEventError as error:
            wrong.append(Finding(key=entry_key(seq), reason=error.message, code=error.kind))
            continue
        if told != records:
            said = f"it says that the run has {told} records; there are {records}"
            wrong.append(Finding(key=entry_key(seq), reason=said, code="run_incomplete"))
    return wrong


def _body(store: Store, seq: int) -> dict[str, Any]:
    return parsed(found(store, entry_key(seq)) or b"") or {}


def _findings(what: str, good: str, found_here: Iterable[Finding]) -> Findings:
    found_here = list(found_here)
    faults = tuple(Fault.of(f) for f in found_here if f.broken)
    return Findings(
        what=what,
        result=f"{len(faults)} fault(s)" if faults else good,
        faults=faults,
        notes=tuple(f"{f.key}: {f.reason}" for f in found_here if not f.broken),
    )
