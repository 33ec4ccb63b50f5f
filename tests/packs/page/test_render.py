"""The PDF is an archive file that everyone can read, and it says what was seen."""

import hashlib
import logging
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from app.controls.assessment import State
from app.controls.catalogue import load_catalogue, load_crosswalk
from app.controls.expectations import load_expectations
from app.controls.ground import Facts
from app.packs.legible import FONTS
from app.packs.page.fetcher import PackFetcher
from app.packs.page.render import PackDrawingError, render_html, render_pdf
from app.packs.view.assembly import build_view
from app.packs.view.facts import Criteria
from tests.verapdf import judged

HERE = Path(__file__).parents[1]
INSTALL_PDF = "Reading PDFs needs qpdf and poppler: apt-get install qpdf poppler-utils"


@pytest.fixture(scope="session")
def drawn(pack: Any, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pack") / "pack.pdf"
    with closing(logging.FileHandler(path.with_suffix(".log"))) as said:
        said.setLevel(logging.WARNING)
        logging.getLogger("weasyprint").addHandler(said)
        path.write_bytes(render_pdf(pack.view, pack.attachments))
        logging.getLogger("weasyprint").removeHandler(said)
    return path


@pytest.fixture(scope="session")
def text(drawn: Path) -> str:
    said = _tool("pdftotext", "-enc", "UTF-8", str(drawn), "-").stdout
    return re.sub(r"\s+", " ", said)


def _tool(*command: str, install: str = INSTALL_PDF) -> subprocess.CompletedProcess[str]:
    assert shutil.which(command[0]), install
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_what_changed_between_nights_is_told_with_who_released_it(text: str) -> None:
    (told,) = re.findall(r"Changed between nights(.*?)As the sealed records", text)

    assert "Rules 0a0a0a0a0a0a… 1b1b1b1b1b1b… Not told" in told
    assert "Expectation log_retention_days 365 730" in told
    assert "Change board, CHG-1042, commit 2c2c2c2c2c2c…" in told


def test_verapdf_accepts_the_pack_as_pdf_a_3a_and_pdf_ua_1(drawn: Path) -> None:
    assert judged(drawn, "3a", "ua1") == ["PASS 3a", "PASS ua1"]


def test_qpdf_finds_no_fault(drawn: Path) -> None:
    checked = _tool("qpdf", "--check", str(drawn))
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_another_process_draws_the_same_bytes(drawn: Path) -> None:
    program = (
        "import hashlib, sys; sys.path[:0] = sys.argv[1:]; import conftest;"
        "from app.packs.page.render import render_pdf;"
        "made = conftest.make_pack();"
        "print(hashlib.sha256(render_pdf(made.view, made.attachments)).hexdigest())"
    )
    again = subprocess.run(
        [sys.executable, "-c", program, str(HERE), str(HERE.parent)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONHASHSEED": "4711"},
    )
    assert again.stdout.strip() == hashlib.sha256(drawn.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "words",
    [
        "ISO/IEC 27001:2022",
        "Meridian Health & Care <Trust>",
        "Northbridge Audit Ltd",
        "4 of 5 nights of the period were collected",
        "No replica was running at 02:00 UTC.",
        "deviations noted",
        "evidence incomplete",
        "not applicable (SoA)",
        "A.8.24 Cryptography",
        "Lowest TLS version that services accept: 1.2",
        "set by the organisation",
        "corrected",
        "on or before 16 Nov 2026 to 17 Nov 2026",
        "4 of 5 slots collected; 2 with gaps, 1 missed.",
        "since on or before 16 Nov 2026 with 1 slot not collected",
        "Issued 20 November 2026, 06:12:51 UTC",
        "403 AuthorizationFailed",
        "62 by both routes",
        "<script>alert(1)</script>",
        "invoice[U+202E]gnp.exe",
        "[U+6771 U+4EAC U+30D0",
        "(300 characters)",
        "Łódź-kliniki",
        "sha256sum -c sha256sums.txt",
        "openssl ts -verify",
        "What this does not prove",
    ],
)
def test_the_pack_says(text: str, words: str) -> None:
    assert words in text


def test_whole_digests_stand_on_one_line(drawn: Path, pack: Any) -> None:
    lines = _tool("pdftotext", "-enc", "UTF-8", "-layout", str(drawn), "-").stdout.splitlines()
    digests = [row.sha256 for section in pack.view.sections for row in section.evidence]
    digests += [file.sha256 for file in pack.view.attached]
    for digest in digests:
        assert any(digest in line for line in lines), digest


def test_the_pack_never_judges_iso(text: str) -> None:
    plain = text.lower()
    # Azure Policy's own words for its states, quoted with the time of their evaluation
    plain = re.sub(r"\b(non)?compliant, evaluated \d{4}-", "", plain)
    for word in ("conform", "complian", "certified", "certification", "satisf", "audit-ready"):
        assert word not in plain, plain[max(0, plain.find(word) - 80) : plain.find(word) + 80]
    assert not re.search(r"(pass|fail|meet|met)\w* (the )?iso", plain)
    assert not re.search(r"iso/iec 27001(:2022)? (is )?(passed|failed|met)\b", plain)


def test_development_time_and_a_local_store_are_said_loudly(drawn: Path) -> None:
    cover = _tool("pdftotext", "-enc", "UTF-8", "-l", "1", str(drawn), "-").stdout
    assert "the time token proves nothing about time" in cover
    assert "tamper-evident only" in cover


def test_a_real_authority_is_not_called_development(make: Callable[..., Any]) -> None:
    html = render_html(make(assurance="qualified").view)
    assert "proves nothing about time" not in html


def test_a_pack_without_a_time_token_says_so(pack: Any) -> None:
    checkpoint = replace(pack.view.issue.checkpoint, stamp=None)
    bare = replace(pack.view, issue=replace(pack.view.issue, checkpoint=checkpoint))
    assert "No time token." in render_html(bare)


def test_a_pack_of_a_period_without_any_night_is_drawn_and_says_incomplete(pack: Any) -> None:
    engagement = replace(pack.view.issue.engagement, first=date(2026, 1, 1), last=date(2026, 1, 3))
    issue = replace(
        pack.view.issue,
        engagement=engagement,
        connection=replace(pack.view.issue.connection, subscriptions=()),
        commands=(),
    )
    criteria = Criteria(
        collectors=pack.collectors,
        catalogue=load_catalogue(),
        crosswalk=load_crosswalk(load_catalogue()),
        expectations=load_expectations(),
        not_applicable={},
    )
    empty = build_view(issue, criteria, Facts(), {})
    assert {section.state for section in empty.sections} == {State.INCOMPLETE}
    assert render_pdf(empty, {}).startswith(b"%PDF")
    assert "No record of the period speaks for this control." in render_html(empty)


def test_related_evidence_is_printed_only_when_an_auditor_reviewed_it(
    make: Callable[..., Any],
) -> None:
    assert "164.312" not in render_html(make().view)
    reviewed = render_html(make(reviewed_by="M. Okafor").view)
    assert "Related evidence" in reviewed
    assert "164.312" in reviewed


def test_every_link_inside_the_pack_leads_somewhere(pack: Any) -> None:
    html = render_html(pack.view)
    wanted = set(re.findall(r'href="#([^"]+)"', html))
    ids = re.findall(r'\bid="([^"]+)"', html)
    assert wanted <= set(ids), sorted(wanted - set(ids))
    assert len(ids) == len(set(ids))


def test_attachments_are_data_with_fixed_dates(drawn: Path, pack: Any) -> None:
    with pikepdf.open(drawn) as pdf:
        assert {
            name: bytes(pdf.attachments[name].get_file().read_bytes()) for name in pdf.attachments
        } == (pack.attachments)
        for name in pdf.attachments:
            assert pdf.attachments[name].obj.AFRelationship == pikepdf.Name.Data
            moment = pdf.attachments[name].get_file().creation_date
            assert moment == pack.view.issue.generated_at


def test_foreign_attachments_are_refused(pack: Any) -> None:
    with pytest.raises(PackDrawingError, match="attachments"):
        render_pdf(pack.view, {**pack.attachments, "other.csv": b"x"})


def test_weasyprint_has_nothing_to_warn_of(drawn: Path) -> None:
    assert drawn.with_suffix(".log").read_text() == ""


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "http://169.254.169.254/metadata",
        "data:image/png;base64,iVBORw0KGgo=",
        "pack-font:../secret.woff2",
        "pack-font:unknown.woff2",
    ],
)
def test_the_fetcher_refuses_everything_but_bundled_fonts(url: str) -> None:
    from weasyprint.urls import FatalURLFetchingError

    fetcher = PackFetcher(FONTS)
    with pytest.raises(FatalURLFetchingError):
        fetcher.fetch(url)
    assert fetcher.refused == [url]
