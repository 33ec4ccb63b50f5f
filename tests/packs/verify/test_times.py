"""Times in a bundle: each authority by its own root, renewals, a past instant after expiry."""

import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from app.evidence.canonical import canonical
from app.packs.verify.one_file import verifier
from app.services.log.checkpoints import read_checkpoint
from app.services.log.evidence_log import EvidenceLog
from app.services.log.stamps import completed, renewed
from app.store.local.folder import LocalStore
from app.trust.keys.keyring import create_trust
from app.trust.time.timestamp import DevelopmentAuthority, stamp
from tests.packs.bundles import build_bundle
from tests.packs.verify.made import Case, Signer, evidence, now, unpacked
from tests.packs.verify.test_one_file import failures
from tests.services.authorities import SetClock, authority

Stamp = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Dated:
    """A bundle that two authorities date, neither of them the organisation's own."""

    case: Case
    one: DevelopmentAuthority
    two: DevelopmentAuthority
    store: LocalStore
    roots: tuple[Path, Path]

    def built(self, *stamps: Stamp, announced: int, renewals: int = 0) -> bytes:
        signer = self.case.signer
        log = EvidenceLog.open(self.store, signer.trust.log)
        assert log.checkpoint is not None
        files = dict(self.case.files)
        tokens = log.checkpoint.tokens[: 2 + renewals]
        for token in tokens:
            files[f"checkpoint/checkpoint{token.ending}"] = token.response
        files["manifest.json"] = canonical({"timestamps": ["an authority"] * announced})
        first, *others = stamps
        return build_bundle(files, seal=signer.seal, stamp=first, also=others)

    def run(self, target: Path, *roots: Path, at: str = "") -> subprocess.CompletedProcess[str]:
        given = [word for root in roots for word in ("--time-root", str(root))]
        return self.case.run(target, *given, *(["--at", at] if at else []))


def by(one: DevelopmentAuthority) -> Stamp:
    return lambda data: stamp(data, [one], now).token


@pytest.fixture(scope="module")
def dated(case: Case, tmp_path_factory: pytest.TempPathFactory) -> Dated:
    one, two = authority("one", now, days=5), authority("two", now, days=5)
    store = LocalStore(tmp_path_factory.mktemp("store"))
    signer = Signer(case.signer.trust, one)
    files = evidence(signer, store)
    log = EvidenceLog.open(store, signer.trust.log)
    assert log.checkpoint is not None
    completed(store, log.checkpoint, now, [one, two])
    folder = tmp_path_factory.mktemp("roots")
    paths = (folder / "one.pem", folder / "two.pem")
    for path, each in zip(paths, (one, two), strict=True):
        path.write_bytes(each.roots[0].public_bytes(Encoding.PEM))
    return Dated(replace(case, files=files), one, two, store, paths)


