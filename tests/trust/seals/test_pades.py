"""The PDF's own seal, verified with openssl over its byte range, as an auditor would."""

import functools
import io
import re
import subprocess
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pikepdf
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from app.trust.keys.keyring import Trust
from app.trust.seals.pades import FIELD, seal_pdf
from app.trust.seals.pades_check import judge_pdf
from app.trust.time.timestamp import DevelopmentAuthority

Clock = Callable[[], datetime]


@pytest.fixture(scope="module")
def sealed(trust: Trust, authority: DevelopmentAuthority, now: Clock) -> bytes:
    plain = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        pdf.save(plain)
    return seal_pdf(plain.getvalue(), trust, [authority], now)


def verified(pdf: bytes, folder: Path, root: Path) -> bool:
    found = re.search(rb"/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)\s*\]", pdf)
    assert found
    start, first, gap_end, second = map(int, found.groups())
    (folder / "data").write_bytes(pdf[start : start + first] + pdf[gap_end : gap_end + second])
    (folder / "sig").write_bytes(bytes.fromhex(pdf[first + 1 : gap_end - 1].decode()))
    command = [
        *["openssl", "cms", "-verify", "-cades", "-binary", "-inform", "DER", "-in", "sig"],
        *["-content", "data", "-CAfile", str(root), "-out", "/dev/null"],
    ]
    return not subprocess.run(command, cwd=folder, check=False, capture_output=True).returncode


def test_openssl_verifies_the_whole_document(sealed: bytes, trust: Trust, tmp_path: Path) -> None:
    assert verified(sealed, tmp_path, trust.folder / "root.pem")
    found = re.search(rb"/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)\s*\]", sealed)
    assert found
    assert int(found[3]) + int(found[4]) == len(sealed)


def test_a_changed_byte_is_noticed(sealed: bytes, trust: Trust, tmp_path: Path) -> None:
    changed = sealed.replace(b"%PDF-1.", b"%PDF-2.", 1)
    assert changed != sealed
    assert not verified(changed, tmp_path, trust.folder / "root.pem")


def test_the_seal_certifies_and_is_dated_by_the_clock_given(sealed: bytes, now: Clock) -> None:
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        field = pdf.Root.AcroForm.Fields[0]
        assert str(field.T) == FIELD
        assert str(field.V.SubFilter) == "/ETSI.CAdES.detached"
        assert str(field.V.M).startswith(now().strftime("D:%Y%m%d%H%M%S"))
        assert pdf.Root.Perms.DocMDP.objgen == field.V.objgen


def test_poppler_calls_the_signature_valid(sealed: bytes, tmp_path: Path) -> None:
    (tmp_path / "pack.pdf").write_bytes(sealed)
    told = subprocess.run(
        ["pdfsig", "-nocert", "pack.pdf"], cwd=tmp_path, check=False, capture_output=True, text=True
    ).stdout
    assert "Signature is Valid" in told
    assert "Total document signed" in told


@pytest.fixture(scope="module")
def archived(plain_pdf: bytes, trust: Trust, authority: DevelopmentAuthority, now: Clock) -> bytes:
    return seal_pdf(plain_pdf, trust, [authority], now, archival=True)


def test_an_archival_seal_carries_what_it_is_verified_with(archived: bytes, trust: Trust) -> None:
    with pikepdf.open(io.BytesIO(archived)) as pdf:
        store = pdf.Root.DSS
        certificates = {stream.read_bytes() for stream in store.Certs}
        lists = {stream.read_bytes() for stream in store.CRLs}
        stamp = pdf.Root.AcroForm.Fields[1].V
        assert str(stamp.SubFilter) == "/ETSI.RFC3161"
    assert trust.seal.public_bytes(Encoding.DER) in certificates
    assert lists == {each.public_bytes(Encoding.DER) for each in trust.sealer.revocations}


def test_openssl_verifies_an_archival_seal_and_the_timestamp_over_the_whole_file(
    archived: bytes, trust: Trust, tmp_path: Path
) -> None:
    assert verified(archived, tmp_path, trust.folder / "root.pem")
    *_, last = re.finditer(rb"/ByteRange\s*\[(\d+) (\d+) (\d+) (\d+)\s*\]", archived)
    start, first, end, second = map(int, last.groups())
    assert end + second == len(archived)
    (tmp_path / "data").write_bytes(archived[start : start + first] + archived[end:])
    token = bytes.fromhex(archived[first + 1 : end - 1].decode())
    (tmp_path / "token").write_bytes(token)
    command = ["openssl", "ts", "-verify", "-token_in", "-in", "token", "-data", "data"]
    command += ["-CAfile", str(trust.folder / "root.pem")]
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)


def test_qpdf_and_poppler_accept_an_archival_seal(archived: bytes, tmp_path: Path) -> None:
    (tmp_path / "pack.pdf").write_bytes(archived)
    run = functools.partial(
        subprocess.run, cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert run(["qpdf", "--check", "pack.pdf"]).returncode == 0
    assert "Signature is Valid" in run(["pdfsig", "-nocert", "pack.pdf"]).stdout


def test_an_archival_seal_is_judged_whole(archived: bytes, trust: Trust, now: Clock) -> None:
    assert judge_pdf(archived, [trust.root], [trust.root], now()).faults == ()
    judged = judge_pdf(archived + b"%more\n", [trust.root], [trust.root], now())
    assert judged.faults != ()


@pytest.mark.parametrize("added", [b"%more\n", b"\nstartxref\n7\n%%EOF\n", b"\0" * 100])
def test_whatever_follows_a_seal_is_refused_before_it_is_read(
    added: bytes, sealed: bytes, archived: bytes, trust: Trust, now: Clock
) -> None:
    for pdf in (sealed, archived):
        judged = judge_pdf(pdf + added, [trust.root], [trust.root], now())
        assert [fault.code for fault in judged.faults] == ["pdf_extended"]


def test_more_updates_than_any_pack_has_are_refused_before_they_are_read(
    sealed: bytes, trust: Trust, now: Clock
) -> None:
    many = sealed + b"\nstartxref\n7\n%%EOF\n" * 100 + b"/ByteRange [0 0 0 999999999]"
    judged = judge_pdf(many, [trust.root], [trust.root], now())
    assert [fault.code for fault in judged.faults] == ["pdf_extended"]
