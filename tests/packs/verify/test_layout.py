"""Not one byte of a container is free: what is not of a file is of its directory."""

import io
import random
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from app.packs.verify.container.layout import check_layout
from app.trust.time.openssl import Refused
from tests.packs.verify.made import Case


def offsets(data: bytes) -> list[int]:
    """Places in the container that no file's bytes take."""
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        taken = [
            range(start, start + info.file_size)
            for info in opened.infolist()
            for start in [info.header_offset + 30 + len(info.filename)]
        ]
    of_files = {place for one in taken for place in one}
    return [place for place in range(len(data)) if place not in of_files]


def laid_out(path: Path) -> None:
    with path.open("rb") as file:
        try:
            infos = zipfile.ZipFile(file).infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            raise Refused(str(error)) from error
        check_layout(file, infos)


def refused(path: Path, data: bytes) -> str:
    path.write_bytes(data)
    with pytest.raises(Refused) as told:
        laid_out(path)
    return str(told.value)


def test_what_we_write_is_laid_out_so(case: Case, tmp_path: Path) -> None:
    (tmp_path / "bundle.asice").write_bytes(case.data)
    laid_out(tmp_path / "bundle.asice")


def test_any_flipped_byte_between_the_files_is_noticed(case: Case, tmp_path: Path) -> None:
    dice = random.Random(4)
    places = offsets(case.data)
    for place in [*places[:100], *places[-60:], *dice.sample(places, 300)]:
        changed = bytearray(case.data)
        changed[place] ^= 1 << dice.randrange(8)
        assert refused(tmp_path / "flipped.asice", bytes(changed)), place


def comment(data: bytes) -> bytes:
    return data[:-2] + struct.pack("<H", 5) + b"hello"


def between(data: bytes) -> bytes:
    """Bytes that no file owns, before the directory; all its offsets still fit."""
    start = struct.unpack("<I", data[-6:-2])[0]
    moved = data[-22:-6] + struct.pack("<I", start + 6) + data[-2:]
    return data[:start] + b"hidden" + data[start:-22] + moved


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"#!/bin/sh\n" + data,
        lambda data: data + b"more",
        lambda data: data + data,
        lambda data: data[:-1],
        comment,
        between,
    ],
)
def test_nothing_hides_before_between_or_behind_the_files(
    change: Callable[[bytes], bytes], case: Case, tmp_path: Path
) -> None:
    assert refused(tmp_path / "changed.asice", change(case.data))
    assert case.run(tmp_path / "changed.asice").returncode == 5


def test_files_that_share_bytes_are_refused_before_they_are_unpacked(
    case: Case, tmp_path: Path
) -> None:
    """A bomb without compression: many names for the same bytes."""
    made = io.BytesIO(case.data)
    with zipfile.ZipFile(made, "a") as opened:
        first = opened.infolist()[0]
        for number in range(2000):
            again = zipfile.ZipInfo(f"copy{number}", (1980, 1, 1, 0, 0, 0))
            again.header_offset, again.CRC = first.header_offset, first.CRC
            again.file_size = again.compress_size = 1 << 30
            opened.filelist.append(again)
        opened.NameToInfo["copy"] = again
        opened._didModify = True  # type: ignore[attr-defined]
    assert (
        refused(tmp_path / "bomb.asice", made.getvalue()) == "copy0 does not follow the file before"
    )
    done = case.run(tmp_path / "bomb.asice")
    assert done.returncode == 5
    assert "larger than itself" in done.stdout


def test_more_files_than_fit_the_old_form_are_laid_out_too(tmp_path: Path) -> None:
    path = tmp_path / "many.asice"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as opened:
        for number in range(0x10001):
            info = zipfile.ZipInfo(f"f{number}", (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, 0o100444 << 16
            opened.writestr(info, b"")
    laid_out(path)
    assert refused(path, path.read_bytes() + b"\0")
