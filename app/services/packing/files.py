"""Files of an issued pack, opened only when they still are what was sealed."""

import hashlib
import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

from app.db.rows.packs import StoredPack, pack_by_id
from app.errors import RefusedError
from app.services.home.installation import Ports

Kind = Literal["bundle", "pdf"]
PDF_IN_BUNDLE = "pack.pdf"
SUFFIX: dict[Kind, str] = {"bundle": ".asice", "pdf": ".pdf"}


@dataclass(frozen=True, kw_only=True, slots=True)
class PackFile:
    """An open file whose bytes were just checked. Whoever takes it closes it."""

    file: BinaryIO
    size: int
    sha256: str
    name: str


def find_pack(ports: Ports, pack_id: str) -> StoredPack:
    """An issued pack. Raises NotFoundError."""
    with ports.database.read() as session:
        return pack_by_id(session, pack_id)


def open_pack_file(ports: Ports, pack_id: str, kind: Kind) -> PackFile:
    """Open a pack's bundle or PDF.

    The bundle is measured by the digest in the log, the PDF by the one sealed in that bundle.
    Raises NotFoundError, RefusedError when a file is missing or altered.
    """
    stored = find_pack(ports, pack_id)
    bundle = _checked(ports.home, pack_id, "bundle", stored.bundle_path, stored.bundle_sha256)
    if kind == "bundle":
        return bundle
    with bundle.file:
        sealed = _sealed_pdf(bundle.file)
    return _checked(ports.home, pack_id, "pdf", stored.pdf_path, sealed)


def _checked(
    home: Path, pack_id: str, kind: Kind, path: str | None, sealed: str | None
) -> PackFile:
    try:
        file = (home / (path or "")).open("rb")
    except OSError as error:
        raise _altered(pack_id, kind) from error
    digest = hashlib.file_digest(file, "sha256").hexdigest()
    if digest != sealed:
        file.close()
        raise _altered(pack_id, kind)
    size = file.seek(0, io.SEEK_END)
    return PackFile(file=file, size=size, sha256=digest, name=f"{pack_id}{SUFFIX[kind]}")


def _sealed_pdf(bundle: BinaryIO) -> str:
    with zipfile.ZipFile(bundle) as archive, archive.open(PDF_IN_BUNDLE) as pdf:
        return hashlib.file_digest(pdf, "sha256").hexdigest()  # type: ignore[arg-type] # reads only


def _altered(pack_id: str, kind: Kind) -> RefusedError:
    return RefusedError(
        f"the {kind} of pack {pack_id} is missing or no longer what was sealed, and is not handed "
        "out; keep it as it is, find out why, and issue the pack again",
        code="bundle_altered",
    )
