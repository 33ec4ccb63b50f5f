"""The container: nothing outside of it, nothing hidden, changed, missing or added."""

from __future__ import annotations

import base64
import json
import re
import shutil
import stat
import zipfile
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

from app.packs.verify.checks import Bundle, Report, code_of, need
from app.trust.time.openssl import Refused

SUMS = "sha256sums.txt"
META_SUMS = "META-INF/sha256sums.txt"
SEAL = ("META-INF/ASiCManifest001.xml", "META-INF/signature001.p7s")
MANIFEST = "manifest.json"
MIMETYPE = b"application/vnd.etsi.asic-e+zip"
NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]*(/[A-Za-z0-9_][A-Za-z0-9._-]*)*")
DIGEST = re.compile(r"[0-9a-f]{64}")
ASIC = "{http://uri.etsi.org/02918/v1.2.1#}"
DSIG = "{http://www.w3.org/2000/09/xmldsig#}"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"


def unpack(archive: Path, folder: Path, report: Report) -> None:
    """Unpack a bundle, refusing what could write outside of the folder or hide a file."""
    try:
        opened = zipfile.ZipFile(archive)
    except zipfile.BadZipFile as error:
        raise Refused(f"it cannot be opened: {error}", "zip_unreadable") from None
    with opened:
        infos = opened.infolist()
        names = Counter(info.filename.lower() for info in infos)
        sizes = [info.file_size for info in infos if not unsafe(info, names)[0]]
        whole = sum(sizes) <= archive.stat().st_size
        need(whole, "unpacked it would be larger than itself", "zip_bomb")
        for info in infos:
            reason = unsafe(info, names)
            if reason[0]:
                report.fail(info.filename, *reason)
                continue
            target = folder / info.filename
            try:
                target.parent.mkdir(parents=True, exist_ok=True)
                with opened.open(info) as source, target.open("wb") as copy:
                    shutil.copyfileobj(source, copy)
            except (zipfile.BadZipFile, OSError, EOFError) as error:
                report.fail(info.filename, f"cannot be unpacked: {error}", "zip_unreadable")
        if not infos or infos[0].filename != "mimetype":
            report.fail("mimetype", "is not the first file of the container", "zip_order")


def unsafe(info: zipfile.ZipInfo, names: Counter[str]) -> tuple[str, str]:
    """Why a member of the container must not be unpacked, and the code; both empty if it may."""
    if not NAME.fullmatch(info.filename):
        return "the name is absolute, leaves the folder or is not plain", "zip_traversal"
    if names[info.filename.lower()] > 1:
        return "the name occurs more than once", "zip_duplicate"
    if info.compress_type != zipfile.ZIP_STORED or info.flag_bits & 1:
        return "the file is compressed or encrypted", "zip_compressed"
    if stat.S_IFMT(info.external_attr >> 16) not in {0, stat.S_IFREG}:
        return "it is no plain file", "zip_link"
    return "", ""


def stamps_of(bundle: Bundle, report: Report) -> list[tuple[str, str]]:
    """Manifest and token of each authority that dates the bundle: as many as it says itself.

    manifest.json is sealed, so that nobody takes one of them away unnoticed.
    """

    def announced() -> int:
        if not (bundle.folder / MANIFEST).exists():
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


def check_files(
    bundle: Bundle, anchors: dict[str, str], stamps: list[tuple[str, str]], report: Report
) -> None:
    """Every file against the two lists of digests.

    `anchors` are the auditor's own files, by name and content: they may lie beside the others.
    """
    names = [name for name in bundle.names() if not is_anchor(bundle, name, anchors)]
    inside = [name for name in names if name.startswith("META-INF/") or name == "mimetype"]
    payload = [name for name in names if name not in {*inside, SUMS}]
    always = [*SEAL, *(name for pair in stamps for name in pair), "mimetype"]
    check_sums(bundle, SUMS, payload, report)
    check_sums(bundle, META_SUMS, [*always, *(n for n in inside if n != META_SUMS)], report)
    report.check("mimetype", "says what the container is", lambda: check_mimetype(bundle))


