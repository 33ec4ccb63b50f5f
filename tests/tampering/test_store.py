"""A hostile hand on the store: whatever one change it makes, `annexa verify` names the object."""

import random
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.evidence.canonical import parse
from app.evidence.record import RECORD_SCHEMA, derived_key, entry_key
from app.services.log.checkpoints import checkpoint_key, token_key
from app.services.proof.entries import Finding
from app.services.proof.held_checkpoint import HELD, held_findings
from app.services.proof.log_walk import verify_log
from tests.tampering.changes import Change, changed, changes_of
from tests.tampering.forgeries import (
    before,
    foreign_page,
    foreign_verdicts,
    hidden_record,
    last_size,
    other_log,
    resealed,
    rewritten,
    rolled_back,
    signed_elsewhere,
    stranger,
    token_over,
    with_entry,
)
from tests.tampering.memory import MemoryStore
from tests.tampering.subject import Subject

SEEDS = (1,)
pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")  # of a flipped certificate


def found(subject: Subject, objects: dict[str, bytes]) -> list[Finding]:
    return list(verify_log(MemoryStore(objects), subject.trust.log.key, subject.roots))


def kinds(subject: Subject) -> dict[str, list[str]]:
    """Keys of the store by the class of their bytes."""
    by_kind: dict[str, list[str]] = {}
    derived = {}
    for key, data in sorted(subject.objects.items()):
        if key.startswith("entry/"):
            entry = parse(data)
            kind = "record" if entry["schema"] == RECORD_SCHEMA else "event"
            if kind == "record":
                derived[derived_key(entry["verdicts"]["sha256"])] = "verdicts"
                derived[derived_key(entry["expectations"]["sha256"])] = "expectations"
        elif key.startswith("tile/"):
            kind = "partial tile" if ".p/" in key else "full tile"
        elif key.startswith("checkpoint/"):
            kind = "token" if key.endswith(".tsr") else "checkpoint"
        else:
            kind = "raw page" if key.startswith("raw/") else ""
        if kind and data:
            by_kind.setdefault(kind, []).append(key)
    for key, kind in sorted(derived.items()):
        by_kind.setdefault(kind, []).append(key)
    return by_kind


def changes(subject: Subject) -> Iterator[tuple[str, Change]]:
    for seed in SEEDS:
        dice = random.Random(seed)
        for kind, keys in kinds(subject).items():
            for change in changes_of(kind, keys, subject.objects, dice):
                yield kind, change


def test_every_change_is_detected_located_and_named(
    subject: Subject, capsys: pytest.CaptureFixture[str]
) -> None:
    made: Counter[str] = Counter()
    missed = []
    for kind, change in changes(subject):
        findings = found(subject, changed(subject.objects, change))
        made[kind] += 1
        # a checkpoint whose only token is gone is one that awaits its token
        awaits = change.what.startswith("token: delete")
        if not change.named <= {f.key for f in findings if f.broken or awaits}:
            missed.append((change.what, [(f.key, f.reason, f.broken) for f in findings][:4]))
    total = made.total()
    with capsys.disabled():
        sys.stdout.write(f"\nstore: detected {total - len(missed)} of {total} {dict(made)}\n")
    assert missed == []
    assert set(made) == {
        "raw page",
        "verdicts",
        "expectations",
        "record",
        "event",
        "full tile",
        "partial tile",
        "checkpoint",
        "token",
    }


def broken(subject: Subject, objects: dict[str, bytes]) -> dict[str, str]:
    return {f.key: f.reason for f in found(subject, objects) if f.broken}


