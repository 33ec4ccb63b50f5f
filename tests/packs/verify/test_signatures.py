"""Where an element ends, in DER and in BER; what has no sound end is refused."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.packs.verify.seals.signatures import element_length
from app.trust.time.openssl import Refused
from tests.trust.time.test_der import element

END = b"\0\0"


def indefinite(tag: int, *inside: bytes) -> bytes:
    return bytes((tag, 0x80)) + b"".join(inside) + END


WHOLE = st.recursive(
    st.builds(element, st.sampled_from([0x02, 0x04, 0x06, 0x18]), st.binary(max_size=300)),
    lambda inside: st.builds(
        lambda made, tag, parts: made(tag, *parts),
        st.sampled_from([element, indefinite]),
        st.sampled_from([0x30, 0x31, 0xA0, 0xA1, 0x24]),
        st.lists(inside, max_size=4),
    ),
    max_leaves=12,
)


@given(WHOLE, st.binary(max_size=20))
def test_an_element_ends_where_it_ends_whatever_follows(whole: bytes, after: bytes) -> None:
    assert element_length(whole + after) == len(whole)


@given(st.binary(max_size=60))
def test_no_bytes_do_more_than_be_refused(data: bytes) -> None:
    with suppress(Refused):
        assert element_length(data) >= 2


@pytest.mark.parametrize(
    "odd",
    [
        b"",
        b"\x30",
        END,
        b"\x04\x80" + END,
        b"\x30\xff",
        bytes.fromhex("3080") + element(0x02, b"\1"),
        indefinite(0x30, bytes.fromhex("9f817f00")),
        indefinite(0x30, b"\x04\x80"),
        bytes.fromhex("3f8101") + b"\0",
    ],
)
def test_what_has_no_sound_end_is_refused(odd: bytes) -> None:
    with pytest.raises(Refused):
        element_length(odd)
