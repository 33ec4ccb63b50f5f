"""What was loaded with asn1crypto, byte for byte as it came."""

from asn1crypto import core, parser

UNIVERSAL, CONTEXT = 0, 2
"""Classes of tags (ITU-T X.690, section 8.1.2.2)."""
CONSTRUCTED = 1
SEQUENCE, SET = 16, 17


class AsItCame:
    """Mixed into a type of asn1crypto: what was loaded is written byte for byte, never anew.

    asn1crypto takes a length that happens to end in 0x80 for an indefinite one, and then encodes
    all that is inside anew; what others signed need not survive that (a genTime of seven digits
    has six afterwards). Only for what is written itself: asn1crypto forgets the type of what it
    puts into something else.
    """

    _header: bytes | None
    _contents: bytes
    _trailer: bytes

    def dump(self, force: bool = False) -> bytes:  # noqa: FBT001, FBT002 - asn1crypto's signature
        """As it came; what is made here, or came in BER, as asn1crypto writes it."""
        if self._header is None or self._trailer:
            return bytes(super().dump(force))  # type: ignore[misc]  # asn1crypto's Asn1Value
        return self._header + self._contents


def as_it_came(value: core.Asn1Value) -> bytes:
    """A SEQUENCE that was loaded, header and all; of BER's indefinite length only inside."""
    if not value._trailer:  # noqa: SLF001 - asn1crypto has no other way to it
        return bytes(value._header + value.contents)  # noqa: SLF001
    return bytes(parser.emit(UNIVERSAL, CONSTRUCTED, SEQUENCE, value.contents))


def as_signed(attributes: core.SetOf) -> bytes:
    """Signed attributes that were loaded, with the tag that is signed (RFC 5652, section 5.4)."""
    return bytes(parser.emit(UNIVERSAL, CONSTRUCTED, SET, attributes.contents))


def parts(element: bytes) -> list[bytes]:
    """The elements in one, each with its header. Raises ValueError for what is no BER."""
    contents, found = parser.parse(element, strict=True)[4], list[bytes]()
    while contents:
        found.append(b"".join(parser.parse(contents)[3:]))
        contents = contents[len(found[-1]) :]
    return found
