"""A bundle in memory."""

import io
import re
from collections.abc import Mapping, Sequence

from app.errors import UsageError
from app.packs.sealed.bundle import Sign, write_bundle
from app.packs.sealed.explanation import explanation
from app.packs.verify.one_file import verifier

CHECKPOINT = "checkpoint/checkpoint"
TOKEN = re.compile(r"checkpoint/checkpoint(\.[0-9]+)?\.tsr")


def build_bundle(
    files: Mapping[str, bytes],
    *,
    seal: Sign,
    stamp: Sign,
    also: Sequence[Sign] = (),
    rootfile: str = "pack.pdf",
) -> bytes:
    """A bundle in memory. See `write_bundle`."""
    made = io.BytesIO()
    write_bundle(
        made, sorted(explained(files).items()), seal=seal, stamp=stamp, also=also, rootfile=rootfile
    )
    return made.getvalue()


def explained(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The same with the explanation and the verifier that each bundle carries."""
    tokens = [files[name] for name in sorted(files) if TOKEN.fullmatch(name)]
    try:
        text = explanation(files[CHECKPOINT], tokens)
    except KeyError as error:
        raise UsageError(f"a bundle needs {error}") from error
    return {"VERIFY.md": text, "verify.py": verifier(), **files}
