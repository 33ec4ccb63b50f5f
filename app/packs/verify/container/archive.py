"""An .asice read in place: each byte once, in its order, for its digest and its layout."""

from __future__ import annotations

import hashlib
import stat
import struct
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from app.packs.verify.checks import Report, code_of, need
from app.packs.verify.container.files import PIECE, Bundle
from app.packs.verify.container.layout import check_layout
from app.packs.verify.container.members import NAME
from app.trust.time.openssl import Refused

ZIP, NO_BUNDLE = b"PK\3\4", "no_bundle"
"""How a container begins (APPNOTE.TXT, section 4.3.7); the code of what never was a bundle."""
FIRST = b"mimetype"
"""Name of a bundle's first file."""
HEAD = 30
"""Bytes of a local header before the name (APPNOTE.TXT, section 4.3.7)."""


class Archive(Bundle):
    """The members that may be read; why others may not, the report tells."""

    def __init__(self, archive: Path, report: Report) -> None:
        super().__init__()
        self._file = archive.open("rb")
        self._copies = tempfile.TemporaryDirectory()
        self._places: dict[str, tuple[int, int]] = {}
        try:
            with zipfile.ZipFile(self._file) as opened:
                infos = opened.infolist()
        except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
            report.fail(archive.name, f"it cannot be opened: {error}", self._unopened())
            return
        if not any(
            info.filename == "mimetype" or info.filename.startswith("META-INF/") for info in infos
        ):
            report.fail(archive.name, *self._of_another())
            return
        self._take(archive, infos, report)
        self._sorted = sorted(self._places)
        layout = lambda: check_layout(self._file, infos)  # noqa: E731 - one line
        report.check(archive.name, "is laid out as its files make it", layout)
        if not infos or infos[0].filename != "mimetype":
            report.fail("mimetype", "is not the first file of the container", "zip_order")

    def _unopened(self) -> str:
        """A damaged bundle is one; what begins as no container does never was."""
        self._file.seek(0)
        return "zip_unreadable" if self._file.read(len(ZIP)) == ZIP else NO_BUNDLE

    def _of_another(self) -> tuple[str, str]:
        """What is read may be a container inside of a bundle that was cut short behind it."""
        self._file.seek(0)
        if self._file.read(HEAD + len(FIRST))[HEAD:] == FIRST:
            return "it begins as a bundle and ends as none: it was cut short", "zip_unreadable"
        return "it has no file of a bundle's own", NO_BUNDLE

    def close(self) -> None:
        """Close the archive, remove what was copied out for openssl."""
        self._file.close()
        self._copies.cleanup()

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return name in self._places

    def path(self, name: str) -> Path:
        """A copy."""
        copy = Path(self._copies.name) / name.replace("/", "-")
        if not copy.exists():
            with copy.open("wb") as target:
                for piece in self.pieces(name):
                    target.write(piece)
        return copy

    def size(self, name: str) -> int:
        """Bytes of a file. Raises Refused when there is none."""
        need(name in self._places, "the file is missing", code_of(name, "missing"))
        return self._places[name][1]

    def pieces(self, name: str) -> Iterator[bytes]:
        """A file's bytes. Raises Refused when there is none."""
        need(name in self._places, "the file is missing", code_of(name, "missing"))
        place, left = self._places[name]
        self._file.seek(place)
        while left:
            piece = self._file.read(min(left, PIECE))
            need(piece, "it ends before its size", "zip_unreadable")
            left -= len(piece)
            yield piece

    def _take(self, archive: Path, infos: list[zipfile.ZipInfo], report: Report) -> None:
        """Index what may be read, with its digest."""
        seen: set[str] = set()
        twice: set[str] = set()
        for info in infos:
            folded = info.filename.lower()
            (twice if folded in seen else seen).add(folded)
        sizes = (info.file_size for info in infos if not unsafe(info, twice)[0])
        if sum(sizes) > archive.stat().st_size:
            report.fail(archive.name, "unpacked it would be larger than itself", "zip_bomb")
            return
        for info in infos:
            reason, code = unsafe(info, twice)
            if reason:
                report.fail(info.filename, reason, code)
                continue
            try:
                self._index(info)
            except (Refused, OSError, struct.error) as error:
                report.fail(info.filename, f"cannot be unpacked: {error}", "zip_unreadable")

    def _index(self, info: zipfile.ZipInfo) -> None:
        self._file.seek(info.header_offset)
        head = self._file.read(HEAD)
        names, extra = struct.unpack("<2H", head[26:])
        name = info.filename
        self._places[name] = (info.header_offset + HEAD + names + extra, info.file_size)
        state, crc = hashlib.sha256(), 0
        for piece in self.pieces(name):
            state.update(piece)
            crc = zlib.crc32(piece, crc)
        if crc != info.CRC:
            del self._places[name]
            raise Refused(f"Bad CRC-32 for file {name!r}", "zip_unreadable")
        self._digests[name] = state.digest()


def unsafe(info: zipfile.ZipInfo, twice: set[str]) -> tuple[str, str]:
    """Why a member of the container must not be read, and the code; both empty if it may."""
    if not NAME.fullmatch(info.filename):
        return "the name is absolute, leaves the folder or is not plain", "zip_traversal"
    if twice and info.filename.lower() in twice:
        return "the name occurs more than once", "zip_duplicate"
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        return "the file is compressed or encrypted", "zip_compressed"
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG}:
        return "it is no plain file", "zip_link"
    return "", ""
