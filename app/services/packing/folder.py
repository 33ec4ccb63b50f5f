"""The folder of an issued pack: its files have a name only once they are whole."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from app.errors import UnavailableError
from app.services.home.installation import Ports
from app.services.home.private_files import private_file, private_folder
from app.services.log.evidence_log import EvidenceLog
from app.services.packing.bundle import write_bundle_of
from app.services.packing.order import Order
from app.trust.time.timestamp import TimeAuthority


def write_pack(
    ports: Ports,
    log: EvidenceLog,
    order: Order,
    drawn: Mapping[str, bytes],
    dating: Mapping[str, Sequence[TimeAuthority]],
) -> tuple[Path, str]:
    """Folder of the finished files, and the bundle's SHA-256. See `write_bundle_of`.

    Raises UnavailableError when they cannot be written; nothing unfinished keeps a name.
    """
    packs = ports.home / "packs" / order.pack_id
    try:
        private_folder(packs)
        with TemporaryDirectory(prefix=".unfinished-", dir=packs) as made:
            bundle = Path(made) / "bundle.asice"
            with private_file(bundle) as target:
                write_bundle_of(ports, log, order, drawn, dating, target)
            with private_file(Path(made) / "pack.pdf") as target:
                target.write(drawn["pack.pdf"])
            digest = file_digest(bundle)
            folder = packs / digest[:12]
            private_folder(folder)
            for name in ("pack.pdf", "bundle.asice"):
                (Path(made) / name).replace(folder / name)
    except OSError as error:
        raise UnavailableError(
            f"the pack cannot be written to {packs}: {error.strerror}; nothing sealed is lost, "
            "make room and issue it again"
        ) from error
    return folder, digest


def file_digest(path: Path) -> str:
    """SHA-256 of a file, read in pieces."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
