"""Containers that a hostile hand packs: names, links and sizes that are not what they seem."""

import io
import stat
import struct
import warnings
import zipfile
from collections.abc import Callable, Mapping

PLAIN = 0o100444 << 16


def packed(
    files: Mapping[str, bytes], more: Callable[[zipfile.ZipFile], None] | None = None
) -> bytes:
    """A container of these files, in the form that a bundle has."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_STORED) as opened:
        for name, data in files.items():
            add(opened, name, data)
        if more is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # of the duplicate name
                more(opened)
    return made.getvalue()


def add(opened: zipfile.ZipFile, name: str, data: bytes, attributes: int = PLAIN) -> None:
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.create_system, info.external_attr = 3, attributes
    opened.writestr(info, data, zipfile.ZIP_STORED)


def hostile(files: Mapping[str, bytes]) -> dict[str, tuple[bytes, str]]:
    """(container, what must be named) by what was done."""
    plain = packed(files)

    def with_more(name: str, data: bytes = b"x", attributes: int = PLAIN) -> tuple[bytes, str]:
        return packed(files, lambda z: add(z, name, data, attributes)), name

    bomb = packed(files, lambda z: z.writestr("bomb", bytes(64 << 20), zipfile.ZIP_DEFLATED))
    entry = next(name for name in files if name.startswith("entries/"))
    return {
        "a name that leaves the folder": with_more("../outside.txt"),
        "a name that leaves it on the way": with_more("raw/../../outside.txt"),
        "an absolute name": with_more("/outside.txt"),
        "a name of another system": with_more("C:\\outside.txt"),
        "a hidden name": with_more("raw/.hidden"),
        "a duplicate name": with_more(entry, files[entry]),
        "a duplicate name with other bytes": with_more(entry),
        "a name that differs in case": with_more("PACK.PDF"),
        "a link": with_more("link", b"/etc/passwd", (stat.S_IFLNK | 0o777) << 16),
        "a link in place of a page": with_more("raw/link", b"../pack.pdf", stat.S_IFLNK << 16),
        "a device": with_more("device", b"", (stat.S_IFCHR | 0o666) << 16),
        "a folder": with_more("folder/", b""),
        "a compressed bomb": (bomb, "bomb"),
        "a size that is a lie": (_lie(plain), "bundle.asice"),
        "bytes before the files": (b"#!/bin/sh\n" + plain, "bundle.asice"),
        "bytes behind the files": (plain + b"more", "bundle.asice"),
        "two containers in one": (plain + plain, "bundle.asice"),
        "a comment": (plain[:-2] + struct.pack("<H", 3) + b"hey", "bundle.asice"),
        "half a container": (plain[: len(plain) // 2], "bundle.asice"),
        "no container": (b"%PDF-1.7", "bundle.asice"),
        "nothing": (b"", "bundle.asice"),
        "another first file": (packed(dict(reversed(list(files.items())))), "mimetype"),
    }


def _lie(data: bytes) -> bytes:
    """The directory's first entry says that its file has a gigabyte."""
    start = struct.unpack("<I", data[-6:-2])[0]
    changed = bytearray(data)
    changed[start + 20 : start + 28] = struct.pack("<2I", 1 << 30, 1 << 30)
    return bytes(changed)
