"""The container's own bytes: files laid end to end, then their directory, and nothing else."""

from __future__ import annotations

import struct
import zipfile
from typing import BinaryIO

from app.packs.verify.checks import need

STORED = (0, 0, 0, 33)
"""Flags, method, time and date of every file: not compressed, of 1 January 1980."""
READ_ONLY = 0o100444 << 16
LIMIT = (1 << 31) - 1
"""Beyond this an offset or size stands in the 64-bit form (APPNOTE.TXT, section 4.5.3)."""


def check_layout(file: BinaryIO, infos: list[zipfile.ZipInfo]) -> None:
    """Every byte that is not of a file is the one that the files' names and sizes make it.

    So nothing hides before, between or behind the files, and no two share bytes. Raises Refused.
    """
    place = 0
    for info in infos:
        follows = info.header_offset == place
        need(follows, f"{info.filename} does not follow the file before", "zip_layout")
        head = local_header(info)
        file.seek(place)
        same = file.read(len(head)) == head
        need(same, f"{info.filename} has not the header it must have", "zip_layout")
        place += len(head) + info.file_size
    file.seek(place)
    rest = directory(infos, place)
    ours = file.read(len(rest) + 1) == rest
    need(ours, "what follows its last file is not the directory of its files", "zip_layout")


def local_header(info: zipfile.ZipInfo) -> bytes:
    """What stands before a file's bytes (APPNOTE.TXT, section 4.3.7)."""
    name, size = info.filename.encode(), info.file_size
    need(size <= LIMIT, f"{info.filename} is larger than a bundle's files are", "zip_layout")
    sizes = (info.CRC, size, size, len(name), 0)
    return struct.pack("<4s5H3I2H", b"PK\3\4", 20, *STORED, *sizes) + name


def directory(infos: list[zipfile.ZipInfo], start: int) -> bytes:
    """What stands behind the last file (APPNOTE.TXT, sections 4.3.12 to 4.3.16)."""
    entries = b"".join(directory_entry(info) for info in infos)
    count, size = len(infos), len(entries)
    end = b""
    if count > 0xFFFF or start > LIMIT or size > LIMIT:
        form = "<4sQ2H2I4Q4sIQI"
        long = (b"PK\6\6", 44, 45, 45, 0, 0, count, count, size, start)
        end = struct.pack(form, *long, b"PK\6\7", 0, start + size, 1)
        count, size, start = min(count, 0xFFFF), min(size, 0xFFFFFFFF), min(start, 0xFFFFFFFF)
    return entries + end + struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, count, count, size, start, 0)


def directory_entry(info: zipfile.ZipInfo) -> bytes:
    """One file's line of the directory."""
    name, place, extra, version = info.filename.encode(), info.header_offset, b"", 20
    if place > LIMIT:
        place, extra, version = 0xFFFFFFFF, struct.pack("<2HQ", 1, 8, place), 45
    sizes = (info.CRC, info.file_size, info.file_size, len(name), len(extra), 0, 0, 0)
    made = (b"PK\1\2", version, 3, version, *STORED, *sizes, READ_ONLY, place)
    return struct.pack("<4sBBH4H3I5H2I", *made) + name + extra
