"""The container: deterministic, whole, and only with plain names."""

import hashlib
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.errors import UsageError
from app.evidence.tree.note import CheckpointBody, format_note
from app.packs.sealed.bundle import MIMETYPE, write_bundle
from app.trust.keys.keyring import create_trust
from app.trust.time.timestamp import DevelopmentAuthority, stamp
from tests.packs.bundles import build_bundle


def now() -> datetime:
    return datetime(2026, 3, 14, tzinfo=UTC)


def same(data: bytes) -> bytes:
    """Stands for a seal whose bytes depend on nothing but what is sealed."""
    return hashlib.sha256(data).digest()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    trust = create_trust(tmp_path_factory.mktemp("home") / "trust", "evidence.example/log", now)
    text = CheckpointBody(origin=trust.origin, size=1, root=bytes(32)).text()
    note = format_note(text, [trust.log.sign(text)])
    token = stamp(note, [DevelopmentAuthority.of(trust, now)], now).response
    return {
        "pack.pdf": b"%PDF",
        "checkpoint/checkpoint": note,
        "checkpoint/checkpoint.tsr": token,
        "raw/b": b"2",
        "raw/a": b"1",
    }


def test_the_same_files_give_the_same_bytes_in_any_order(files: dict[str, bytes]) -> None:
    one = build_bundle(files, seal=same, stamp=same)
    other = build_bundle(dict(reversed(files.items())), seal=same, stamp=same)
    assert one == other


def test_it_is_an_asic_e_container(files: dict[str, bytes]) -> None:
    made = build_bundle(files, seal=same, stamp=same)
    assert made[30:69] == b"mimetype" + MIMETYPE, "libmagic reads the type at byte 30"
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert opened.testzip() is None
        infos = opened.infolist()
        names = [info.filename for info in infos]
        assert names[0] == "mimetype"
        assert names[-1] == "META-INF/sha256sums.txt"
        assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
        assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}
        assert {info.extra for info in infos} == {b""}
        manifest = opened.read("META-INF/ASiCManifest001.xml").decode()
        assert 'URI="pack.pdf" MimeType="application/pdf" Rootfile="true"' in manifest
        later = opened.read("META-INF/ASiCManifest002.xml").decode()
    for name in names[1:-5]:
        assert f'URI="{name}"' in manifest
    assert 'URI="META-INF/signature001.p7s"' in later


def test_files_are_taken_one_at_a_time_and_written_to_disk(
    files: dict[str, bytes], tmp_path: Path
) -> None:
    taken: list[str] = []

    def stream() -> Iterator[tuple[str, bytes]]:
        for name, data in sorted(files.items()):
            taken.append(name)
            yield name, data

    with (tmp_path / "bundle.asice").open("wb") as target:
        count = write_bundle(target, stream(), seal=same, stamp=same)
    assert taken == sorted(files)
    assert count == len(files) + 7
    made = (tmp_path / "bundle.asice").read_bytes()
    with zipfile.ZipFile(io.BytesIO(made)) as opened:
        assert {name: opened.read(name) for name in files} == files


@pytest.mark.parametrize(
    "name",
    [
        "../up",
        "/root",
        "a//b",
        "a/./b",
        "a b",
        "",
        ".hidden",
        "-rf",
        "sha256sums.txt",
        "META-INF/x",
        "line\nbreak",
    ],
)
def test_names_that_are_not_plain_or_ours_are_refused(name: str, files: dict[str, bytes]) -> None:
    with pytest.raises(UsageError, match="cannot be a file of a bundle"):
        build_bundle({**files, name: b""}, seal=same, stamp=same)


def test_names_that_differ_in_case_only_are_refused(files: dict[str, bytes]) -> None:
    with pytest.raises(UsageError, match="twice"):
        build_bundle({**files, "RAW/a": b""}, seal=same, stamp=same)
