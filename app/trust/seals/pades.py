"""PAdES-B-T or B-LTA: the pack's own seal, invisible, so that PDF/A and PDF/UA stay as they are."""

import asyncio
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.signers.pdf_signer import DSSContentSettings, TimestampDSSContentSettings
from pyhanko_certvalidator import ValidationContext

from app.trust.keys.keyring import Trust
from app.trust.keys.signers import refuse_worthless
from app.trust.seals.cms import AuthorityTimeStamper, CmsSigner, loaded
from app.trust.seals.pades_check import WEAK_IN_TIME
from app.trust.time.timestamp import TimeAuthority

FIELD = "AnnexaSeal"


def seal_pdf(
    pdf: bytes,
    trust: Trust,
    authorities: Sequence[TimeAuthority],
    now: Callable[[], datetime],
    reason: str = "Seal of the evidence pack",
    *,
    archival: bool = False,
) -> bytes:
    """The PDF with a certifying PAdES-B-T signature (ETSI EN 319 142-1) appended.

    No later change is permitted by it. `archival` makes it B-LTA: certificates and revocation
    lists are added to the file, and a timestamp over all of it; that much more must then be
    permitted. Blocks; not to be called on a thread that runs an event loop. Raises
    TimestampUnavailableError, RefusedError for a certificate that is revoked or expired, and
    what the signing key raises.
    """
    at = now()
    refuse_worthless(trust.sealer, at)
    allowed = fields.MDPPerm.FILL_FORMS if archival else fields.MDPPerm.NO_CHANGES
    metadata = PdfSignatureMetadata(
        field_name=FIELD,
        md_algorithm="sha256",
        subfilter=fields.SigSeedSubFilter.PADES,
        reason=reason,
        certify=True,
        docmdp_permissions=allowed,
        embed_validation_info=archival,
        use_pades_lta=archival,
        dss_settings=DSSContentSettings(
            # the file ends with the timestamp: whatever came after it nobody would vouch for
            next_ts_settings=TimestampDSSContentSettings(include_vri=False, update_before_ts=True)
        ),
        validation_context=_known(trust, authorities, at) if archival else None,
    )
    signer = _ClockedSigner(metadata, trust, AuthorityTimeStamper(authorities, now), at)
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    sealed: io.BytesIO = asyncio.run(signer.async_sign_pdf(writer))
    return sealed.getvalue()


def _known(trust: Trust, authorities: Sequence[TimeAuthority], at: datetime) -> ValidationContext:
    """What the file's certificates are judged by as they are added: our anchors, no network."""
    sealer = trust.sealer
    roots = [(sealer.certificate, *sealer.chain)[-1]]
    roots += [root for authority in authorities for root in authority.roots]
    return ValidationContext(
        trust_roots=[loaded(each) for each in roots],
        other_certs=[loaded(each) for each in sealer.chain],
        crls=[each.public_bytes(Encoding.DER) for each in sealer.revocations],
        allow_fetching=False,
        revocation_mode="soft-fail",  # time authorities' lists are elsewhere
        moment=at.astimezone(UTC),
        weak_hash_algos=WEAK_IN_TIME,
    )


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
