"""Who sealed is told, and whoever was not pinned is refused."""

import json
import re
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from app.packs.verify.seals.signer import fits
from app.trust.keys.certificates import Validity, seal_certificate
from app.trust.keys.signers import CertifiedKey, LocalKey
from tests.packs.bundles import build_bundle
from tests.packs.verify.made import Case, Signer, now

SUBJECT = "CN=Unnamed organisation evidence seal,O=Unnamed organisation"


def run(case: Case, tmp_path: Path, *more: str) -> tuple[int, list[str], set[str]]:
    """Exit code, notes, and codes of what does not hold."""
    (tmp_path / "bundle.asice").write_bytes(case.data)
    done = case.run(tmp_path / "bundle.asice", "--json", *more)
    told = json.loads(done.stdout)
    return done.returncode, told["notes"], {fault["code"] for fault in told["failures"]}


def digest(path: Path) -> str:
    """As openssl prints it."""
    command = ["openssl", "x509", "-in", str(path), "-noout", "-fingerprint", "-sha256"]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return said.partition("=")[2].strip()


def sealed_by_a_neighbour(case: Case) -> Case:
    """The same files under a seal whose certificate the same root signed, for somebody else."""
    trust = case.signer.trust
    root_key = load_pem_private_key((trust.folder / "root.key.pem").read_bytes(), None)
    assert isinstance(root_key, ec.EllipticCurvePrivateKey)
    private = ec.generate_private_key(ec.SECP256R1())
    validity = Validity(start=trust.seal.not_valid_before_utc, end=trust.seal.not_valid_after_utc)
    certificate = seal_certificate(private.public_key(), trust.root, root_key, validity)
    sealer = CertifiedKey(
        signing=LocalKey(private=private), certificate=certificate, chain=(trust.root,)
    )
    signer = Signer(replace(trust, sealer=sealer), case.signer.authority, now)
    return replace(case, data=build_bundle(case.files, seal=signer.seal, stamp=signer.stamp))


def test_the_text_says_who_sealed_and_that_nobody_was_pinned(case: Case, tmp_path: Path) -> None:
    code, notes, _ = run(case, tmp_path)

    printed = digest(case.signer.trust.folder / "seal.crt.pem")
    assert code == 0
    assert f"sealed by {SUBJECT}, certificate SHA-256 {printed}" in notes
    assert any("was not pinned" in note for note in notes)


def test_whoever_was_pinned_may_have_sealed(case: Case, tmp_path: Path) -> None:
    certificate = case.signer.trust.folder / "seal.crt.pem"
    plain = re.sub(":", "", digest(certificate)).lower()
    for pins in (
        ("--seal-subject", SUBJECT),
        ("--seal-subject", "O=Somebody", "--seal-subject", "O=Unnamed organisation"),
        ("--seal-cert", str(certificate)),
        ("--seal-cert", plain, "--seal-subject", "O=Unnamed organisation"),
    ):
        code, notes, faults = run(case, tmp_path, *pins)
        assert (code, faults) == (0, set()), pins
        assert not any("was not pinned" in note for note in notes)


def test_another_certificate_of_the_same_root_is_refused_once_one_is_pinned(
    case: Case, tmp_path: Path
) -> None:
    neighbour = sealed_by_a_neighbour(case)
    pin = str(case.signer.trust.folder / "seal.crt.pem")

    assert run(neighbour, tmp_path)[0] == 0
    assert run(neighbour, tmp_path, "--seal-cert", pin)[::2] == (5, {"seal_foreign"})
    assert run(case, tmp_path, "--seal-subject", "O=Other")[::2] == (5, {"seal_foreign"})


def test_a_pin_that_is_no_certificate_is_wrong_use(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bundle.asice").write_bytes(case.data)
    done = case.run(tmp_path / "bundle.asice", "--seal-cert", "abcd")

    assert done.returncode == 2
    assert "no certificate file and no SHA-256" in done.stderr


@pytest.mark.parametrize(
    ("subject", "pinned", "expected"),
    [
        ("CN=Seal,O=Spital Zürich", "O=Spital Zürich", True),
        ("CN=Seal,O=Spital Zürich", "o=Spital Zürich, cn=Seal", True),
        ("CN=Seal,O=Spital Zürich", "O=Spital", False),
        ("CN=Seal,O=Spital,O=Other", "O=Spital", False),
        (r"CN=Seal\,O=Spital,O=Other", "O=Spital", False),
        (r"CN=Seal,O=A\, B", r"O=A\, B", True),
        ("CN=Seal,O=Spital", "", False),
        ("CN=Seal,O=Spital", "Spital", False),
        ("CN=O\\=Spital", "O=Spital", False),
    ],
)
def test_a_pinned_part_of_a_subject_fits_whole_or_not_at_all(
    subject: str,
    pinned: str,
    expected: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert fits(subject, pinned) is expected


def test_a_seal_of_two_signers_is_no_seal(case: Case, tmp_path: Path) -> None:
    trust = case.signer.trust
    (tmp_path / "data").write_bytes(case.contents()["META-INF/ASiCManifest001.xml"])
    keys = ("seal", "tsa")
    signers = [
        word
        for name in keys
        for word in (
            *("-signer", str(trust.folder / f"{name}.crt.pem")),
            *("-inkey", str(trust.folder / f"{name}.key.pem")),
        )
    ]
    target = tmp_path / "signature"
    command = ["openssl", "cms", "-sign", "-cades", "-binary", "-in", str(tmp_path / "data")]
    subprocess.run(
        [*command, *signers, "-outform", "DER", "-out", str(target), "-certfile", str(case.root)],
        check=True,
        capture_output=True,
    )
    sealed = build_bundle(case.files, seal=lambda _: target.read_bytes(), stamp=case.signer.stamp)

    _, _, faults = run(replace(case, data=sealed), tmp_path)

    assert trust.seal.public_bytes(Encoding.PEM)
    assert "seal_invalid" in faults
