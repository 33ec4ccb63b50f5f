"""The container itself: its names, order, layout, and what hides in it."""

import io
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from tests.corpus.case import Case, Kind
from tests.corpus.owner import Files, Owner, unzipped
from tests.tampering.containers import PLAIN, add, hostile, packed

HOSTILE = {
    "a name that leaves the folder": "zip_traversal",
    "a name that leaves it on the way": "zip_traversal",
    "an absolute name": "zip_traversal",
    "a name of another system": "zip_traversal",
    "a hidden name": "zip_traversal",
    "a duplicate name": "zip_duplicate",
    "a duplicate name with other bytes": "zip_duplicate",
    "a name that differs in case": "zip_duplicate",
    "a link": "zip_link",
    "a link in place of a page": "zip_link",
    "a device": "zip_link",
    "a folder": "zip_traversal",
    "a compressed bomb": "zip_compressed",
    "a size that is a lie": "zip_bomb",
    "bytes before the files": "zip_layout",
    "bytes behind the files": "zip_layout",
    "two containers in one": "zip_layout",
    "a comment": "zip_layout",
    "half a container": "zip_unreadable",
    "no container": "no_bundle",
    "nothing": "no_bundle",
    "another first file": "zip_order",
}
NAMES = {
    "a control code in a name": "raw/\x1b[2Kx",
    "a newline in a name": "raw/a\nb",
    "a name of letters beyond ASCII": "raw/\u00e4",
    "a right-to-left name": "raw/\u202efdp",
    "a name with a space": "raw/a b",
    "a name with two slashes": "raw//a",
    "a name with a dot": "raw/./a",
    "a name with a backslash": "raw\\a",
    "an empty last part": "raw/a/",
    "a name with a colon": "raw/a:b",
    "a name that begins with a hyphen": "-rf",
}
CENTRAL, LOCAL = b"PK\1\2", b"PK\3\4"


def cases(owner: Owner, _: Path) -> Iterator[Case]:
    """Without any key: the sealed files as they are, in another container."""
    made = Kind("container", owner)
    plain = owner.keys.packed(owner.files)
    files = unzipped(plain)
    for what, (data, __) in hostile(files).items():
        yield made(what, HOSTILE[what], data)
    for what, name in NAMES.items():
        yield made(what, "zip_traversal", packed(files, lambda z, n=name: add(z, n, b"x")))
    for what, code, change in BYTES:
        yield made(what, code, change(plain))
    for what, code, again in PACKED:
        yield made(what, code, again(files))


def _infos(data: bytes) -> list[zipfile.ZipInfo]:
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        return opened.infolist()


def _set(form: str, place: int, value: int, *, head: bytes) -> Callable[[bytes], bytes]:
    """A field of the third file's local header or directory line."""

    def change(data: bytes) -> bytes:
        copy = bytearray(data)
        start = _infos(data)[2].header_offset
        if head == CENTRAL:
            start = struct.unpack("<I", data[-6:-2])[0]
            for _ in range(2):
                start = data.index(CENTRAL, start + 4)
        struct.pack_into(form, copy, start + place, value)
        return bytes(copy)

    return change


def _gap(data: bytes) -> bytes:
    """Bytes that belong to nobody, between the last file and the directory."""
    start = struct.unpack("<I", data[-6:-2])[0]
    moved = struct.pack("<I", start + 6) + data[-2:]
    return data[:start] + b"hidden" + data[start:-6] + moved


def _crossed(data: bytes) -> bytes:
    """Two lines of the directory lead to each other's files of one size."""
    copy = bytearray(data)
    start = struct.unpack("<I", data[-6:-2])[0]
    second = data.index(CENTRAL, start + 4)
    third = data.index(CENTRAL, second + 4)
    one, other = data[second + 42 : second + 46], data[third + 42 : third + 46]
    copy[second + 42 : second + 46], copy[third + 42 : third + 46] = other, one
    return bytes(copy)


def _one_less(data: bytes) -> bytes:
    """The end says that there is one file less than there are lines."""
    count = struct.unpack("<H", data[-12:-10])[0] - 1
    return data[:-14] + struct.pack("<2H", count, count) + data[-10:]


def _two_ends(data: bytes) -> bytes:
    """An end of an empty container behind the end of the true one."""
    return data + b"PK\5\6" + bytes(18)


def _flip(at: float) -> Callable[[bytes], bytes]:
    def change(data: bytes) -> bytes:
        place = int(len(data) * at)
        return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]

    return change


