"""Nothing changed, missing or added: two lists of digests, and the manifests that are sealed."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree as ET

from app.packs.verify.checks import Report, code_of, need
from app.packs.verify.container.files import Bundle
from app.trust.time.openssl import Refused

SUMS = "sha256sums.txt"
META_SUMS = "META-INF/sha256sums.txt"
SEAL = ("META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s")
MANIFEST = "manifest.json"
MIMETYPE = b"application/vnd.etsi.asic-e+zip"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
LINE = re.compile(rb"[0-9a-f]{64}  [A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
ASIC = "{http://uri.etsi.org/02918/v1.2.1#}"
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def stamps_of(bundle: Bundle, report: Report) -> list[tuple[str, str]]:
    """Manifest and token of each authority that dates the bundle: as many as it says itself.

    manifest.json is sealed, so that nobody takes one of them away unnoticed.
    """

    def announced() -> int:
        if not bundle.has(MANIFEST):
            return 1  # that it is gone, the lists of digests tell
        manifest = json.loads(bundle.read(MANIFEST).decode("utf-8"))
        names = manifest.get("timestamps", [""])
        need(isinstance(names, list) and 0 < len(names) < 100, "it names no time authorities")
        return len(names)

    count = report.check(MANIFEST, "says by how many authorities it is dated", announced) or 1
    pairs = [
        (f"META-INF/ASiCManifest{number + 1:03d}.xml", f"META-INF/timestamp{number:03d}.tst")
        for number in range(1, count + 1)
    ]
    known = {*SEAL, META_SUMS, *(name for pair in pairs for name in pair)}
    for name in bundle.names("META-INF"):
        if name not in known:
            report.fail(name, "the bundle does not announce this file", code_of(name, "added"))
    return pairs


def check_files(bundle: Bundle, stamps: list[tuple[str, str]], report: Report) -> set[str]:
    """Every file against the two lists of digests. Returns the names of what is sealed."""
    inside = {"mimetype", *bundle.names("META-INF")}
    payload = (name for name in bundle.names() if name not in inside and name != SUMS)
    always = {*SEAL, *(name for pair in stamps for name in pair), "mimetype"}
    sealed = check_sums(bundle, SUMS, payload, report)
    check_sums(bundle, META_SUMS, iter(sorted({*always, *inside} - {META_SUMS})), report)
    report.check("mimetype", "says what the container is", lambda: check_mimetype(bundle))
    return {*sealed, SUMS}


def check_mimetype(bundle: Bundle) -> None:
    """The container's type (ETSI EN 319 162-1, annex A.1)."""
    need(bundle.read("mimetype") == MIMETYPE, f"it does not say {MIMETYPE.decode()}")


def check_sums(bundle: Bundle, sums: str, present: Iterator[str], report: Report) -> set[str]:
    """Each file has the digest in the list, and the list has each file. Returns what it lists.

    List and names are both in order, so that they are gone through side by side.
    """
    names: set[str] = set()
    before, listed = report.failures, listed_in(bundle, sums, report)
    name, line = next(present, None), next(listed, None)
    while name is not None or line is not None:
        if line is None or (name is not None and name < line[0]):
            unlisted(bundle, name or "", sums, report)
            name = next(present, None)
            continue
        compare = lambda: compare_sum(bundle, line, sums)  # noqa: B023, E731 - run at once
        report.check(line[0], f"is listed in {sums}", compare)
        names.add(line[0])
        name = next(present, None) if name == line[0] else name
        line = next(listed, None)
    if sums == META_SUMS and report.failures > before:
        reason = "it or a file that it lists was changed"  # nothing seals this last list
        report.fail(sums, reason, "sums_changed")
    return names


def unlisted(bundle: Bundle, name: str, sums: str, report: Report) -> None:
    """A list does not name a file that is there, or one that has to be."""
    if bundle.has(name):
        reason = f"the file was added: {sums} does not list it"
        report.fail(name, reason, code_of(name, "added"))
    else:
        report.fail(
            name, f"the file is missing, and {sums} does not list it", code_of(name, "missing")
        )


