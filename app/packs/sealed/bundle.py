"""The sealed bundle: an ASiC-E container (ETSI EN 319 162-1) of files, seal and time token.

The same files give the same payload bytes; seal and token differ each time. Keep the sealed file.
"""

import base64
import hashlib
import re
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import IO
from xml.sax.saxutils import quoteattr

from app.errors import UsageError
from app.packs.tables.workbook import XLSX_TYPE

MIMETYPE = b"application/vnd.etsi.asic-e+zip"
SUMS, META_SUMS = "sha256sums.txt", "META-INF/sha256sums.txt"
_SEALED = ("META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s")
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
_OURS = {"mimetype", SUMS}
_TYPES = {
    ".pdf": "application/pdf",
    ".json": "application/json",
    ".csv": "text/csv",
    ".xlsx": XLSX_TYPE,
}
Sign = Callable[[bytes], bytes]


def write_bundle(
    target: IO[bytes],
    files: Iterable[tuple[str, bytes]],
    *,
    seal: Sign,
    stamp: Sign,
    also: Sequence[Sign] = (),
    rootfile: str = "pack.pdf",
) -> int:
    """Write a bundle of these files, one at a time, to a seekable binary file.

    `seal` gives a detached CAdES-B-T signature (DER) over bytes, `stamp` a bare RFC 3161 token,
    and so does each of `also`, by another authority: manifest.json has to announce them.
    sha256sums.txt and META-INF are added. Order, dates and modes are fixed, nothing is compressed.
    Returns the number of files in it. Raises UsageError for a name that is not plain or occurs
    twice, and whatever seal and stamp raise.
    """
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as opened:
        container = _Container(opened)
        container.add("mimetype", MIMETYPE)
        for name, data in files:
            if not _NAME.fullmatch(name) or name in _OURS or name.startswith("META-INF/"):
                raise UsageError(f"{name[:120]!r} cannot be a file of a bundle")
            container.add(name, data)
        container.add(SUMS, _sums(container.payload()))
        _seal(container, seal, (stamp, *also), rootfile)
        return len(container.digests)


class _Container:
    """A zip being written, and the digests of what is in it."""

    def __init__(self, opened: zipfile.ZipFile) -> None:
        self.digests: dict[str, str] = {}
        self._opened = opened
        self._folded: set[str] = set()

    def add(self, name: str, data: bytes) -> None:
        if name.lower() in self._folded:
            raise UsageError(f"{name!r} occurs twice in the bundle")
        self._folded.add(name.lower())
        self.digests[name] = hashlib.sha256(data).hexdigest()
        info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
        info.create_system = 3  # Unix, whatever this machine is
        info.external_attr = 0o100444 << 16
        self._opened.writestr(info, data, zipfile.ZIP_STORED)

    def payload(self) -> dict[str, str]:
        return {name: each for name, each in self.digests.items() if name != "mimetype"}


def _seal(container: _Container, seal: Sign, stamps: Sequence[Sign], rootfile: str) -> None:
    manifest, signature = _SEALED
    listed = _manifest(signature, "application/pkcs7-signature", container.payload(), rootfile)
    container.add(manifest, listed)
    container.add(signature, seal(listed))
    # each token covers the files and the seal, so that it dates both, whatever another says
    covered = container.payload()
    stamped: list[str] = []
    for number, stamp in enumerate(stamps, 1):
        manifest = f"META-INF/ASiCManifest{number + 1:03d}.xml"
        token = f"META-INF/timestamp{number:03d}.tst"
        listed = _manifest(token, "application/vnd.etsi.timestamp-token", covered, rootfile)
        container.add(manifest, listed)
        container.add(token, stamp(listed))
        stamped += [manifest, token]
    # bytes of a token that its own signature does not cover are covered by this last list
    own = ("mimetype", *_SEALED, *stamped)
    container.add(META_SUMS, _sums({name: container.digests[name] for name in own}))


def _manifest(signature: str, kind: str, digests: Mapping[str, str], rootfile: str) -> bytes:
    """ASiCManifest (ETSI EN 319 162-1, annex A.4)."""
    references = "".join(
        f"<asic:DataObjectReference URI={quoteattr(name)} MimeType={quoteattr(_type(name))}"
        f"{' Rootfile=' + quoteattr('true') if name == rootfile else ''}>"
        '<ds:DigestMethod Algorithm="http://www.w3.org/2001/04/xmlenc#sha256"/>'
        f"<ds:DigestValue>{base64.b64encode(bytes.fromhex(digest)).decode()}</ds:DigestValue>"
        "</asic:DataObjectReference>\n"
        for name, digest in sorted(digests.items())
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="no"?>\n'
        '<asic:ASiCManifest xmlns:asic="http://uri.etsi.org/02918/v1.2.1#" '
        'xmlns:ds="http://www.w3.org/2000/09/xmldsig#">\n'
        f"<asic:SigReference URI={quoteattr(signature)} MimeType={quoteattr(kind)}/>\n"
        f"{references}</asic:ASiCManifest>\n"
    ).encode()


def _type(name: str) -> str:
    return _TYPES.get(Path(name).suffix, "application/octet-stream")


def _sums(digests: Mapping[str, str]) -> bytes:
    return "".join(f"{digests[name]}  {name}\n" for name in sorted(digests)).encode()
