"""The page of trust anchors: one page that everyone can read, and an archive file."""

import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.packs.page.render import render_anchors
from app.services.reading.anchors import Anchors, Certificate, HeldCheckpoint
from app.services.reading.witness_status import WitnessStatus
from tests.verapdf import judged

AT = datetime(2026, 11, 28, 20, 0, tzinfo=UTC)
DIGEST = ":".join(["AB"] * 32)
CERTIFICATE = Certificate(
    subject="CN=Spital Zürich evidence seal,O=Spital Zürich", sha256=DIGEST, valid_until=AT
)
ANCHORS = Anchors(
    organisation="Spital Zürich",
    origin="annexa.invalid/fcec2edb5406e847",
    roots=(replace(CERTIFICATE, subject="CN=Root,O=Spital Zürich"),),
    roots_file=Path("root.pem"),
    seal=CERTIFICATE,
    vkeys=(
        "annexa.invalid/fcec2edb5406e847+6e6d8314+Aa9PI0a0sWxYFYgjsZpEp+LK5vneW9woi3kLp4wk0t+9",
    ),
    vkey_file=Path("log.vkey"),
    checkpoint=HeldCheckpoint(
        size=12345,
        root="00" * 32,
        root_base64="A" * 43 + "=",
        signed_at=AT,
        stamped_at="2026-11-28T20:00:01Z",
        authority="Example TSA",
        assurance="public",
        note="note",
    ),
    witnesses=(
        WitnessStatus(
            name="Auditors LLP",
            vkey="auditors.example/w+2a35fc02+BAAA",
            cosigned=1,
            cosigned_at=AT,
            behind=False,
            sentence="",
        ),
    ),
    at=AT,
)
MANY = replace(
    ANCHORS,
    organisation="<b>Ünïcode & \u202e hidden</b> " * 3,
    roots=ANCHORS.roots * 3,
    vkeys=ANCHORS.vkeys * 2,
)


@pytest.mark.parametrize(
    ("anchors", "pages"),
    [(ANCHORS, 1), (replace(ANCHORS, checkpoint=None, witnesses=()), 1), (MANY, 2)],
)
def test_verapdf_accepts_it_and_it_is_one_page(
    anchors: Anchors, pages: int, tmp_path: Path
) -> None:
    path = tmp_path / "anchors.pdf"
    path.write_bytes(render_anchors(anchors))

    assert judged(path, "3a", "ua1") == ["PASS 3a", "PASS ua1"]
    info = subprocess.run(["pdfinfo", path], check=True, capture_output=True, text=True).stdout
    assert re.search(rf"^Pages:\s+{pages}$", info, re.MULTILINE)


def test_it_says_what_an_auditor_types(tmp_path: Path) -> None:
    path = tmp_path / "anchors.pdf"
    path.write_bytes(render_anchors(ANCHORS))
    said = subprocess.run(
        ["pdftotext", "-layout", path, "-"], check=True, capture_output=True, text=True
    )
    text = re.sub(r"\s+", "", said.stdout)

    for shown in (DIGEST, CERTIFICATE.subject, *ANCHORS.vkeys, "12,345entries", "AuditorsLLP"):
        assert re.sub(r"\s+", "", shown) in text