def compare_sum(bundle: Bundle, line: tuple[str, bytes], sums: str) -> None:
    """The file is the one that a line of a list names by its digest."""
    name, digest = line
    reason = f"its bytes are not those that {sums} lists"
    need(bundle.digest(name) == digest, reason, code_of(name, "changed"))


def listed_in(bundle: Bundle, sums: str, report: Report) -> Iterator[tuple[str, bytes]]:
    """Name and digest of what sha256sum wrote: sorted, unique, nothing else."""
    try:
        lines = bundle.read(sums).split(b"\n")
    except (Refused, OSError) as error:
        report.fail(sums, str(error), getattr(error, "code", ""))
        return
    before = ""
    if lines.pop() != b"" or not lines:
        report.fail(sums, "the list does not end with a line", "sums_invalid")
    for line in lines:
        if not LINE.fullmatch(line):
            report.fail(sums, f"a line is not <digest>  <name>: {line[:120]!r}", "sums_invalid")
            return
        name = line[66:].decode("ascii")
        if name <= before:
            report.fail(sums, "the list is not sorted and unique", "sums_invalid")
            return
        before = name
        yield name, bytes.fromhex(line[:64].decode("ascii"))


def check_manifest(
    bundle: Bundle, names: tuple[str, str], sealed: set[str], report: Report
) -> None:
    """The manifest names its signature and each of the sealed files by its digest, no others."""
    odd: list[str] = []
    left = set(sealed)

    def read() -> bool:
        for name, digest in manifest_of(bundle, *names):
            if name in left:
                left.discard(name)
                compare = lambda: compare_listed(bundle, name, digest, names[0])  # noqa: B023, E731
                report.check(name, f"is what {names[0]} lists", compare)
            else:
                odd.append(name)
        return True

    if report.check(names[0], "lists files by digest", read):
        odd += sorted(left)
        reason = f"it differs from {SUMS} about {', '.join(odd[:5])}"
        report.check(names[0], "lists each", lambda: need(not odd, reason, "manifest_mismatch"))


def compare_listed(bundle: Bundle, name: str, digest: str, manifest: str) -> None:
    """The file is the one that a manifest lists."""
    same = base64.b64encode(bundle.digest(name)).decode() == digest
    need(same, f"it is not the file that {manifest} lists", code_of(name, "changed"))


def manifest_of(bundle: Bundle, manifest: str, signature: str) -> Iterator[tuple[str, str]]:
    """Name and base64 digest of each file of an ASiCManifest (ETSI EN 319 162-1, annex A.4).

    Read piece by piece, and forgotten element by element: there is one for each file.
    """
    signatures: list[str | None] = []
    for each in elements(bundle, manifest):
        if each.tag == ASIC + "SigReference":
            signatures.append(each.get("URI"))
        elif each.tag == ASIC + "DataObjectReference":
            method = [found.get("Algorithm") for found in each.iter(DSIG + "DigestMethod")]
            values = [found.text for found in each.iter(DSIG + "DigestValue")]
            sound = method == [SHA256] and len(values) == 1
            need(sound, "a file is not listed with its SHA-256")
            yield each.get("URI") or "", values[0] or ""
    need(signatures == [signature], f"the manifest is not for {signature}")


def elements(bundle: Bundle, manifest: str) -> Iterator[ET.Element]:
    """The elements right below the root, as each ends. Raises Refused for what is no XML."""
    parser: Any = ET.XMLPullParser(("start", "end"))
    depth, before, root = 0, b"", ET.Element("")
    try:
        for piece in bundle.pieces(manifest):
            # no entities: nothing but elements
            need(b"<!" not in before + piece, "the manifest has declarations")
            need(b"\0" not in piece, "the manifest is not in UTF-8")  # in UTF-16 they would hide
            before = piece[-1:]
            parser.feed(piece)
            for event, each in parser.read_events():
                if not depth:
                    root = each
                depth += 1 if event == "start" else -1
                if event == "end" and depth == 1:
                    yield each
                    del root[:]
        parser.close()
    except ET.ParseError as error:
        raise Refused(f"the manifest is no XML: {error}") from None
