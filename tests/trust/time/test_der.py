"""What came from others is written byte for byte as it came, whatever its lengths are."""

import pytest
from asn1crypto import cms, core, tsp

from app.trust.time.der import AsItCame, as_it_came, as_signed, parts

TIME = b"20261129004100.1234567Z"
"""Of ticks of 100 ns, as authorities on Windows give it."""


class Token(AsItCame, cms.ContentInfo):  # type: ignore[misc]  # asn1crypto has no types
    """One that is kept."""


def header(tag: int, size: int) -> bytes:
    if size < 0x80:
        return bytes((tag, size))
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets


def element(tag: int, *inside: bytes) -> bytes:
    whole = b"".join(inside)
    return header(tag, len(whole)) + whole


def token(padding: int) -> bytes:
    """A token's form, signed by nobody, with a serial number of so many bytes."""
    imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": bytes(32)}
    info = element(
        0x30,
        element(0x02, b"\1"),
        element(0x06, b"\x2a\x03"),
        tsp.MessageImprint(imprint).dump(),
        element(0x02, b"\1" * padding),
        element(0x18, TIME),
    )
    kind = core.ObjectIdentifier("1.2.840.113549.1.9.16.1.4").dump()
    content = element(0x30, kind, element(0xA0, element(0x04, info)))
    signed = element(0x30, element(0x02, b"\3"), element(0x31), content, element(0x31))
    return element(
        0x30, core.ObjectIdentifier("1.2.840.113549.1.7.2").dump(), element(0xA0, signed)
    )


def test_a_token_stays_as_it_came_at_every_length() -> None:
    changed = [n for n in range(1, 300) if Token.load(token(n)).dump(force=True) != token(n)]
    assert changed == []


def test_without_care_a_digit_of_its_time_is_lost() -> None:
    """Why it is taken; when this fails, asn1crypto keeps what it loaded."""
    assert cms.ContentInfo.load(token(1)).dump(force=True) != token(1)


@pytest.mark.parametrize("size", [1, 100, 0x7C, 0x80, 0x178, 0x17C, 0x180])
def test_signed_attributes_are_what_was_signed_in_the_order_it_came(size: int) -> None:
    first = element(0x30, element(0x06, b"\x2a\x04"), element(0x31, element(0x04, bytes(size))))
    second = element(0x30, element(0x06, b"\x2a\x03"), element(0x31, element(0x04, b"")))
    came = cms.CMSAttributes.load(element(0x31, first, second))
    assert [str(each["type"].dotted) for each in came] == ["1.2.4", "1.2.3"]
    assert as_signed(came) == element(0x31, first, second)


def test_a_sequence_is_what_came() -> None:
    whole = element(0x30, element(0x01, b"\1"), element(0x02, b"\0\1"))
    assert as_it_came(core.Sequence.load(whole)) == whole


def test_parts_are_what_is_inside() -> None:
    inside = [element(0x02, b"\1"), element(0x04, bytes(300)), element(0x31)]
    assert parts(element(0x30, *inside)) == inside
    assert parts(element(0x31)) == []


@pytest.mark.parametrize("broken", [b"", b"\x30", b"\x30\x05\x02\x01", element(0x30) + b"\0"])
def test_what_is_no_element_has_none(broken: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        parts(broken)
