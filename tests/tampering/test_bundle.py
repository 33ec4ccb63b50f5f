"""A hostile hand on the bundle: whatever one change it makes, the verifier names the file."""

import json
import random
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.evidence.canonical import canonical, parse, sha256
from app.evidence.tree.note import NoteSignature, format_note, parse_note
from app.packs.verify.one_file import verifier
from app.trust.keys.keyring import Trust
from app.trust.seals.seal import seal
from app.trust.time.timestamp import DevelopmentAuthority, stamp
from tests.packs.bundles import build_bundle
from tests.tampering.changes import Change, changed, changes_of
from tests.tampering.containers import hostile, packed
from tests.tampering.forgeries import other_log, response_over, stranger
from tests.tampering.subject import Subject

Files = dict[str, bytes]
OURS = {"mimetype", "sha256sums.txt"}
CHECKPOINT, SEALED = "checkpoint/checkpoint", "META-INF/ASiCManifest001.xml"


class Auditor:
    """Verifies bundles against the anchors that came by another way."""

    def __init__(self, subject: Subject, folder: Path) -> None:
        self.subject, self.folder = subject, folder
        self.root = folder / "root.pem"
        self.root.write_bytes((subject.trust.folder / "root.pem").read_bytes())
        self.vkey = subject.trust.vkey
        self.script = folder / "verify.py"
        self.script.write_bytes(verifier())

    def failures(self, files: Files) -> dict[str, str]:
        """Reason by file, of a bundle unpacked with `unzip`. Only what differs is written."""
        place = self.folder / "bundle"
        for name in {*files, *self._written(place)}:
            path = place / name
            if name not in files:
                path.unlink()
            elif not path.exists() or path.read_bytes() != files[name]:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(files[name])
        return self.told(place)

    def of_container(self, data: bytes) -> dict[str, str]:
        place = self.folder / "bundle.asice"
        place.write_bytes(data)
        return self.told(place)

    def told(self, place: Path) -> dict[str, str]:
        """By the one-file verifier, taken from the project's source and not from the bundle."""
        command = [sys.executable, "-I", "-S", str(self.script), str(place), "--json"]
        command += ["--root", str(self.root), "--log-vkey", self.vkey]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode in {0, 5}, done.stderr
        told = {each["file"]: each["reason"] for each in json.loads(done.stdout)["failures"]}
        assert bool(told) == (done.returncode == 5)
        return told

    def _written(self, place: Path) -> set[str]:
        return {p.relative_to(place).as_posix() for p in place.rglob("*") if p.is_file()}


@pytest.fixture(scope="module")
def auditor(subject: Subject, tmp_path_factory: pytest.TempPathFactory) -> Auditor:
    return Auditor(subject, tmp_path_factory.mktemp("auditor"))


def kinds(files: Files) -> dict[str, list[str]]:
    """Names of the files by the class of their bytes."""
    named = {
        "verdicts or expectations": [n for n in files if n.startswith("derived/")],
        "raw page": [n for n in files if n.startswith("raw/")],
        "record or event": [n for n in files if n.startswith("entries/")],
        "proof": [n for n in files if n.startswith("proofs/")],
        "CSV": [n for n in files if n.endswith(".csv")],
        "checkpoint": [CHECKPOINT],
        "token": [n for n in files if n.endswith((".tsr", ".tst"))],
        "seal": [n for n in files if n.endswith(".p7s")],
        "list of files": [n for n in files if "ASiCManifest" in n],
        "sha256sums": [n for n in files if n.endswith("sha256sums.txt")],
        "PDF": ["pack.pdf"],
        "manifest": ["manifest.json"],
        "catalogue and criteria": ["catalogue.json", "expectations.json"],
        "verify.py": ["verify.py"],
        "VERIFY.md": ["VERIFY.md"],
        "mimetype": ["mimetype"],
    }
    return {kind: [n for n in sorted(names) if files[n]] for kind, names in named.items()}


def changes(files: Files) -> Iterator[tuple[str, Change]]:
    dice = random.Random(5)
    for kind, names in kinds(files).items():
        for change in changes_of(kind, names, files, dice, flips=1, at_most=1):
            yield kind, change


def test_every_change_is_detected_located_and_named(
    subject: Subject, auditor: Auditor, capsys: pytest.CaptureFixture[str]
) -> None:
    files = subject.files
    made: Counter[str] = Counter()
    missed = []
    for kind, change in changes(files):
        made[kind] += 1
        failures = auditor.failures(changed(files, change))
        if not change.named <= set(failures) or not all(failures.values()):
            missed.append((change.what, failures))
    with capsys.disabled():
        found = made.total() - len(missed)
        sys.stdout.write(f"\nbundle: detected {found} of {made.total()} {dict(made)}\n")
    assert missed == []
    assert min(made.values()) >= 5
    assert auditor.failures(files) == {}


def test_every_hostile_container_is_refused_and_nothing_leaves_the_folder(
    subject: Subject, auditor: Auditor, capsys: pytest.CaptureFixture[str]
) -> None:
    files = subject.files
    assert packed(files) == subject.bundle, "the hostile containers differ by one thing only"
    missed = []
    made = hostile(files)
    for what, (data, named) in made.items():
        failures = auditor.of_container(data)
        if named not in failures:
            missed.append((what, failures))
    with capsys.disabled():
        sys.stdout.write(f"\ncontainers: detected {len(made) - len(missed)} of {len(made)}\n")
    assert missed == []
    assert list(auditor.folder.parent.rglob("outside.txt")) == []


