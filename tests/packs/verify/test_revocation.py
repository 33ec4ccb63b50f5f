"""A seal that was revoked, and a log whose key is ECDSA, by the verifier that a bundle carries."""

import base64
import shutil
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from app.evidence.tree.note import NoteSignature, format_note, parse_note
from app.packs.verify.one_file import verifier
from app.store.local.folder import LocalStore
from app.trust.keys.certificates import Validity, revocation_list
from app.trust.keys.keyring import RemoteKeys, create_trust
from app.trust.keys.signers import CertifiedKey, LocalKey
from app.trust.time.timestamp import DevelopmentAuthority
from tests.packs.bundles import build_bundle
from tests.packs.verify.made import Case, Signer, evidence, now


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A bundle of a log that is signed with ECDSA, as a log in Key Vault is."""
    home = tmp_path_factory.mktemp("home")
    key = LocalKey(private=ec.generate_private_key(ec.SECP256R1()))
    trust = create_trust(home / "trust", "evidence.example/log", now, remote=RemoteKeys(log=key))
    signer = Signer(trust, DevelopmentAuthority.of(trust, now))
    files = evidence(signer, LocalStore(home / "store", now=now))
    (home / "verify.py").write_bytes(verifier())
    return Case(
        data=build_bundle(files, seal=signer.seal, stamp=signer.stamp),
        files=files,
        signer=signer,
        root=Path(shutil.copy(trust.folder / "root.pem", home / "root.pem")),
        vkey=trust.vkey,
        script=home / "verify.py",
    )


@pytest.fixture
def bundle(ours: Case, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.asice"
    path.write_bytes(ours.data)
    return path


def newer_list(case: Case, folder: Path, revoked: Mapping[int, datetime]) -> Path:
    trust = case.signer.trust
    key = load_pem_private_key((trust.folder / "root.key.pem").read_bytes(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    validity = Validity(start=now(), end=now() + timedelta(days=3000))
    made = revocation_list(trust.root, key, validity, revoked, number=2)
    path = folder / "newer.crl.pem"
    path.write_bytes(made.public_bytes(Encoding.PEM))
    return path


def test_a_bundle_of_a_log_that_is_signed_with_ecdsa_verifies(ours: Case, bundle: Path) -> None:
    done = ours.run(bundle)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_checkpoint_of_another_ecdsa_key_is_refused(ours: Case, tmp_path: Path) -> None:
    text = parse_note(ours.files["checkpoint/checkpoint"]).text
    other = LocalKey(private=ec.generate_private_key(ec.SECP256R1())).sign(text.encode())
    key = ours.signer.trust.log.key
    forged = format_note(text, [NoteSignature(name=key.name, key_id=key.key_id, signature=other)])
    files = {**ours.files, "checkpoint/checkpoint": forged}
    path = tmp_path / "forged.asice"
    signer = ours.signer
    path.write_bytes(build_bundle(files, seal=signer.seal, stamp=signer.stamp))
    done = ours.run(path)
    assert done.returncode == 5
    assert "FAIL checkpoint/checkpoint: openssl" in done.stdout


def test_an_ecdsa_vkey_that_does_not_fit_together_is_wrong_use(ours: Case, bundle: Path) -> None:
    name, key_id, encoded = ours.vkey.split("+", 2)
    shorter = base64.b64encode(base64.b64decode(encoded)[:-1]).decode()
    for wrong in (f"{name}+00000000+{encoded}", f"{name}+{key_id}+{shorter}"):
        done = ours.run(bundle, "--log-vkey", wrong)
        assert done.returncode == 2
        assert "vkey is not" in done.stderr


def test_a_seal_that_a_newer_list_revokes_is_refused(
    ours: Case, bundle: Path, tmp_path: Path
) -> None:
    serial = ours.signer.trust.seal.serial_number
    revoked = newer_list(ours, tmp_path, {serial: now()})
    done = ours.run(bundle, "--crl", str(revoked))
    assert done.returncode == 5
    assert "revoked" in done.stdout
    assert "FAIL META-INF/ASiCManifest001.xml" in done.stdout


def test_a_newer_list_without_the_seal_changes_nothing(
    ours: Case, bundle: Path, tmp_path: Path
) -> None:
    done = ours.run(bundle, "--crl", str(newer_list(ours, tmp_path, {7: now()})))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_seal_without_a_list_verifies_with_a_note(ours: Case, tmp_path: Path) -> None:
    trust = ours.signer.trust
    assert isinstance(trust.sealer, CertifiedKey)
    bare = replace(trust, sealer=replace(trust.sealer, revocations=()))
    signer = Signer(bare, ours.signer.authority)
    path = tmp_path / "bare.asice"
    path.write_bytes(build_bundle(ours.files, seal=signer.seal, stamp=signer.stamp))
    done = ours.run(path)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "NOTE the seal carries no revocation list" in done.stdout
