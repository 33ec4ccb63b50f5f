"""A sealed PDF judged again: whole, signed under the given root, dated by a known authority."""

import io
import logging
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from asn1crypto import x509 as asn1
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import (
    EmbeddedPdfSignature,
    SignatureCoverageLevel,
    validate_pdf_signature,
    validate_pdf_timestamp,
)
from pyhanko.sign.validation.errors import SignatureValidationError
from pyhanko_certvalidator import ValidationContext

WEAK_IN_TIME = frozenset({"md2", "md5"})
"""Digests refused in the certificates and signatures of time authorities."""


ADDED = "bytes were added to the file after its last signature"
MOST_UPDATES = 64
"""Of a sealed PDF: its seal, then a timestamp and what proves it, every few years."""
_COVERED = re.compile(rb"/ByteRange\s*\[\s*0\s+[0-9]{1,10}\s+([0-9]{1,10})\s+([0-9]{1,10})\s*\]")
_UPDATE = b"startxref"


@dataclass(frozen=True, kw_only=True, slots=True)
class PdfFault:
    """What does not hold of a PDF."""

    code: str
    """seal_missing, seal_invalid, seal_untrusted, token_invalid, pdf_changed, pdf_extended or
    pdf_unreadable."""
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PdfJudgement:
    """What a sealed PDF shows."""

    faults: tuple[PdfFault, ...]
    signer: bytes = b""
    """Certificate of the seal, DER; empty when there is no seal."""
    sealed_at: datetime | None = None
    """By the time authority; None when no token says it."""


def judge_pdf(
    pdf: bytes,
    roots: Sequence[x509.Certificate],
    time_roots: Sequence[x509.Certificate],
    at: datetime,
) -> PdfJudgement:
    """Judge the PAdES signature and its timestamp (ETSI EN 319 142-1), offline.

    Certificates are judged at the instant `at`. Every byte of the file must be covered: by the
    seal, or by a later document timestamp that only adds to it. Blocks; not to be called on a
    thread that runs an event loop.
    """
    logging.getLogger("pyhanko").setLevel(logging.CRITICAL)  # what it logs is in the faults
    logging.getLogger("pyhanko_certvalidator").setLevel(logging.CRITICAL)
    if _is_extended(pdf):
        return PdfJudgement(faults=(PdfFault(code="pdf_extended", reason=ADDED),))
    try:
        reader = PdfFileReader(io.BytesIO(pdf))
        found = reader.embedded_signatures
        if not any(_is_seal(one) for one in found):
            missing = PdfFault(code="seal_missing", reason="the PDF has no seal")
            return PdfJudgement(faults=(missing,))
        statuses = [(one, _status(one, roots, time_roots, at)) for one in found]
    except (PdfError, SignatureValidationError, ValueError, LookupError, TypeError) as error:
        unread = PdfFault(code="pdf_unreadable", reason=f"the PDF cannot be read: {error}")
        return PdfJudgement(faults=(unread,))
    seal = next(status for one, status in statuses if _is_seal(one))
    faults = [fault for one, status in statuses for fault in _faults(one, status)]
    if statuses[-1][1].coverage is not SignatureCoverageLevel.ENTIRE_FILE:
        faults.append(PdfFault(code="pdf_extended", reason=ADDED))
    return PdfJudgement(
        faults=tuple(faults),
        signer=seal.signing_cert.dump(),
        sealed_at=seal.timestamp_validity.timestamp if seal.timestamp_validity else None,
    )


def _is_extended(pdf: bytes) -> bool:
    """Whether something follows what its last signature covers, seen without reading the PDF.

    To judge what was appended takes minutes, and the answer is no whatever it is.
    """
    found = _COVERED.findall(pdf)
    if pdf.count(_UPDATE) > MOST_UPDATES:
        return True
    return bool(found) and sum(map(int, found[-1])) < len(pdf)


def _is_seal(one: EmbeddedPdfSignature) -> bool:
    return bool(one.sig_object_type == "/Sig")


def _status(
    one: EmbeddedPdfSignature,
    roots: Sequence[x509.Certificate],
    time_roots: Sequence[x509.Certificate],
    at: datetime,
) -> Any:
    # SHA-1 in a time authority's chain is what `openssl ts -verify` accepts, and so what we stored
    dated = _context(time_roots, at, weak=WEAK_IN_TIME)
    if _is_seal(one):
        return validate_pdf_signature(one, _context(roots, at), dated)
    return validate_pdf_timestamp(one, dated)


def _context(
    roots: Sequence[x509.Certificate], at: datetime, weak: frozenset[str] | None = None
) -> ValidationContext:
    trusted = [asn1.Certificate.load(root.public_bytes(Encoding.DER)) for root in roots]
    return ValidationContext(
        trust_roots=trusted,
        allow_fetching=False,
        moment=at.astimezone(UTC),
        weak_hash_algos=weak,
    )


def _faults(one: EmbeddedPdfSignature, status: Any) -> Iterator[PdfFault]:
    what = "seal" if _is_seal(one) else "document timestamp"
    untrusted = "seal_untrusted" if _is_seal(one) else "token_invalid"
    if not status.intact:
        yield PdfFault(code="pdf_changed", reason=f"its bytes are not those that the {what} covers")
    elif not status.valid:
        yield PdfFault(code="seal_invalid", reason=f"the signature of the {what} does not verify")
    elif not status.trusted:
        said = f"the certificate of the {what} does not lead to the given root at that time"
        yield PdfFault(code=untrusted, reason=said)
    if not _is_seal(one):
        return
    dated = status.timestamp_validity
    if dated is None:
        yield PdfFault(code="token_invalid", reason="the seal has no timestamp")
    elif not (dated.intact and dated.valid and dated.trusted):
        said = "the timestamp of the seal does not verify under the given time roots"
        yield PdfFault(code="token_invalid", reason=said)
    if status.docmdp_ok is False:
        said = "the PDF was changed after it was sealed, which its seal forbids"
        yield PdfFault(code="pdf_changed", reason=said)
