"""Signatures, judged by the openssl command."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from app.packs.verify.container.files import Bundle
from app.trust.time.openssl import Refused, openssl

INDEFINITE, RESERVED = 0x80, 0xFF
"""First octets of a length: the content ends with two zeros, wherever that is; none has it."""
CONSTRUCTED, HIGH_TAG = 0x20, 0x1F
"""In the first octet of a tag: elements are inside; its number follows."""


def check_seal(
    bundle: Bundle, names: tuple[str, str], root: list[str], revoked: str | None = None
) -> list[str]:
    """The organisation's seal (CAdES) over the list of all files, with what it says of revocation.

    `root` are openssl's options: the anchor, and the time to judge certificates at. `revoked` is a
    newer revocation list than the one inside, which is of the day of the seal.
    """
    content, signature = (str(bundle.path(name)) for name in names)
    form = ["-cades", "-binary", "-inform", "DER", "-in", signature, "-content", content]
    with tempfile.TemporaryDirectory() as folder:
        signer, others = (str(Path(folder) / name) for name in ("signer", "others"))
        more = ["-signer", signer, "-certsout", others, "-out", os.devnull]
        openssl("cms", "-verify", *form, *root, *more)
        if revoked is not None:
            # whatever its dates: the newest list says most, and certificates are judged above
            given = ["-crl_check", "-CRLfile", revoked, "-untrusted", others, "-no_check_time"]
            openssl("verify", *root[:2], *given, signer)
    try:
        openssl("cms", "-verify", "-crl_check", *form, *root, "-out", os.devnull)
    except Refused as error:
        if "unable to get certificate CRL" in str(error):
            return ["the seal carries no revocation list: ask whether it was revoked"]
        raise
    return []


def ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    """RFC 8032, by openssl 3. Raises Refused."""
    prefix = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo, RFC 8410
    check_signature(prefix + public, signature, message)


def ecdsa(public: bytes, signature: bytes, message: bytes) -> None:
    """ECDSA over SHA-256, key and signature in DER, by openssl 3. Raises Refused."""
    check_signature(public, signature, message, "-digest", "sha256")


def check_signature(public: bytes, signature: bytes, message: bytes, *how: str) -> None:
    """`public` is a SubjectPublicKeyInfo, DER. Raises Refused."""
    with tempfile.TemporaryDirectory() as folder:
        key, signed, text = (str(Path(folder) / name) for name in ("key", "signature", "text"))
        for path, data in ((key, public), (signed, signature), (text, message)):
            Path(path).write_bytes(data)
        form = ["-pubin", "-keyform", "DER", "-inkey", key, "-rawin", *how]
        openssl("pkeyutl", "-verify", *form, "-in", text, "-sigfile", signed)


def element_length(data: bytes) -> int:
    """Bytes of the first element, whose length may be indefinite; what follows is padding.

    A signature may be in BER (RFC 5652, section 5.1), and some authorities' tokens are: ITU-T
    X.690, section 8.1.3.
    """
    at, unfinished = 0, 0
    while True:
        if len(data) < at + 2:
            raise Refused("it ends too early")
        tag, first = data[at], data[at + 1]
        ends = unfinished > 0 and (tag, first) == (0, 0)
        odd = tag & HIGH_TAG == HIGH_TAG or first == RESERVED or (tag == 0 and not ends)
        if odd or (first == INDEFINITE and not tag & CONSTRUCTED):
            raise Refused("it has a tag or a length that no signature has")
        if ends:
            at, unfinished = at + 2, unfinished - 1
        elif first == INDEFINITE:
            at, unfinished = at + 2, unfinished + 1
        else:
            at += 2 + _length(data, at + 1)
        if not unfinished:
            return at


def _length(data: bytes, at: int) -> int:
    """Bytes after the first octet of a length: its other octets, and the content."""
    first = data[at]
    if first < INDEFINITE:
        return first
    size = first & 0x7F
    return size + int.from_bytes(data[at + 1 : at + 1 + size], "big")