def check_mimetype(bundle: Bundle) -> None:
    """The container's type (ETSI EN 319 162-1, annex A.1)."""
    need(bundle.read("mimetype") == MIMETYPE, f"it does not say {MIMETYPE.decode()}")


def is_anchor(bundle: Bundle, name: str, anchors: dict[str, str]) -> bool:
    """Is this the auditor's own copy of an anchor, laid beside the files of a bundle?"""
    path = bundle.folder / name
    if name not in anchors or path.is_symlink():
        return False
    return path.read_text("utf-8", "replace").strip() == anchors[name].strip()


def check_sums(bundle: Bundle, sums: str, present: list[str], report: Report) -> None:
    """Each file has the digest in the list, and the list has each file."""
    read = report.check(sums, "lists files by digest", lambda: parse_sums(bundle.read(sums)))
    listed: dict[str, str] = read or {}

    def compare(name: str) -> None:
        digest = bundle.digest(name)
        need(name in listed, f"the file was added: {sums} does not list it", code_of(name, "added"))
        same = digest == listed[name]
        need(same, f"its bytes are not those that {sums} lists", code_of(name, "changed"))

    before = report.failures
    for name in sorted({*listed, *present}):
        report.check(name, f"has the digest in {sums}", lambda file=name: compare(file))  # type: ignore[misc]
    if sums == META_SUMS and report.failures > before:
        reason = "it or a file that it lists was changed"  # nothing seals this last list
        report.fail(sums, reason, "sums_changed")


def parse_sums(data: bytes) -> dict[str, str]:
    """Digests by name from what sha256sum writes: sorted, unique, nothing else."""
    listed = {}
    for line in data.decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        sound = DIGEST.fullmatch(digest) and NAME.fullmatch(name)
        need(sound, f"a line is not <digest>  <name>: {line[:120]!r}", "sums_invalid")
        listed[name] = digest
    again = "".join(f"{listed[name]}  {name}\n" for name in sorted(listed))
    need(again.encode() == data, "the list is not sorted and unique", "sums_invalid")
    return listed


def check_manifest(
    bundle: Bundle, names: tuple[str, str], report: Report, more: tuple[str, ...] = ()
) -> None:
    """The manifest names its signature and every other file by its digest; none is left out."""

    def complete() -> None:
        odd = sorted(set(listed) ^ {*parse_sums(bundle.read(SUMS)), SUMS, *more})
        need(not odd, f"it differs from {SUMS} about {', '.join(odd[:5])}", "manifest_mismatch")

    read = lambda: parse_manifest(bundle.read(names[0]), names[1])  # noqa: E731 - one line
    listed: dict[str, str] = report.check(names[0], "lists files by digest", read) or {}
    if listed:
        report.check(names[0], "lists every file", complete)
    for name in sorted(listed):
        try:
            digest = bytes.fromhex(bundle.digest(name))
        except Refused:
            digest = b""
        if base64.b64encode(digest).decode() != listed[name]:
            reason = f"it is not the file that {names[0]} lists"
            report.fail(name, reason, code_of(name, "changed"))


def parse_manifest(data: bytes, signature: str) -> dict[str, str]:
    """Base64 digests by name from an ASiCManifest (ETSI EN 319 162-1, annex A.4)."""
    need(b"<!" not in data, "the manifest has declarations")  # no entities: nothing but elements
    try:
        tree = ET.fromstring(data)  # noqa: S314 - declarations are refused above
    except ET.ParseError as error:
        raise Refused(f"the manifest is no XML: {error}") from None
    signatures = [each.get("URI") for each in tree.iter(ASIC + "SigReference")]
    need(signatures == [signature], f"the manifest is not for {signature}")
    listed = {}
    for each in tree.iter(ASIC + "DataObjectReference"):
        method = [found.get("Algorithm") for found in each.iter(DSIG + "DigestMethod")]
        values = [found.text for found in each.iter(DSIG + "DigestValue")]
        need(method == [SHA256] and len(values) == 1, "a file is not listed with its SHA-256")
        listed[each.get("URI") or ""] = values[0] or ""
    return listed
