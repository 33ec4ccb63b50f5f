"""A checkpoint that the auditor was given before: the log of the bundle continues it, or not."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.evidence.record import Event
from app.evidence.tree.note import CheckpointBody, format_note
from app.evidence.tree.tiles import TileLog
from app.services.log.checkpoints import StoreTiles
from app.services.log.evidence_log import EvidenceLog
from app.store.local.folder import LocalStore
from app.trust.keys.keyring import create_trust
from app.trust.time.timestamp import DevelopmentAuthority
from tests.packs.bundles import build_bundle
from tests.packs.verify.made import NOW, Case, Signer, evidence, now


@dataclass(frozen=True)
class Held:
    """A bundle with the leaves of its log, and checkpoints of that log and of others."""

    bundle: Path
    without_tiles: Path
    notes: dict[str, bytes]


def event(number: int) -> Event:
    return Event(kind="told", at=NOW, actor="test", detail={"n": number})


@pytest.fixture(scope="module")
def held(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Held:
    folder, signer = tmp_path_factory.mktemp("held"), case.signer
    store = LocalStore(folder / "store", now=now)
    files = evidence(signer, store)
    whole = EvidenceLog.open(store, signer.trust.log)
    sealed = whole.sealed_size
    files |= dict(whole.leaf_tiles(sealed))
    same = files["checkpoint/checkpoint"]
    root = TileLog(StoreTiles(store), sealed).root(3)
    body = CheckpointBody(origin=signer.trust.origin, size=3, root=root)
    earlier = format_note(body.text(), [signer.trust.log.sign(body.text())])
    whole.append(event(9).sealed)
    newer = whole.seal(now, [signer.authority]).note
    other = EvidenceLog.open(LocalStore(folder / "fork", now=now), signer.trust.log)
    for number in range(3):
        other.append(event(number + 7).sealed)
    stranger = create_trust(folder / "trust", "evidence.example/log", now)
    theirs = EvidenceLog.open(LocalStore(folder / "theirs", now=now), stranger.log)
    theirs.append(event(0).sealed)
    notes = {
        "earlier": earlier,
        "same": same,
        "newer": newer,
        "forked": other.seal(now, [signer.authority]).note,
        "foreign": theirs.seal(now, [DevelopmentAuthority.of(stranger, now)]).note,
        "nonsense": b"nonsense",
    }
    bare = {name: data for name, data in files.items() if not name.startswith("tile/")}
    return Held(
        bundle=written(folder / "bundle.asice", files, signer),
        without_tiles=written(folder / "bare.asice", bare, signer),
        notes=notes,
    )


def written(path: Path, files: dict[str, bytes], signer: Signer) -> Path:
    path.write_bytes(build_bundle(files, seal=signer.seal, stamp=signer.stamp))
    return path


@pytest.fixture
def asked(case: Case, held: Held, tmp_path: Path) -> Callable[..., str]:
    def told(which: str, *, bare: bool = False) -> str:
        note = tmp_path / which
        note.write_bytes(held.notes[which])
        done = case.run(held.without_tiles if bare else held.bundle, "--since", str(note))
        assert done.returncode == (5 if "FAIL" in done.stdout else 0), done.stderr
        return done.stdout

    return told


def test_the_log_continues_what_was_given_before(asked: Callable[..., str]) -> None:
    assert "NOTE the log continues the checkpoint of 3 entries in earlier" in asked("earlier")
    assert "RESULT: VERIFIED" in asked("same")
    assert "RESULT: VERIFIED" in asked("same", bare=True)


@pytest.mark.parametrize(
    ("which", "code"),
    [
        ("forked", "consistency_broken"),
        ("newer", "checkpoint_newer"),
        ("foreign", "checkpoint_foreign"),
        ("nonsense", "checkpoint_invalid"),
    ],
)
def test_what_it_does_not_continue_is_refused(
    which: str, code: str, asked: Callable[..., str]
) -> None:
    assert f"[{code}]" in asked(which)


def test_a_bundle_without_tiles_cannot_prove_it(asked: Callable[..., str]) -> None:
    assert "[consistency_unproved]" in asked("earlier", bare=True)


@pytest.mark.parametrize(
    "mailed",
    [
        lambda note: note.replace(b"\n", b"\r\n"),
        lambda note: note.rstrip(b"\n"),
        lambda note: b"\xef\xbb\xbf" + note + b"\r\n\r\n",
    ],
)
def test_a_checkpoint_that_came_by_mail_is_the_one_that_was_sent(
    mailed: Callable[[bytes], bytes], held: Held, case: Case, tmp_path: Path
) -> None:
    sent = tmp_path / "sent"
    sent.write_bytes(mailed(held.notes["earlier"]))
    done = case.run(held.bundle, "--since", str(sent))
    assert "the log continues the checkpoint of 3 entries" in done.stdout
    assert done.returncode == 0
