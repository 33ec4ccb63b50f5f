"""What pyHanko is given of others' bytes it writes as they came."""

import asyncio
import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from app.trust.keys.keyring import Trust
from app.trust.seals.cms import AuthorityTimeStamper, CmsSigner, with_revocations
from app.trust.seals.seal import seal
from app.trust.time.der import parts
from app.trust.time.timestamp import DevelopmentAuthority
from tests.trust.time.test_real_authorities import penned

Clock = Callable[[], datetime]
DIGEST = hashlib.sha256(b"data").digest()


def test_a_time_of_seven_digits_is_still_one_when_all_is_encoded_anew(
    now: Clock, tmp_path: Path
) -> None:
    authority = penned(time=lambda at: f"{at:%Y%m%d%H%M%S}.1234567Z")(now(), tmp_path)
    stamper = AuthorityTimeStamper([authority], now)
    token = asyncio.run(stamper.async_timestamp(DIGEST, "sha256"))
    assert b".1234567Z" in cms.CMSAttribute(
        {"type": "signature_time_stamp_token", "values": [token]}
    ).dump(force=True)


def test_the_seals_own_certificates_are_not_encoded_anew(trust: Trust) -> None:
    signer, sealer = CmsSigner(trust.sealer), trust.sealer
    given = [signer.signing_cert, *signer.cert_registry]
    expected = {each.public_bytes(Encoding.DER) for each in (sealer.certificate, *sealer.chain)}
    assert {each.dump(force=True) for each in given} == expected
    assert all(type(each).dump is not cms.Certificate.dump for each in given)


def test_revocation_lists_come_between_parts_that_stay(
    trust: Trust, authority: DevelopmentAuthority, now: Clock
) -> None:
    whole = seal(b"data", trust, [authority], now)
    (signed,) = parts(parts(whole)[1])
    *others, crls, signers = parts(signed)
    assert parts(crls) == [each.public_bytes(Encoding.DER) for each in trust.sealer.revocations]
    without = with_revocations(cms.ContentInfo.load(whole), [])
    assert without == whole
    assert cms.ContentInfo.load(whole)["content"]["signer_infos"].contents == parts_of(signers)
    assert len(others) == 4


def parts_of(element: bytes) -> bytes:
    return b"".join(parts(element))
