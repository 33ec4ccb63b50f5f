"""A real sealed bundle of a small log, and its anchors, outside of the checkout."""

import shutil

import pytest

from app.packs.verify.one_file import verifier
from app.store.local.folder import LocalStore
from app.trust.keys.keyring import create_trust
from app.trust.time.timestamp import DevelopmentAuthority
from tests.packs.bundles import build_bundle
from tests.packs.verify.made import Case, Signer, evidence, now


@pytest.fixture(scope="session")
def signer(tmp_path_factory: pytest.TempPathFactory) -> Signer:
    for tool in ("openssl", "sha256sum", "unzip"):
        assert shutil.which(tool), f"{tool} is missing: apt-get install -y openssl coreutils unzip"
    trust = create_trust(tmp_path_factory.mktemp("home") / "trust", "evidence.example/log", now)
    return Signer(trust, DevelopmentAuthority.of(trust, now))


@pytest.fixture(scope="session")
def case(signer: Signer, tmp_path_factory: pytest.TempPathFactory) -> Case:
    files = evidence(signer, LocalStore(tmp_path_factory.mktemp("store"), now=now))
    outside = tmp_path_factory.mktemp("auditor")
    (outside / "verify.py").write_bytes(verifier())
    shutil.copy(signer.trust.folder / "root.pem", outside / "root.pem")
    return Case(
        data=build_bundle(files, seal=signer.seal, stamp=signer.stamp),
        files=files,
        signer=signer,
        root=outside / "root.pem",
        vkey=signer.trust.vkey,
        script=outside / "verify.py",
    )