def resealed(files: Files, trust: Trust) -> Files:
    """The files as this trust folder seals them: every list and signature made anew."""

    def now() -> datetime:
        return datetime.now(UTC)

    authority = DevelopmentAuthority.of(trust, now)
    own = {n: d for n, d in files.items() if n not in OURS and not n.startswith("META-INF/")}
    made = build_bundle(
        own,
        seal=lambda data: seal(data, trust, [authority], now),
        stamp=lambda data: stamp(data, [authority], now).token,
    )
    subject = Subject(trust=trust, objects={}, sizes=(), bundle=made)
    return subject.files


def forged(subject: Subject, folder: Path) -> Iterator[tuple[str, Files, set[str]]]:
    """Bundles made anew, with keys of an attacker's or by the organisation itself."""
    files, ours = subject.files, subject.trust
    thief, other = stranger(folder, subject), other_log(folder, subject)
    seals = {SEALED, "META-INF/ASiCManifest002.xml"}
    yield "sealed by an attacker's own authority", resealed(files, thief), seals
    text = parse_note(files[CHECKPOINT]).text
    for who, signature in {
        "an attacker's key of the same name": thief.log.sign(text),
        "the log's key id over another signature": NoteSignature(
            name=ours.log.key.name,
            key_id=ours.log.key.key_id,
            signature=thief.log.sign(text).signature,
        ),
        "another log": other.log.sign(text.replace(ours.origin, other.origin)),
    }.items():
        note = format_note(
            text if who != "another log" else _renamed(text, ours, other), [signature]
        )
        changed = resealed({**files, CHECKPOINT: note}, ours)
        yield f"a checkpoint signed by {who}", changed, {CHECKPOINT}
    names = sorted(files)
    entry = next(n for n in names if n.startswith("entries/") and b"record:v1" in files[n])
    body = {**parse(files[entry]), "record_id": "another"}
    rewritten = resealed({**files, entry: canonical(body)}, ours)
    yield "a record rewritten by the seal's owner", rewritten, {entry}
    proof = entry.replace("entries/", "proofs/").replace(".json", ".tlog-proof")
    left_out = {n: d for n, d in files.items() if n not in {entry, proof}}
    end = next(n for n in names if n > entry and b'"run_completed"' in files[n])
    yield "a record left out by the seal's owner", resealed(left_out, ours), {end, "manifest.json"}
    page = next(n for n in names if n.startswith("raw/") and files[n])
    yield "a page changed by the seal's owner", resealed({**files, page: b"{}"}, ours), {page}
    slipped = f"raw/{sha256(b'slipped in')}"
    yield "a page slipped in", resealed({**files, slipped: b"slipped in"}, ours), {slipped}
    token = "checkpoint/checkpoint.tsr"
    for when, days in {"before its certificate": -5000, "after its certificate": 5000}.items():
        wrong = _token(files[CHECKPOINT], ours, timedelta(days=days))
        yield f"a token {when}", resealed({**files, token: wrong}, ours), {CHECKPOINT}
    early = _token(files[CHECKPOINT], ours, timedelta(hours=1))
    yield "a token of tomorrow", resealed({**files, token: early}, ours), {CHECKPOINT}
    strange = _token(b"other data", ours, timedelta())
    yield "a token over other data", resealed({**files, token: strange}, ours), {CHECKPOINT}
    theirs = _token(files[CHECKPOINT], thief, timedelta())
    yield (
        "a token of an attacker's authority",
        resealed({**files, token: theirs}, ours),
        {CHECKPOINT},
    )


def test_every_forgery_is_detected_located_and_named(
    subject: Subject, auditor: Auditor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    total, missed = 0, []
    for what, files, named in forged(subject, tmp_path):
        total += 1
        failures = auditor.failures(files)
        if not named <= set(failures):
            missed.append((what, failures))
    with capsys.disabled():
        sys.stdout.write(f"\nforged bundles: detected {total - len(missed)} of {total}\n")
    assert missed == []
    assert auditor.failures(resealed(subject.files, subject.trust)) == {}


def test_the_bundles_own_script_agrees(subject: Subject, auditor: Auditor, tmp_path: Path) -> None:
    (tmp_path / "verify.py").write_bytes(subject.files["verify.py"])
    (tmp_path / "bundle.asice").write_bytes(subject.bundle)
    command = [sys.executable, "-I", "-S", "verify.py", "bundle.asice", "--root", str(auditor.root)]
    done = subprocess.run(
        [*command, "--log-vkey", auditor.vkey],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "RESULT: VERIFIED"), done.stdout


def _renamed(text: str, ours: Trust, other: Trust) -> str:
    return text.replace(ours.origin, other.origin)


def _token(data: bytes, trust: Trust, shift: timedelta) -> bytes:
    return response_over(data, trust, lambda: datetime.now(UTC) + shift)


def test_verify_md_says_of_every_file_what_binds_it(subject: Subject) -> None:
    rows = re.findall(
        r"^\| `([^`]+)` \| ([^|]+) \|", subject.files["VERIFY.md"].decode(), re.MULTILINE
    )
    drawn = parse(subject.files[max(n for n in subject.files if n.startswith("entries/"))])
    for name in subject.files:
        told = [what for start, what in rows if name == start or name.startswith(f"{start}")]
        assert told, name
        assert ("`pack_drawn`" in told[0] and "SHA-256" in told[0]) == (
            name in drawn["detail"]["files"]
        )
