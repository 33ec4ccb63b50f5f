"""The trust folder: closed doors, whole sets, and certificates that openssl accepts."""

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from app.errors import UsageError
from app.trust.keys.keyring import Trust, create_trust, load_trust

PRIVATE = ["log.key.pem", "root.key.pem", "salt.key", "seal.key.pem", "tsa.key.pem"]
PUBLIC = ["log.vkey", "root.crl.pem", "root.pem", "seal.crt.pem", "tsa.crt.pem"]


@pytest.fixture
def copied(trust: Trust, tmp_path: Path) -> Path:
    folder = tmp_path / "trust"
    shutil.copytree(trust.folder, folder)
    return folder


def test_keys_are_the_owners_and_the_rest_is_public(trust: Trust) -> None:
    assert stat.S_IMODE(trust.folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in trust.folder.iterdir()}
    assert {name for name, mode in modes.items() if mode == 0o600} == set(PRIVATE)
    assert sorted(modes) == sorted(PRIVATE + PUBLIC)


def test_no_key_shows_in_a_repr(trust: Trust) -> None:
    shown = repr(trust) + repr(trust.log)
    assert "PrivateKey" not in shown


def test_a_folder_is_read_back_as_made(trust: Trust) -> None:
    again = load_trust(trust.folder)
    assert (again.origin, again.vkey) == ("evidence.example/log", trust.vkey)
    assert again.log.sign("text\n") == trust.log.sign("text\n")


def test_the_time_authority_says_development_and_all_begin_before_now(
    trust: Trust, now: Callable[[], datetime]
) -> None:
    assert "DEVELOPMENT" in trust.tsa.subject.rfc4514_string()
    for certificate in (trust.root, trust.seal, trust.tsa):
        assert certificate.not_valid_before_utc < now() < certificate.not_valid_after_utc
    usage = trust.tsa.extensions.get_extension_for_class(x509.ExtendedKeyUsage)
    assert usage.critical
    assert [each.dotted_string for each in usage.value] == ["1.3.6.1.5.5.7.3.8"]


@pytest.mark.parametrize(
    ("organisation", "seal", "root"),
    [
        ("Spital Zürich", "Spital Zürich evidence seal", "Spital Zürich evidence root"),
        ("  ", "Unnamed organisation evidence seal", "Unnamed organisation evidence root"),
        ("x" * 70, "x" * 47 + "… evidence seal", "x" * 47 + "… evidence root"),
    ],
)
def test_root_and_seal_name_the_organisation(
    organisation: str, seal: str, root: str, tmp_path: Path, now: Callable[[], datetime]
) -> None:
    made = create_trust(tmp_path / "trust", "evidence.example/log", now, organisation=organisation)

    named = organisation.strip() or "Unnamed organisation"
    for certificate, common in ((made.seal, seal), (made.root, root)):
        told = {one.rfc4514_attribute_name: one.value for one in certificate.subject}
        assert told == {"O": named if len(named) <= 64 else "x" * 61 + "…", "CN": common}


def test_openssl_accepts_the_chain(trust: Trust) -> None:
    for name in ("seal.crt.pem", "tsa.crt.pem"):
        subprocess.run(
            ["openssl", "verify", "-x509_strict", "-CAfile", "root.pem", name],
            cwd=trust.folder,
            check=True,
            capture_output=True,
        )


def test_keys_are_never_made_twice(copied: Path) -> None:
    before = {path.name: path.read_bytes() for path in copied.iterdir()}
    with pytest.raises(UsageError, match="never replaced"):
        create_trust(copied, "evidence.example/log", lambda: datetime.now(UTC))
    assert {path.name: path.read_bytes() for path in copied.iterdir()} == before


@pytest.mark.parametrize("origin", ["", "has space", "has+plus"])
def test_a_log_that_cannot_be_named_leaves_nothing_behind(origin: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be named"):
        create_trust(tmp_path / "trust", origin, lambda: datetime.now(UTC))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", PRIVATE)
def test_a_key_that_others_may_read_is_refused_with_the_line_that_closes_it(
    name: str, copied: Path
) -> None:
    (copied / name).chmod(0o640)
    with pytest.raises(UsageError, match=f"chmod 600 .*{name}"):
        load_trust(copied)


def test_a_folder_that_others_may_open_is_refused(copied: Path) -> None:
    copied.chmod(0o750)
    with pytest.raises(UsageError, match="chmod 700"):
        load_trust(copied)


NEEDED = sorted({*PRIVATE, *PUBLIC} - {"root.key.pem", "root.crl.pem", "salt.key"})


@pytest.mark.parametrize("name", NEEDED)
def test_a_missing_file_is_named(name: str, copied: Path) -> None:
    (copied / name).unlink()
    with pytest.raises(UsageError, match=name):
        load_trust(copied)


def test_the_roots_key_may_be_taken_offline(copied: Path) -> None:
    (copied / "root.key.pem").unlink()
    assert load_trust(copied).origin == "evidence.example/log"


def test_a_folder_made_before_there_were_revocation_lists_is_read(copied: Path) -> None:
    (copied / "root.crl.pem").unlink()
    assert load_trust(copied).sealer.revocations == ()


def test_a_missing_folder_is_told_with_the_next_step(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="annexa init"):
        load_trust(tmp_path / "none")


@pytest.mark.parametrize("name", [name for name in PRIVATE + PUBLIC if name != "root.key.pem"])
def test_a_damaged_file_is_refused_without_a_word_of_it(name: str, copied: Path) -> None:
    (copied / name).write_bytes(b"-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----")
    with pytest.raises(UsageError) as caught:
        load_trust(copied)
    assert "c2VjcmV0" not in str(caught.value)


def test_keys_and_certificates_of_two_logs_are_not_mixed(
    copied: Path, tmp_path: Path, now: Callable[[], datetime]
) -> None:
    other = create_trust(tmp_path / "other", "other.example/log", now)
    for name in ("log.vkey", "seal.crt.pem", "tsa.crt.pem", "seal.key.pem", "root.crl.pem"):
        mixed = tmp_path / f"mixed-{name}"
        shutil.copytree(copied, mixed)
        os.replace(shutil.copy(other.folder / name, tmp_path / "taken"), mixed / name)  # noqa: PTH105 - keeps the mode
        with pytest.raises(UsageError, match="do not belong together"):
            load_trust(mixed)
