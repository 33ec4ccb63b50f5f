"""One entry of the log: is it what it says, in its place, and are the objects it names there?"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.evidence.canonical import NotCanonicalError, sealed_json, sha256
from app.evidence.events.run_events import Rejudged
from app.evidence.events.shape import MalformedEventError
from app.evidence.record import RECORD_SCHEMA, derived_key, entry_key, raw_key, rules_key
from app.services.log.checkpoints import found
from app.services.proof.fault_codes import code_of
from app.services.redaction.sealed_commitments import SealedCommitments
from app.store.base import Store

_SHA256 = re.compile("[0-9a-f]{64}")
_DERIVED = "derived/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """Something in the store that does not hold, or is still awaited."""

    key: str
    """Store key of the object."""
    reason: str
    broken: bool = True
    """False for what is merely awaited: a timestamp, a checkpoint over the newest entries."""
    code: str = ""
    """Stable code of what is wrong; empty: the one that the key tells."""


def entry_findings(seq: int, data: bytes, prev: str | None) -> Iterator[Finding]:
    """Is it canonical, in its place, and does it follow the entry before (None: do not ask)?"""
    key = entry_key(seq)
    body = parsed(data)
    if body is None:
        yield Finding(key=key, reason="the entry is not canonical JSON", code="record_malformed")
        return
    if body.get("seq") != seq:
        said = f"it says that it is entry {body.get('seq')}"
        yield Finding(key=key, reason=said, code="record_misplaced")
    if (prev is not None or seq == 0) and body.get("prev_sha256") != prev:
        yield Finding(key=key, reason="it does not follow the entry before it", code="chain_broken")


class NamedObjects:
    """Raw and derived objects that entries name; each is read once, however often it is named."""

    def __init__(self, store: Store, commitments: SealedCommitments) -> None:
        self._store, self._commitments = store, commitments
        self._judged: dict[str, Finding | None] = {}

    def findings(self, entry: str, data: bytes) -> Iterator[Finding]:
        """What is wrong with the objects that this entry names, if it names any."""
        body = parsed(data)
        if body is None:
            return
        try:
            objects = list(named_by_entry(body))
        except (KeyError, TypeError, MalformedEventError):
            said = "the entry does not name its raw pages and verdicts"
            yield Finding(key=entry, reason=said, code="record_malformed")
            return
        for key, digest in objects:
            if key not in self._judged:
                salted = self._commitments.documents(body)
                self._judged[key] = judged = self._judge(key, digest, entry, salted=salted)
                if judged is not None:
                    yield judged
        for said in self._commitments.faults(data, body):
            yield Finding(key=entry, reason=said, code="commitment_differs")

    @property
    def keys(self) -> Collection[str]:
        """Store keys of the objects named so far."""
        return self._judged.keys()

    def _judge(self, key: str, digest: str, entry: str, *, salted: bool) -> Finding | None:
        data = found(self._store, key)
        if data is None:
            said = f"the object is missing ({entry} names it)"
            return Finding(key=key, reason=said, code=code_of(key, "missing"))
        if sha256(data) != digest:
            said = f"its bytes have another digest ({entry} names it)"
            return Finding(key=key, reason=said, code=code_of(key, "changed"))
        if key.startswith(_DERIVED):
            try:
                sealed_json(data)
            except NotCanonicalError as error:
                return Finding(key=key, reason=str(error), code=code_of(key, "malformed"))
        if salted:
            self._commitments.take(digest, data)
        return None


def named_by_entry(entry: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(store key, digest) of the objects that an entry stands on; none of most events.

    Raises KeyError or TypeError when a record, MalformedEventError when a night judged again does
    not name them.
    """
    if entry.get("schema") == RECORD_SCHEMA:
        yield from named(entry)
    elif entry.get("kind") == Rejudged.KIND:
        for kind, digest in Rejudged.of(entry.get("detail")).named_objects():
            yield (rules_key if kind == "rules" else derived_key)(_digest(digest)), digest


def named(record: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(store key, digest) of the objects a record names: raw pages, verdicts, expectations, rules.

    Raises KeyError or TypeError when it does not name them.
    """
    for source in record["source"]:
        yield raw_key(_digest(source["raw_sha256"])), source["raw_sha256"]
    for part in ("verdicts", "expectations"):
        yield derived_key(_digest(record[part]["sha256"])), record[part]["sha256"]
    rules = record["collector"]["rules_sha256"]
    yield rules_key(_digest(rules)), rules


def _digest(text: str) -> str:
    if not _SHA256.fullmatch(text):
        raise KeyError(text)
    return text


def parsed(data: bytes) -> dict[str, Any] | None:
    """The entry's JSON object; None when it is none, or not in its canonical form."""
    try:
        body = sealed_json(data)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
