"""Are the commitments that records and runs carry those to what they stand on? Needs the salts."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from app.evidence.canonical import sha256
from app.evidence.events.run_events import RunCompleted, RunFailed
from app.evidence.events.shape import MalformedEventError
from app.evidence.record import RECORD_SCHEMA, derived_key, raw_key
from app.evidence.redaction.salts import Salts
from app.services.log.checkpoints import found
from app.store.base import Store

ENDS = {kind.KIND: kind for kind in (RunCompleted, RunFailed)}
Body: TypeAlias = Mapping[str, Any]


class SealedCommitments:
    """Takes the entries of a log in their order, and says what does not hold of each.

    Records of another secret than this home's are counted and not judged; those of before there
    were commitments have nothing to judge.
    """

    def __init__(self, store: Store, salts: Salts | None) -> None:
        self._store, self._salts = store, salts
        self._made: dict[str, str] = {}
        """By digest of the document."""
        self._waiting: dict[str, dict[int, str]] = {}
        """Of each run that has not ended: commitments to its records, by their places."""
        self.unknown = 0
        """Records that another secret has salted."""

    def documents(self, body: Body) -> bool:
        """Whether this entry carries commitments that can be judged here."""
        return self._salts is not None and body.get("salt_key") == self._salts.key_id

    def take(self, digest: str, document: bytes) -> None:
        """Commit to a document while it is read anyway."""
        if self._salts is not None and digest not in self._made:
            self._made[digest] = self._salts.committed(document)

    def faults(self, data: bytes, body: Body) -> Iterator[str]:
        """A sentence for each commitment of an entry that is not to what it should be."""
        if body.get("schema") == RECORD_SCHEMA:
            yield from self._of_record(data, body)
        elif body.get("kind") in ENDS:
            yield from self._of_end(ENDS[body["kind"]], body)

    def _of_record(self, data: bytes, body: Body) -> Iterator[str]:
        if "salt_key" in body and not self.documents(body):
            self.unknown += 1
        if self._salts is None or not self.documents(body):
            return
        run = str(body["run"]["run_id"])
        self._waiting.setdefault(run, {})[body["seq"]] = self._salts.committed(data)
        for what, key, digest, told in _committed(body):
            made = self._of(key, digest)
            if made is not None and made != told:
                yield f"its commitment to {what} is to something else"

    def _of_end(self, kind: type[RunCompleted | RunFailed], body: Body) -> Iterator[str]:
        try:
            fact = kind.of(body.get("detail"))
        except MalformedEventError:
            return  # the walk of the log names it
        records = self._waiting.pop(fact.run_id, {})
        told = fact.committed or {}
        for seq, made in records.items():
            if told.get(str(seq), made) != made:  # one that is missing only cannot be redacted
                yield f"its commitment to entry {seq} is to something else"

    def _of(self, key: str, digest: str) -> str | None:
        """The commitment to a document; None where that is missing, which is found elsewhere."""
        if digest not in self._made:
            data = found(self._store, key)
            if data is None or sha256(data) != digest:
                return None
            self.take(digest, data)
        return self._made[digest]


def _committed(body: Body) -> Iterator[tuple[str, str, str, object]]:
    """(what people call it, store key, digest, commitment) of each document of a record."""
    for number, source in enumerate(body["source"]):
        digest = source["raw_sha256"]
        yield f"page {number}", raw_key(digest), digest, source.get("committed")
    for part in ("verdicts", "expectations"):
        digest = body[part]["sha256"]
        yield f"its {part}", derived_key(digest), digest, body[part].get("committed")
