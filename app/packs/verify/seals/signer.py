"""Who sealed: the certificate of a seal, told to the auditor and held against what was pinned."""

from __future__ import annotations

import os
import re
import tempfile
from pathlib import Path
from typing import NamedTuple

from app.packs.verify.checks import Report, need
from app.packs.verify.container.files import Bundle
from app.trust.time.openssl import Refused, openssl

PEM = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)
NAMES = "RFC2253,-esc_msb,utf8"
"""How openssl writes a subject: RFC 2253, most specific first, letters beyond ASCII as they are."""
ATTRIBUTE = re.compile(r"(?:[^,\\]|\\.)+")
"""A part of such a text, up to a comma that no backslash escapes."""


class Signer(NamedTuple):
    """Whose certificate it is."""

    subject: str
    """As `openssl x509 -noout -subject -nameopt RFC2253` prints it."""
    sha256: str
    """As `openssl x509 -noout -fingerprint -sha256` prints it: pairs of hex digits, and colons."""

    def said(self) -> str:
        """For people."""
        return f"sealed by {self.subject}, certificate SHA-256 {self.sha256}"


class Pins(NamedTuple):
    """Whom the auditor expects. A seal by anybody else is refused; without any, each will do."""

    subjects: tuple[str, ...] = ()
    """Whole subjects, or parts such as `O=Example Hospital`; one of them has to fit."""
    certificates: tuple[str, ...] = ()
    """SHA-256 of certificates, as `fingerprint` gives it; one of them has to be the seal's."""


def check_signer(bundle: Bundle, names: tuple[str, str], pins: Pins, report: Report) -> None:
    """Tell who sealed the list of files, and refuse all but whom the auditor pinned.

    That the certificate leads to the auditor's root is another check (`check_seal`).
    """
    signer = report.check(names[1], "names who sealed", lambda: signer_of(bundle, names))
    if signer is None:
        return
    report.notes.append(signer.said())
    if pins == Pins():
        report.notes.append(
            "who sealed was not pinned: any certificate under the root will do; give --seal-subject"
        )
        return
    run = lambda: need_pinned(signer, pins)  # noqa: E731 - one line
    report.check(names[1], "is by whom the auditor named", run, "seal_foreign")


def signer_of(bundle: Bundle, names: tuple[str, str]) -> Signer:
    """The certificate whose key signed `names[0]` by `names[1]`. Raises Refused."""
    content, signature = (str(bundle.path(name)) for name in names)
    form = ["-binary", "-inform", "DER", "-in", signature, "-content", content]
    with tempfile.TemporaryDirectory() as folder:
        signer = Path(folder) / "signer"
        openssl("cms", "-verify", "-noverify", *form, "-signer", str(signer), "-out", os.devnull)
        return only_signer(signer)


def only_signer(path: Path) -> Signer:
    """The one certificate that `openssl cms -signer` wrote to a file. Raises Refused."""
    count = len(PEM.findall(path.read_text("ascii", "replace")))
    need(count == 1, f"it has {count} signers, not one", "seal_invalid")
    return read_signer(str(path))


def read_signer(path: str) -> Signer:
    """The first certificate of a file in PEM or DER. Raises Refused."""
    said = openssl("x509", "-in", path, "-noout", "-subject", "-nameopt", NAMES)
    printed = openssl("x509", "-in", path, "-noout", "-fingerprint", "-sha256")
    subject = said.partition("=")[2].strip()
    return Signer(subject, printed.partition("=")[2].strip().upper())


def signer_of_der(certificate: bytes) -> Signer:
    """The same of a certificate in memory, DER. Raises Refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "signer.der"
        path.write_bytes(certificate)
        return read_signer(str(path))


def need_pinned(signer: Signer, pins: Pins) -> None:
    """Raises Refused (`seal_foreign`) unless it is one that the auditor named."""
    if pins.subjects:
        named = any(fits(signer.subject, pinned) for pinned in pins.subjects)
        wanted = " or ".join(pins.subjects)
        need(named, f"it is {signer.said()}, not by {wanted}", "seal_foreign")
    if pins.certificates:
        known = signer.sha256 in pins.certificates
        wanted = " or ".join(pins.certificates)
        need(known, f"it is {signer.said()}, not by {wanted}", "seal_foreign")


def fits(subject: str, pinned: str) -> bool:
    """Does a subject say what is pinned: of each attribute named there all values and no other?

    So `O=Example` fits `CN=Evidence,O=Example`, and not `CN=Evidence,O=Example,O=Other`.
    """
    wanted, told = (sorted(parts(text)) for text in (pinned, subject))
    kinds = {kind for kind, _ in wanted}
    return bool(wanted) and wanted == [part for part in told if part[0] in kinds]


def parts(subject: str) -> list[tuple[str, str]]:
    """(attribute, value) of each part of a subject."""
    found = [part.strip().partition("=") for part in ATTRIBUTE.findall(subject)]
    return [(kind.strip().upper(), value.strip()) for kind, _, value in found]


def fingerprint(given: str) -> str:
    """SHA-256 of a pinned certificate, from its file or its hex digits. Raises Refused."""
    if Path(given).is_file():
        return read_signer(given).sha256
    digits = given.replace(":", "").upper()
    if not re.fullmatch("[0-9A-F]{64}", digits):
        raise Refused(f"{given} is no certificate file and no SHA-256 of one")
    return ":".join(digits[place : place + 2] for place in range(0, 64, 2))
