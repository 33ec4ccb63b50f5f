"""Copies of a sealed record with parts hidden, and single parts of them revealed."""

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any, TypeAlias

from app.db.rows.evidence import record_by_id
from app.errors import NotFoundError, RefusedError, UsageError
from app.evidence.canonical import sealed_json, sha256
from app.evidence.record import RECORD_SCHEMA, derived_key, entry_key, raw_key
from app.evidence.redaction.copies import Document, Place, chosen, copy_of, revealed
from app.evidence.redaction.salts import Salts
from app.packs.verify.redacted import REDACTED_SCHEMA, REVEALED_SCHEMA, check_redacted
from app.services.home.installation import Ports
from app.services.log.evidence_log import EvidenceLog
from app.services.redaction.sealed_commitments import ENDS
from app.store.base import Store
from app.trust.keys.salt_key import read_salts
from app.trust.time.openssl import Refused

Body: TypeAlias = Mapping[str, Any]


def redacted_copy(
    ports: Ports,
    named: str,
    *,
    fields: Collection[str] = (),
    texts: Collection[str] = (),
    pages: bool = True,
) -> bytes:
    """A copy of a record and of what it stands on, as one JSON document (docs/redaction.md).

    `named` is the record's id or its number in the log; `fields` are names of members, `texts`
    what no shown token may hold. Raises NotFoundError for an unknown record, RefusedError for one
    that was not prepared, that no checkpoint covers, or whose salts are not those of this home.
    """
    if "" in {*fields, *texts}:
        raise UsageError("nothing is hidden by an empty name or text")
    log = ports.open_log()
    seq = _place(ports, log, named)
    data = ports.store.get(entry_key(seq))
    record = _prepared(seq, sealed_json(data))
    salts = _salts(ports, record)
    documents = list(_documents(ports.store, record, data, pages=pages))
    hidden = chosen(documents, fields, texts)
    first, *others = (copy_of(one, hidden, salts) for one in documents)
    copy = {
        "schema": REDACTED_SCHEMA,
        "end": _end(log, seq, record),
        "record": first,
        "documents": others,
    }
    try:
        check_redacted(copy, [])
    except Refused as error:
        raise RefusedError(
            f"the copy would not verify: {error}; see `annexa verify`", code="evidence_altered"
        ) from error
    return _written(copy)


def revealed_tokens(ports: Ports, copy: bytes, places: Collection[Place]) -> bytes:
    """Salt and text of single hidden tokens of a copy, named by document and number.

    Raises RefusedError for what is no copy of a record of this home, or hides no such token.
    """
    try:
        told = json.loads(copy)
        seq = json.loads(told["record"]["text"])["seq"]
        hidden = {
            (one["of"], number)
            for one in (told["record"], *told["documents"])
            for number, said in enumerate(one["tokens"])
            if len(said) > 32
        }
    except (ValueError, LookupError, TypeError) as error:
        raise RefusedError("this is no redacted copy", code="no_redacted_copy") from error
    unknown = sorted(f"{of}#{number}" for of, number in {*places} - hidden)
    if unknown:
        raise RefusedError(f"the copy hides no token {unknown[0]}", code="token_unknown")
    log = ports.open_log()
    data = ports.store.get(entry_key(_place(ports, log, str(seq))))
    record = _prepared(seq, sealed_json(data))
    found = {one.of: one for one in _documents(ports.store, record, data, pages=True)}
    tokens = revealed(found, places, _salts(ports, record))
    return _written({"schema": REVEALED_SCHEMA, "tokens": tokens})


def _place(ports: Ports, log: EvidenceLog, named: str) -> int:
    if not named.isdecimal():
        with ports.database.read() as session:
            return record_by_id(session, named).record.seq
    if int(named) >= log.size:
        raise NotFoundError(f"the log does not reach entry {named}", code="record_unknown")
    return int(named)


def _prepared(seq: int, record: Body) -> Body:
    if record["schema"] != RECORD_SCHEMA:
        raise RefusedError(
            f"entry {seq} is an event: only records can be redacted, events are left out whole",
            code="not_redactable",
        )
    if "salt_key" not in record:
        raise RefusedError(
            f"record {seq} was sealed before records were prepared for redaction: "
            "it can only be left out whole",
            code="not_redactable",
        )
    return record


def _salts(ports: Ports, record: Body) -> Salts:
    salts = read_salts(ports.trust.folder)
    if salts is None or salts.key_id != record["salt_key"]:
        raise RefusedError(
            f"the record was salted with the secret {record['salt_key']}, which is not "
            "trust/salt.key of this home; restore that file from the backup of the home that "
            "sealed it",
            code="salt_key_missing",
        )
    return salts


def _documents(store: Store, record: Body, data: bytes, *, pages: bool) -> Iterator[Document]:
    yield Document(of="record", data=data)
    wanted = [(part, derived_key, record[part]["sha256"]) for part in ("verdicts", "expectations")]
    if pages:
        sources = enumerate(record["source"])
        wanted += [(f"source/{n}", raw_key, one["raw_sha256"]) for n, one in sources]
    for of, key, digest in wanted:
        document = store.get(key(digest))
        if sha256(document) != digest:
            raise RefusedError(
                f"{key(digest)} has other bytes than were sealed; see `annexa verify`",
                code="evidence_altered",
            )
        yield Document(of=of, data=document)


def _end(log: EvidenceLog, seq: int, record: Body) -> dict[str, str]:
    """The entry that ends the record's run, and the proof that it is in the log."""
    run = record["run"]["run_id"]
    for number, data in log.entries(seq, log.sealed_size):
        body = sealed_json(data)
        if body.get("kind") in ENDS and body["detail"].get("run_id") == run:
            if str(seq) in (body["detail"].get("committed") or {}):
                return {"entry": data.decode(), "proof": log.proof(number)}
            break
    raise RefusedError(
        f"no sealed entry commits to record {seq} yet: its run has not ended, or ended without "
        "commitments; until then it can only be left out whole",
        code="not_redactable",
    )


def _written(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"
