"""PAdES-B-T: the pack's own seal, invisible, so that PDF/A and PDF/UA stay as they are."""

import asyncio
import io
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner

from app.trust.keys import Trust
from app.trust.signing import AuthorityTimeStamper, CmsSigner
from app.trust.timestamp import TimeAuthority

FIELD = "AnnexaSeal"


def seal_pdf(
    pdf: bytes,
    trust: Trust,
    authorities: Sequence[TimeAuthority],
    now: Callable[[], datetime],
    reason: str = "Seal of the evidence pack",
) -> bytes:
    """The PDF with a certifying PAdES-B-T signature (ETSI EN 319 142-1) appended.

    No later change is permitted by it. Blocks; not to be called on a thread that runs an event
    loop. Raises TimestampUnavailableError.
    """
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=fields.MDPPerm.NO_CHANGES,
    )
    signer = _ClockedSigner(metadata, trust, AuthorityTimeStamper(authorities, now), now())
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    sealed: io.BytesIO = asyncio.run(signer.async_sign_pdf(writer))
    return sealed.getvalue()


class _ClockedSigner(PdfSigner):
    """pyHanko writes the machine's local time into /M; ours is told the time, in UTC."""

    def __init__(
        self,
        metadata: PdfSignatureMetadata,
        trust: Trust,
        timestamper: AuthorityTimeStamper,
        at: datetime,
    ) -> None:
        super().__init__(metadata, signer=CmsSigner(trust.sealer), timestamper=timestamper)
        self._at = at

    def init_signing_session(self, *args: Any, **kwargs: Any) -> Any:
        session = super().init_signing_session(*args, **kwargs)
        session.system_time = self._at
        return session
