"""The seal inside the PDF (PAdES, ETSI EN 319 142-1), judged by the openssl command."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path

from app.packs.verify.checks import Report, need
from app.packs.verify.container.files import Bundle
from app.packs.verify.seals.signatures import element_length
from app.packs.verify.seals.signer import Pins, need_pinned, only_signer
from app.trust.time.openssl import check_token, openssl

PDF = "pack.pdf"
RANGE = re.compile(rb"/ByteRange\s*\[\s*0\s+([0-9]{1,10})\s+([0-9]{1,10})\s+([0-9]{1,10})\s*\]")
"""What a signature covers: from the start to its own bytes, and from behind these on."""
HEXADECIMAL = re.compile(rb"<[0-9A-Fa-f]*>")


def check_pdf(
    bundle: Bundle,
    root: list[str],
    pins: Pins,
    time: tuple[list[str], int | None],
    report: Report,
) -> None:
    """The PDF is sealed, and nothing follows what its last signature or timestamp covers.

    `root` are openssl's options and `pins` who may have sealed, as for the seal of the bundle;
    `time` are roots, and the time to judge them at, for the document timestamps behind it.
    """

    def sealed() -> None:
        data = bundle.read(PDF)
        first, *others = covered(data)
        with tempfile.TemporaryDirectory() as folder:
            signature, content = cut(data, first, Path(folder), "seal.p7s")
            form = ["-cades", "-binary", "-inform", "DER", "-in", signature, "-content", content]
            signer = Path(folder) / "signer"
            openssl("cms", "-verify", *form, *root, "-signer", str(signer), "-out", os.devnull)
            need_pinned(only_signer(signer), pins)
            for place in others:
                token, content = cut(data, place, Path(folder), "stamp.tst")
                check_token(token, ["-data", content], *time)

    report.check(PDF, "is sealed", sealed, "seal_invalid")


def covered(data: bytes) -> list[tuple[int, int, int]]:
    """Where each signature leaves a gap for itself, and how much follows it. Raises Refused."""
    ranges = [(int(a), int(b), int(c)) for a, b, c in RANGE.findall(data)]
    need(ranges, "the PDF has no seal", "seal_missing")
    for start, end, _ in ranges:
        need(HEXADECIMAL.fullmatch(data[start:end]), "a signature has no place", "seal_invalid")
    whole = ranges[-1][1] + ranges[-1][2] == len(data)
    need(whole, "something follows what is sealed", "pdf_extended")
    return ranges


def cut(data: bytes, place: tuple[int, int, int], folder: Path, name: str) -> tuple[str, str]:
    """Files with a signature or token, and with what it covers."""
    start, end, rest = place
    padded = bytes.fromhex(data[start + 1 : end - 1].decode("ascii"))
    signature, content = folder / name, folder / "content"
    signature.write_bytes(padded[: element_length(padded)])
    content.write_bytes(data[:start] + data[end : end + rest])
    return str(signature), str(content)
