"""The seal of a pack's PDF, judged against given roots."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509

from app.errors import NotFoundError, UsageError
from app.evidence.record import utc
from app.packs.verify.seals.signer import Pins, Signer, need_pinned, signer_of_der
from app.services.proof.whole_store import NO_DEMANDS, Demands, Fault, Findings
from app.trust.seals.pades_check import judge_pdf
from app.trust.time.openssl import Refused


def verify_pack(
    pdf: Path,
    root: Path,
    time_roots: Sequence[Path],
    at: datetime,
    demands: Demands = NO_DEMANDS,
) -> Findings:
    """Is the PDF whole, sealed under `root` by whom it must be, dated under one of `time_roots`?

    Certificates are judged at the instant `at`. Raises NotFoundError when a file is not there,
    UsageError when a root is no certificate.
    """
    if not pdf.is_file():
        raise NotFoundError(f"there is no pack at {pdf}", code="file_unknown")
    found = judge_pdf(
        pdf.read_bytes(),
        list(_certificates(root)),
        [one for path in time_roots for one in _certificates(path)],
        at,
    )
    faults = tuple(
        Fault(object=pdf.name, reason=fault.reason, code=fault.code) for fault in found.faults
    )
    notes: list[str] = []
    pins = demands.pins()
    if found.signer:
        signer = signer_of_der(found.signer)
        notes.append(signer.said())
        faults += tuple(_foreign(pdf.name, signer, pins))
    if found.sealed_at is not None:
        notes.append(f"sealed at {utc(found.sealed_at)}, says its timestamp")
    if found.signer and pins == Pins():
        notes.append("who sealed was not pinned: give --seal-subject or --seal-cert")
    return Findings(
        what=str(pdf),
        result=f"{len(faults)} fault(s)" if faults else "VERIFIED",
        faults=faults,
        notes=tuple(notes),
    )


def _foreign(name: str, signer: Signer, pins: Pins) -> Iterator[Fault]:
    try:
        need_pinned(signer, pins)
    except Refused as error:
        yield Fault(object=name, reason=str(error), code=error.code)


def _certificates(path: Path) -> Iterator[x509.Certificate]:
    try:
        yield from x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise NotFoundError(
            f"there is no root certificate at {path}", code="file_unknown"
        ) from error
    except ValueError as error:
        raise UsageError(f"{path} is not a PEM certificate") from error
