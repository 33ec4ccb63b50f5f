"""Redacted copies: what is shown of a record was sealed, and what is hidden stays hidden."""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from app.evidence.redaction.commitment import commitment_over, document_parts, token_digest
from app.packs.verify.checks import decimal, decode, need
from app.packs.verify.container.files import Bundle
from app.packs.verify.log.checkpoint import check_checkpoint
from app.packs.verify.log.commitments import COMMITTING
from app.packs.verify.log.entries import included
from app.packs.verify.log.logkey import LogKey
from app.packs.verify.log.rotation import vkey_of
from app.packs.verify.log.sealed_json import sealed_json

REDACTED_SCHEMA = "urn:annexa:redacted:v1"
REVEALED_SCHEMA = "urn:annexa:revealed:v1"
OF_DOCUMENT = re.compile("source/(0|[1-9][0-9]{0,8})|verdicts|expectations")


def read_redacted(data: bytes) -> dict[str, Any]:
    """A redacted copy, by its form. Raises Refused."""
    copy = read_plain_json(data)
    of_form = isinstance(copy, dict) and copy.get("schema") == REDACTED_SCHEMA
    need(of_form, f"it is no document of the schema {REDACTED_SCHEMA}", "redacted_malformed")
    need(set(copy) == {"schema", "end", "record", "documents"}, "it has other members than a copy")
    texts = [copy["end"].get("entry"), copy["end"].get("proof")]
    need(all(isinstance(one, str) for one in texts), "it does not tell the end of its run")
    return dict(copy)


def check_copy(
    data: bytes, revealed: list[dict[str, Any]], vkeys: str, bundle: Bundle | None
) -> None:
    """A redacted copy, proven down to the log's key, and to a bundle if there is one.

    Raises Refused, or ValueError, LookupError or TypeError for what is malformed.
    """
    copy = read_redacted(data)
    entry, seq = copy["end"]["entry"].encode("utf-8"), proven_end(copy["end"], vkeys)
    name = f"entries/{seq:012d}.json"
    if bundle is not None and bundle.has(name):
        need(bundle.read(name) == entry, f"its end is not {name} of the bundle", "record_changed")
    check_redacted(copy, revealed)


def proven_end(end: dict[str, Any], vkeys: str) -> int:
    """Place of the entry that ends the run, once it is proven (c2sp.org/tlog-proof)."""
    entry = end["entry"].encode("utf-8")
    head, _, note = end["proof"].partition("\n\n")
    header, place, *hashes = head.split("\n")
    sound = header == "c2sp.org/tlog-proof@v1" and place.startswith("index ")
    need(sound, "its proof is no tlog-proof", "proof_invalid")
    key = LogKey(vkey_of(note.encode("utf-8"), vkeys))
    size, root = check_checkpoint(note.encode("utf-8"), key)
    index, path = decimal(place[len("index ") :]), [decode(line) for line in hashes]
    leaf = hashlib.sha256(b"\0" + entry).digest()
    proven = included(leaf, index, size, path, root)
    need(proven, "the end of the run is not proven to be in the log", "proof_invalid")
    need(sealed_json(entry)["seq"] == index, "the end is another entry", "record_misplaced")
    return index


def read_revealed(data: bytes) -> list[dict[str, Any]]:
    """Revealed tokens, by their form. Raises Refused."""
    told = read_plain_json(data)
    of_form = isinstance(told, dict) and told.get("schema") == REVEALED_SCHEMA
    need(of_form, f"it is no document of the schema {REVEALED_SCHEMA}", "redacted_malformed")
    return list(told["tokens"])


def check_redacted(copy: dict[str, Any], revealed: list[dict[str, Any]]) -> dict[str, Any]:
    """The record as shown, once everything in a copy is what was committed to.

    The commitments are those of the entry that ends the run: that it is in the log is for the
    caller to prove. Raises Refused.
    """
    end = read_plain_json(copy["end"]["entry"].encode("utf-8"))
    record = copy["record"]
    shown = read_plain_json(need_committed(record, None, revealed).encode("utf-8"))
    need(isinstance(shown, dict), "its record is none", "redacted_malformed")
    need(end["kind"] in COMMITTING, "its end is no end of a run", "commitment_unknown")
    told = end["detail"].get("committed") or {}
    seq = str(shown.get("seq"))
    need(seq in told, f"the end of the run commits to no record {seq}", "commitment_unknown")
    need_committed(record, told[seq], revealed)
    run = shown.get("run")
    if isinstance(run, dict) and not str(run.get("run_id")).startswith("[hidden "):
        same = run.get("run_id") == end["detail"]["run_id"]
        need(same, "the end is that of another run", "commitment_differs")
    for document in copy["documents"]:
        need(OF_DOCUMENT.fullmatch(document["of"]), "it names an unknown document")
        need_committed(document, committed_to(shown, document["of"]), revealed)
    names = [document["of"] for document in (record, *copy["documents"])]
    need(record["of"] == "record" and len({*names}) == len(names), "a document comes twice")
    for one in revealed:
        need(one["of"] in names, f"{one['of']} is not in the copy", "commitment_unknown")
    return dict(shown)


def committed_to(record: dict[str, Any], of: str) -> str:
    """What a record commits to, as the copy shows it."""
    if of.startswith("source/"):
        number = int(of[len("source/") :])
        pages = record["source"]
        need(number < len(pages), f"the record has no page {number}", "commitment_unknown")
        return str(pages[number].get("committed"))
    return str(record[of].get("committed"))


def need_committed(
    document: dict[str, Any], committed: str | None, revealed: list[dict[str, Any]]
) -> str:
    """Its text with what is revealed, once it is what was committed to (None: not asked yet)."""
    of, parts = document["of"], document_parts(document["text"].encode("utf-8"))
    told = document["tokens"]
    need(len(told) == len(parts.tokens), f"{of} has another number of tokens than it tells")
    opened = {one["number"]: one for one in revealed if one["of"] == of}
    digests = []
    for number, (token, said) in enumerate(zip(parts.tokens, told)):  # noqa: B905 - Python 3.8
        need(re.fullmatch("[0-9a-f]{32}|[0-9a-f]{64}", said), f"{of} has a malformed token")
        raw = bytes.fromhex(said)
        hidden = len(raw) == 32
        if hidden:
            placeholder = f'"[hidden {number}]"'.encode()
            need(token == placeholder, f"token {number} of {of} is hidden and shown at once")
        digests.append(raw if hidden else token_digest(raw, token))
        if number in opened:
            one = opened[number]
            salt = bytes.fromhex(one["salt"])
            made = token_digest(salt, one["token"].encode("utf-8"))
            same = hidden and made == raw and len(salt) == 16
            need(same, f"what is revealed of {of}#{number} is not what it hides", "reveal_differs")
            parts.tokens[number] = one["token"].encode("utf-8")
    for number in opened:
        need(number in range(len(told)), f"there is no token {of}#{number}", "commitment_unknown")
    if committed is not None:
        same = commitment_over(parts.between, digests) == committed
        need(same, f"{of} is not what was committed to", "commitment_differs")
    return b"".join(a + b for a, b in zip(parts.between, [*parts.tokens, b""])).decode("utf-8")  # noqa: B905 - Python 3.8


def read_plain_json(data: bytes) -> Any:
    """JSON without repeated members: nobody reads it in two ways."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in found]
        need(len({*names}) == len(names), "a member is told twice", "redacted_malformed")
        return dict(found)

    return json.loads(data.decode("utf-8"), object_pairs_hook=pairs)
