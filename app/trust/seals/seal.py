"""CAdES-B-T: a detached signature that says who sealed bytes, and when at the latest."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime

from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from app.trust.keys.keyring import Trust
from app.trust.keys.signers import refuse_worthless
from app.trust.seals.cms import AuthorityTimeStamper, CmsSigner, with_revocations
from app.trust.time.timestamp import TimeAuthority


def seal(
    data: bytes,
    trust: Trust,
    authorities: Sequence[TimeAuthority],
    now: Callable[[], datetime],
) -> bytes:
    """Detached CMS signature (DER) over `data`: CAdES-B-T (ETSI EN 319 122-1), SHA-256.

    It carries the chain and the revocation lists of the seal's issuers. Verify: `openssl cms
    -verify -cades -crl_check -binary -inform DER -in SIG -content DATA -CAfile root.pem`.
    Blocks; not to be called on a thread that runs an event loop. Raises
    TimestampUnavailableError, RefusedError for a certificate that is revoked or expired, and
    what the signing key raises.
    """
    sealer, at = trust.sealer, now()
    refuse_worthless(sealer, at)
    signing = CmsSigner(sealer).async_sign_general_data(
        data,
        "sha256",
        detached=True,
        use_cades=True,
        timestamper=AuthorityTimeStamper(authorities, now),
        signed_attr_settings=PdfCMSSignedAttributes(signing_time=at),
    )
    return with_revocations(asyncio.run(signing), sealer.revocations)