def test_both_authorities_are_checked_each_by_its_own_root(dated: Dated, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.asice"
    bundle.write_bytes(dated.built(by(dated.one), by(dated.two), announced=2))
    done = dated.run(bundle, *dated.roots)
    assert failures(done) == []
    for file in ("META-INF/timestamp001.tst", "META-INF/timestamp002.tst"):
        assert f"in {file}" in done.stdout
    assert "in checkpoint/checkpoint.2.tsr" in done.stdout
    only_one = failures(dated.run(bundle, dated.roots[0]))
    assert only_one == ["META-INF/ASiCManifest003.xml", "checkpoint/checkpoint"]
    only_two = failures(dated.run(bundle, dated.roots[1]))
    assert only_two == ["META-INF/ASiCManifest002.xml", "checkpoint/checkpoint"]
    assert len(failures(dated.run(bundle))) == 4, "--root vouches for neither"


def test_an_announced_authority_cannot_be_taken_away(dated: Dated, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.asice"
    bundle.write_bytes(dated.built(by(dated.one), announced=2))
    lacking = set(failures(dated.run(bundle, *dated.roots)))
    assert {"META-INF/ASiCManifest003.xml", "META-INF/timestamp002.tst"} <= lacking
    bundle.write_bytes(dated.built(by(dated.one), by(dated.two), announced=1))
    added = set(failures(dated.run(bundle, *dated.roots)))
    assert added == {"META-INF/ASiCManifest003.xml", "META-INF/timestamp002.tst"}


def test_one_authority_does_not_pass_for_two(dated: Dated, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.asice"
    bundle.write_bytes(dated.built(by(dated.one), by(dated.one), announced=2))
    done = dated.run(bundle, *dated.roots)
    assert failures(done) == ["META-INF/ASiCManifest003.xml"]
    assert "the same authority" in done.stdout


def test_the_second_token_is_bound_to_its_own_list_of_files(dated: Dated, tmp_path: Path) -> None:
    bundle = tmp_path / "bundle.asice"
    wrong: Stamp = lambda data: stamp(data + b" ", [dated.two], now).token  # noqa: E731 - one line
    bundle.write_bytes(dated.built(by(dated.one), wrong, announced=2))
    assert failures(dated.run(bundle, *dated.roots)) == ["META-INF/ASiCManifest003.xml"]


def test_renewed_tokens_outlive_their_certificates(dated: Dated, tmp_path: Path) -> None:
    clock = SetClock(now() + timedelta(days=4))
    young = authority("young", now)
    log = EvidenceLog.open(dated.store, dated.case.signer.trust.log)
    assert log.checkpoint is not None
    then = replace(young, tsa=replace(young.tsa, now=clock))
    later = renewed(dated.store, log.checkpoint, clock, [then])
    assert later.tokens[-1].renewal
    assert read_checkpoint(dated.store, dated.case.signer.trust.log, later.size) == later
    root = tmp_path / "young.pem"
    root.write_bytes(young.roots[0].public_bytes(Encoding.PEM))
    bundle = tmp_path / "bundle.asice"
    stamps = (by(young), by(dated.two))
    bundle.write_bytes(dated.built(*stamps, announced=2, renewals=1))
    after = (now() + timedelta(days=30)).isoformat()
    done = dated.run(bundle, *dated.roots, root, at=after)
    assert set(failures(done)) == {"META-INF/ASiCManifest003.xml"}, "the bundle's own second token"
    assert "covers the tokens before it" in done.stdout
    without = tmp_path / "without.asice"
    without.write_bytes(dated.built(*stamps, announced=2))
    done = dated.run(without, *dated.roots, root, at=after)
    assert failures(done).count("checkpoint/checkpoint") == 2


@pytest.fixture(scope="module")
def expired(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """Made three days ago with certificates of one day: all of them have expired since."""
    trust = create_trust(tmp_path_factory.mktemp("home") / "trust", "evidence.example/log", now, 1)
    signer = Signer(trust, DevelopmentAuthority.of(trust, now))
    files = evidence(signer, LocalStore(tmp_path_factory.mktemp("store")))
    outside = tmp_path_factory.mktemp("auditor")
    (outside / "verify.py").write_bytes(verifier())
    (outside / "root.pem").write_bytes(trust.root.public_bytes(Encoding.PEM))
    return Case(
        data=build_bundle(files, seal=signer.seal, stamp=signer.stamp),
        files=files,
        signer=signer,
        root=outside / "root.pem",
        vkey=trust.vkey,
        script=outside / "verify.py",
    )


def test_once_certificates_expired_only_the_past_instant_verifies(
    expired: Case, tmp_path: Path
) -> None:
    (tmp_path / "bundle.asice").write_bytes(expired.data)
    today = expired.run(tmp_path / "bundle.asice")
    assert len(failures(today)) == 4, "both seals and both tokens"
    assert "certificate has expired" in today.stdout
    for at in (now().isoformat(), str(int(now().timestamp()))):
        assert failures(expired.run(tmp_path / "bundle.asice", "--at", at)) == []


def test_openssl_agrees_by_hand_with_attime(expired: Case, tmp_path: Path) -> None:
    folder = unpacked(expired.contents(), tmp_path / "bundle")
    command = [
        *["openssl", "ts", "-verify", "-in", "checkpoint/checkpoint.tsr"],
        *["-data", "checkpoint/checkpoint", "-CAfile", str(expired.root)],
    ]
    at = ["-attime", str(int(now().timestamp()))]
    assert subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode
    subprocess.run([*command, *at], cwd=folder, check=True, capture_output=True)


def test_the_verifier_under_a_clock_of_years_later_needs_the_past_instant(
    case: Case, tmp_path: Path
) -> None:
    (tmp_path / "bundle.asice").write_bytes(case.data)
    late = datetime.now(UTC) + timedelta(days=365 * 12)
    done = case.run(tmp_path / "bundle.asice", "--json", "--at", late.isoformat())
    reasons = {each["reason"] for each in json.loads(done.stdout)["failures"]}
    assert done.returncode == 5
    assert any("certificate has expired" in reason for reason in reasons)
