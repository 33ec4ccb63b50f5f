"""Of a token nothing is free: every flipped bit is refused, by its signature or by its form."""

import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography import x509

from app.trust.keys.keyring import create_trust
from app.trust.time.timestamp import (
    DevelopmentAuthority,
    TimestampRefusedError,
    stamp,
    verify_timestamp,
)
from app.trust.time.token_form import refuse_loose_bytes

NOTE = b"evidence.example/log\n1\n"
pytestmark = pytest.mark.filterwarnings("ignore:Parsed a serial number")  # of a flipped certificate


def now() -> datetime:
    return datetime(2026, 3, 14, tzinfo=UTC)


def test_every_flipped_byte_is_refused(tmp_path: Path) -> None:
    trust = create_trust(tmp_path / "trust", "evidence.example/log", now)
    token = stamp(NOTE, [DevelopmentAuthority.of(trust, now)], now).response
    roots, dice = [trust.root], random.Random(3)
    refuse_loose_bytes(token, roots)
    believed = []
    for place in range(len(token)):
        changed = bytearray(token)
        changed[place] ^= 1 << dice.randrange(8)
        if not refused(bytes(changed), roots):
            believed.append(place)
    assert believed == []


def refused(token: bytes, roots: list[x509.Certificate]) -> bool:
    try:
        refuse_loose_bytes(token, roots)
        verify_timestamp(token, NOTE, roots)
    except TimestampRefusedError:
        return True
    return False


@pytest.mark.parametrize("change", [b"", b"\0", b"0\x82"])
def test_what_is_no_response_is_refused(change: bytes) -> None:
    with pytest.raises(TimestampRefusedError):
        refuse_loose_bytes(change, [])
