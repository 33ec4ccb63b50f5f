"""What pyHanko is given of others' bytes it writes as they came."""

import hashlib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from asn1crypto import cms
from cryptography.hazmat.primitives.serialization import Encoding

from app.trust.keys.keyring import Trust
from app.trust.seals.cms import with_revocations, with_time
from app.trust.seals.seal import seal
from app.trust.time.der import parts
from app.trust.time.timestamp import DevelopmentAuthority
from tests.trust.time.test_der import token
from tests.trust.time.test_real_authorities import penned

Clock = Callable[[], datetime]


def test_a_token_is_put_in_as_it_came_at_every_length(
    trust: Trust, authority: DevelopmentAuthority, now: Clock
) -> None:
    whole = seal(b"data", trust, [authority], now)
    bare = without_time(whole)
    for size in range(1, 300):
        given = token(size)
        dated = with_time(bare, given)
        (signer,) = parts(parts(parts(parts(dated)[1])[0])[-1])
        assert parts(parts(parts(signer)[-1])[0])[1].endswith(given)
        assert cms.ContentInfo.load(dated, strict=True)["content"]["signer_infos"][0].native


def without_time(whole: bytes) -> bytes:
    info = cms.ContentInfo.load(whole)
    del info["content"]["signer_infos"][0]["unsigned_attrs"]
    return bytes(info.dump(force=True))


def test_what_is_signed_is_dated_with_the_very_token(
    now: Clock, trust: Trust, tmp_path: Path
) -> None:
    authority = penned(time=lambda at: f"{at:%Y%m%d%H%M%S}.1234567Z")(now(), tmp_path)
    whole = seal(b"data", trust, [authority], now)
    assert b".1234567Z" in whole
    signer = cms.ContentInfo.load(whole)["content"]["signer_infos"][0]
    (attribute,) = signer["unsigned_attrs"]
    info = attribute["values"][0]["content"]["encap_content_info"]["content"].parsed
    signature = hashlib.sha256(signer["signature"].native).digest()
    assert info["message_imprint"]["hashed_message"].native == signature


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