BYTES: tuple[tuple[str, str, Callable[[bytes], bytes]], ...] = (
    ("a flag in a local header", "zip_layout", _set("<H", 6, 0x0800, head=LOCAL)),
    ("an encryption flag in a local header", "zip_layout", _set("<H", 6, 1, head=LOCAL)),
    ("a method in a local header", "zip_layout", _set("<H", 8, 8, head=LOCAL)),
    ("a date in a local header", "zip_layout", _set("<H", 12, 34, head=LOCAL)),
    ("another checksum in a local header", "zip_layout", _set("<I", 14, 7, head=LOCAL)),
    ("another size in a local header", "zip_layout", _set("<I", 22, 7, head=LOCAL)),
    ("an extra field in a local header", "zip_unreadable", _set("<H", 28, 4, head=LOCAL)),
    ("another name in a local header", "zip_layout", _set("<B", 30, 0x58, head=LOCAL)),
    ("a flag in the directory", "zip_layout", _set("<H", 8, 0x0002, head=CENTRAL)),
    ("an encryption flag in the directory", "zip_compressed", _set("<H", 8, 1, head=CENTRAL)),
    ("a date in the directory", "zip_layout", _set("<H", 14, 34, head=CENTRAL)),
    ("another checksum in the directory", "zip_unreadable", _set("<I", 16, 7, head=CENTRAL)),
    ("another mode in the directory", "zip_layout", _set("<I", 38, 0o100666 << 16, head=CENTRAL)),
    ("a link's mode in the directory", "zip_link", _set("<I", 38, 0o120777 << 16, head=CENTRAL)),
    ("another system in the directory", "zip_layout", _set("<B", 5, 0, head=CENTRAL)),
    ("a version in the directory", "zip_layout", _set("<H", 6, 63, head=CENTRAL)),
    ("an attribute in the directory", "zip_layout", _set("<H", 36, 1, head=CENTRAL)),
    ("bytes between files and directory", "zip_layout", _gap),
    ("two files that lead to each other", "zip_unreadable", _crossed),
    ("a line of the directory that is not counted", "zip_layout", _one_less),
    ("two ends of a container", "zip_unreadable", _two_ends),
    ("a flipped bit early on", "zip_unreadable", _flip(0.2)),
    ("a flipped bit in the middle", "zip_unreadable", _flip(0.5)),
    ("its last byte gone", "zip_unreadable", lambda data: data[:-1]),
    ("its end gone", "zip_unreadable", lambda data: data[:-22]),
)


def _deflated(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, data in files.items():
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.create_system, info.external_attr = 3, PLAIN
            opened.writestr(info, data, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def _of_today(files: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as opened:
        for name, data in files.items():
            opened.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), data)
    return made.getvalue()


def _without_mimetype(files: Mapping[str, bytes]) -> bytes:
    return packed({name: data for name, data in files.items() if name != "mimetype"})


def _of(change: Callable[[Files], Files]) -> Callable[[Mapping[str, bytes]], bytes]:
    return lambda files: packed(change(dict(files)))


def _linked(files: Mapping[str, bytes]) -> bytes:
    """A file replaced by a link of the same name."""
    rest = {name: data for name, data in files.items() if name != "pack.pdf"}
    mode = (stat.S_IFLNK | 0o777) << 16
    return packed(rest, lambda z: add(z, "pack.pdf", b"verify.py", mode))


def _empty(_: Mapping[str, bytes]) -> bytes:
    return b"PK\5\6" + bytes(18)


PACKED: tuple[tuple[str, str, Callable[[Mapping[str, bytes]], bytes]], ...] = (
    ("compressed whole", "zip_compressed", _deflated),
    ("packed again by another program", "zip_layout", _of_today),
    ("no mimetype", "zip_order", _without_mimetype),
    ("a mimetype of another kind", "file_changed", _of(lambda f: f | {"mimetype": b"text/plain"})),
    (
        "a mimetype with a line's end",
        "file_changed",
        _of(lambda f: f | {"mimetype": f["mimetype"] + b"\n"}),
    ),
    ("a container of nothing", "no_bundle", _empty),
    ("a file in place of a link", "zip_link", _linked),
    ("a file that nobody lists", "file_added", _of(lambda f: f | {"notes.txt": b"x"})),
    (
        "a page that nobody lists",
        "raw_added",
        _of(lambda f: f | {f"raw/{zlib.crc32(b'x'):064x}": b"x"}),
    ),
)
