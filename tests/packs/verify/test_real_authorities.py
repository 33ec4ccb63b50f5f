"""Whatever token is accepted, its bundle and its PDF verify: by verify.py, and as installed."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from app.packs.verify.one_file import verifier
from app.services.proof.log_walk import verify_log
from app.services.proof.whole_store import verify_bundle_file
from app.store.local.folder import LocalStore
from app.trust.keys.keyring import Trust, create_trust
from app.trust.seals.pades import seal_pdf
from app.trust.seals.pades_check import judge_pdf
from tests.packs.bundles import build_bundle
from tests.packs.verify.made import Case as Bundle
from tests.packs.verify.made import Signer, blank, evidence
from tests.packs.verify.test_one_file import failures
from tests.trust.time.test_real_authorities import CASES, REQUIRED, Case

SIBLINGS = {
    "chain signed with SHA-1",
    "signed with SHA-1",
    "signed with SHA-512",
    "P-384",
    "a stranger among them",
    "its issuer pinned with the root",
    "no name",
    "no accuracy",
    "seven digits",
    "of indefinite length",
    "bytes after it",
}
TRIED = [one for one in CASES if one.accepted and (one in REQUIRED or one.id in SIBLINGS)]


def now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Anchors:
    trust: Trust
    root: Path
    vkey: Path
    script: Path


@pytest.fixture(scope="module")
def anchors(tmp_path_factory: pytest.TempPathFactory) -> Anchors:
    trust = create_trust(tmp_path_factory.mktemp("home") / "trust", "evidence.example/log", now)
    outside = tmp_path_factory.mktemp("auditor")
    (outside / "verify.py").write_bytes(verifier())
    (outside / "log.vkey").write_text(trust.vkey)
    shutil.copy(trust.folder / "root.pem", outside / "root.pem")
    return Anchors(trust, outside / "root.pem", outside / "log.vkey", outside / "verify.py")


def test_every_sibling_is_tried() -> None:
    assert {one.id for one in TRIED} == SIBLINGS | {one.id for one in REQUIRED if one.accepted}


@pytest.mark.parametrize("case", TRIED, ids=lambda case: case.id)
def test_a_bundle_and_a_pdf_dated_by_it_verify(
    case: Case, anchors: Anchors, tmp_path: Path
) -> None:
    authority = case.build(now(), tmp_path / "authority")
    signer = Signer(anchors.trust, authority, now)
    store = LocalStore(tmp_path / "store")
    files = evidence(signer, store)
    bundle = Bundle(
        data=build_bundle(files, seal=signer.seal, stamp=signer.stamp),
        files=files,
        signer=signer,
        root=anchors.root,
        vkey=anchors.trust.vkey,
        script=anchors.script,
    )
    (tmp_path / "bundle.asice").write_bytes(bundle.data)
    roots = [tmp_path / f"time{number}.pem" for number in range(len(authority.roots))]
    for path, root in zip(roots, authority.roots, strict=True):
        path.write_bytes(root.public_bytes(Encoding.PEM))

    given = [word for path in roots for word in ("--time-root", str(path))]
    assert failures(bundle.run(tmp_path / "bundle.asice", *given)) == []
    installed = verify_bundle_file(tmp_path / "bundle.asice", anchors.root, anchors.vkey, roots)
    assert installed.faults == ()
    found = verify_log(store, anchors.trust.log.key, authority.roots)
    assert [one for one in found if one.key.startswith("checkpoint")] == []

    for archival in (False, True):
        pdf = seal_pdf(blank(), anchors.trust, [authority], now, archival=archival)
        judged = judge_pdf(pdf, [anchors.trust.root], authority.roots, now())
        assert judged.faults == ()
        assert judged.sealed_at is not None