def forged(subject: Subject, folder: Path) -> Iterator[tuple[str, dict[str, bytes], set[str]]]:
    """Forgeries, each with the objects that must be named for it."""
    size = last_size(subject)
    note, token, entry = checkpoint_key(size), token_key(size), entry_key(size)
    objects, earlier = subject.objects, subject.sizes[0]
    thief, other = stranger(folder, subject), other_log(folder, subject)
    later = {k: d for k, d in objects.items() if k not in {note, token}}
    yield "the newest checkpoint gone, its token left", {**later, token: objects[token]}, {note}
    for name in ("entry/999/000/000/000.json", "entry/notes.txt", "tile/0/007.p/9", "tile/9/000"):
        yield f"a foreign object {name}", {**objects, name: b"{}"}, {name}
    for name in ("checkpoint/latest", "raw/page", "derived/sha256/aa/bb", "verdicts.json"):
        yield f"a foreign object {name}", {**objects, name: b"{}"}, {name}
    for page in (foreign_page(honest_name=False), foreign_verdicts()):
        yield "a page nobody collected", {**objects, **page}, set(page)
    yield "a backdated entry", with_entry(subject, before(subject, timedelta(days=7))), {entry}
    renamed = rewritten(subject, 5, lambda body: body.update(record_id="another"))
    yield "a rewritten record, chained again", renamed, {checkpoint_key(s) for s in subject.sizes}
    sealed = resealed(subject, renamed, subject.trust.log, subject.trust)
    kept = {k: d for k, d in objects.items() if k.startswith("checkpoint/")}
    yield "the same, with new tiles under the old checkpoint", {**sealed, **kept}, {note}
    hidden = hidden_record(subject, 7)
    yield "a record left out, the rest moved up", hidden, {entry_key(size - 1), note}
    yield "all of it signed with a key of the same name", signed_elsewhere(subject, thief), {note}
    yield "a checkpoint from another log", signed_elsewhere(subject, other), {note}
    old = checkpoint_key(earlier)
    yield "an older checkpoint in the newest's place", {**objects, note: objects[old]}, {note}
    replayed = {**objects, token: objects[token_key(earlier)]}
    yield "an old token replayed on the newest checkpoint", replayed, {token}
    yield "a token for other data", token_over(subject, b"other", subject.now), {token}
    strange = token_over(subject, objects[note], subject.now, thief)
    yield "a token of an authority nobody pinned", strange, {token}
    expired = token_over(subject, objects[note], lambda: subject.now() + timedelta(days=5000))
    yield "a token after its authority's certificate expired", expired, {token}
    early = token_over(subject, objects[note], lambda: subject.now() - timedelta(days=5000))
    yield "a token before its authority's certificate began", early, {token}


def test_every_forgery_is_detected_located_and_named(
    subject: Subject, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    total, missed = 0, []
    for what, objects, named in forged(subject, tmp_path):
        total += 1
        findings = broken(subject, objects)
        if not named <= set(findings) or not all(findings.values()):
            missed.append((what, findings))
    with capsys.disabled():
        sys.stdout.write(f"\nforgeries: detected {total - len(missed)} of {total}\n")
    assert missed == []


def faults_of(subject: Subject, objects: dict[str, bytes]) -> list[Finding]:
    """What does not hold; that the salts are elsewhere is told and is none of it."""
    return [finding for finding in found(subject, objects) if finding.broken]


def test_a_page_with_its_true_name_that_no_record_names_is_told(subject: Subject) -> None:
    page = foreign_page(honest_name=True)
    findings = found(subject, {**subject.objects, **page})
    told = [(f.key, f.broken) for f in findings if "salted" not in f.reason]
    assert told == [(next(iter(page)), False)]


def test_a_rolled_back_store_is_found_out_by_a_checkpoint_given_to_somebody(
    subject: Subject,
) -> None:
    given = subject.objects[checkpoint_key(last_size(subject))]
    key = subject.trust.log.key
    for size in subject.sizes[:-1]:
        objects = rolled_back(subject, size)
        assert faults_of(subject, objects) == [], "what is left is whole: nothing inside can tell"
        (finding,) = held_findings(MemoryStore(objects), key, given)
        assert finding.key == checkpoint_key(last_size(subject))
        assert f"rolled back: it ends at {size}" in finding.reason
    for size in subject.all_sizes:
        note = subject.objects[checkpoint_key(size)]
        assert list(held_findings(MemoryStore(subject.objects), key, note)) == []


def test_a_forked_log_is_found_out_by_a_checkpoint_given_to_somebody(
    subject: Subject, tmp_path: Path
) -> None:
    key, given = subject.trust.log.key, subject.objects[checkpoint_key(subject.sizes[0])]
    other = rewritten(subject, 5, lambda body: body.update(record_id="another"))
    fork = resealed(subject, other, subject.trust.log, subject.trust)
    assert faults_of(subject, fork) == [], "with the log's own keys it is whole in itself"
    (finding,) = held_findings(MemoryStore(fork), key, given)
    assert finding.key == checkpoint_key(last_size(subject))
    assert "not a continuation" in finding.reason
    strange = signed_elsewhere(subject, other_log(tmp_path, subject))
    last = strange[checkpoint_key(last_size(subject))]
    (finding,) = held_findings(MemoryStore(subject.objects), key, last)
    assert finding.key == HELD
