"""Where evidence to be re-performed comes from: a bundle, or a run in the store."""

import json
import zipfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from app.db.rows.evidence import run_records
from app.db.rows.log import events
from app.errors import VerificationFailedError
from app.evidence.canonical import sealed_json, sha256
from app.evidence.events.kinds import KINDS
from app.evidence.events.run_events import (
    OfSlot,
    Rejudged,
    RunCompleted,
    RunFailed,
    RunStarted,
    SlotMissed,
    SlotsMissed,
    run_of,
)
from app.evidence.record import derived_key, entry_key, raw_key, rules_key
from app.services.home.installation import Ports

OF_SLOTS = tuple(kind for kind in KINDS.values() if issubclass(kind, OfSlot))
COLLECTED: tuple[type[OfSlot], ...] = (RunStarted, RunCompleted, RunFailed, Rejudged)
"""What tells of a run that was begun: of others there is nothing to re-perform."""
EMPTY = sha256(b"")


class SealedEvidence(Protocol):
    """Entries and the bytes they name. Whatever is read has the digest it was asked by."""

    what: str
    of_period: bool
    """True: it speaks for a period, whose controls were assessed."""

    def entries(self) -> Iterator[tuple[str, bytes]]:
        """(file or store key, bytes) of records and run events, in the order of the log."""
        ...

    def entry(self, seq: int) -> dict[str, Any]:
        """The entry at this place of the log. Raises when it is not here."""
        ...

    def raw(self, digest: str) -> bytes:
        """A page as Azure sent it."""
        ...

    def derived(self, digest: str) -> bytes:
        """Verdicts or expectations."""
        ...

    def rules(self, digest: str) -> bytes:
        """An archive of rules."""
        ...

    def assessments(self) -> dict[str, Any] | None:
        """What was sealed of the controls; None where a period was not assessed."""
        ...

    def tables(self) -> Sequence[str]:
        """Names of the tables that were drawn of it."""
        ...

    def table(self, name: str) -> bytes | None:
        """A table, if it was drawn."""
        ...


class _Bundle:
    """An opened bundle that was verified before."""

    def __init__(self, what: str, opened: zipfile.ZipFile) -> None:
        self.what, self.of_period = what, True
        self._opened = opened
        self._names = frozenset(opened.namelist())

    def entries(self) -> Iterator[tuple[str, bytes]]:
        for name in sorted(self._names):
            if name.startswith("entries/"):
                yield name, self._opened.read(name)

    def entry(self, seq: int) -> dict[str, Any]:
        name = f"entries/{seq:012d}.json"
        if name not in self._names:
            raise VerificationFailedError(f"{name} is missing from {self.what}")
        found: dict[str, Any] = sealed_json(self._opened.read(name))
        return found

    def raw(self, digest: str) -> bytes:
        return b"" if digest == EMPTY else self._read(f"raw/{digest}", digest)

    def derived(self, digest: str) -> bytes:
        return self._read(f"derived/{digest}.json", digest)

    def rules(self, digest: str) -> bytes:
        return self._read(f"rules/{digest}.zip", digest)

    def assessments(self) -> dict[str, Any] | None:
        if "assessments.json" not in self._names:
            return None
        found: dict[str, Any] = json.loads(self._opened.read("assessments.json"))
        return found

    def tables(self) -> Sequence[str]:
        folder = "populations/"
        return [name.removeprefix(folder) for name in sorted(self._names) if folder in name]

    def table(self, name: str) -> bytes | None:
        file = f"populations/{name}"
        return self._opened.read(file) if file in self._names else None

    def _read(self, name: str, digest: str) -> bytes:
        if name not in self._names:
            raise VerificationFailedError(f"{name} is missing from {self.what}")
        return _intact(name, self._opened.read(name), digest)


class _Run:
    """A run as the store of this home holds it."""

    def __init__(self, ports: Ports, run_id: str) -> None:
        self.what, self.of_period = f"run {run_id}", False
        self._store = ports.store
        self._keys = [entry_key(seq) for seq in run_entries(ports, run_id, COLLECTED)]

    def entries(self) -> Iterator[tuple[str, bytes]]:
        for key in self._keys:
            yield key, self._store.get(key)

    def entry(self, seq: int) -> dict[str, Any]:
        found: dict[str, Any] = sealed_json(self._store.get(entry_key(seq)))
        return found

    def raw(self, digest: str) -> bytes:
        return b"" if digest == EMPTY else self._read(raw_key(digest), digest)

    def derived(self, digest: str) -> bytes:
        return self._read(derived_key(digest), digest)

    def rules(self, digest: str) -> bytes:
        return self._read(rules_key(digest), digest)

    def assessments(self) -> dict[str, Any] | None:
        return None

    def tables(self) -> Sequence[str]:
        return ()

    def table(self, name: str) -> bytes | None:
        raise VerificationFailedError(f"{name} is of no run: tables are of a period")

    def _read(self, key: str, digest: str) -> bytes:
        return _intact(key, self._store.get(key), digest)


def run_entries(ports: Ports, run_id: str, kinds: Collection[type[OfSlot]] = OF_SLOTS) -> list[int]:
    """Numbers of a run's records and events, as the index knows them. Raises MalformedEventError.

    `kinds` are those of the events: every kind that tells of a run.
    """
    with ports.database.read() as session:
        found = {one.record.seq for one in run_records(session, run_id)}
        for kind in kinds:
            told = events(session, kind)
            found |= {logged.seq for logged in told if run_of(logged.fact) == run_id}
        for missed in events(session, SlotsMissed) if SlotMissed in kinds else ():
            found |= {missed.seq for one in missed.fact.each() if one.run == run_id}
    return sorted(found)


@contextmanager
def bundle_evidence(bundle: Path, what: str) -> Iterator[SealedEvidence]:
    """The evidence in a bundle. Only for one that was verified: names are believed."""
    with zipfile.ZipFile(bundle) as opened:
        yield _Bundle(what, opened)


def run_evidence(ports: Ports, run_id: str) -> SealedEvidence:
    """The evidence of one run in the store."""
    return _Run(ports, run_id)


def _intact(name: str, data: bytes, digest: str) -> bytes:
    if sha256(data) != digest:
        raise VerificationFailedError(f"{name} has other bytes than were sealed")
    return data
