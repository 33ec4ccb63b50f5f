"""A pack sealed PAdES-B-LTA is still PDF/A-3a and PDF/UA-1, by veraPDF's judgement."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.packs.page.render import render_pdf
from app.trust.keys.keyring import create_trust
from app.trust.seals.pades import seal_pdf
from app.trust.time.timestamp import DevelopmentAuthority
from tests.verapdf import judged


def test_verapdf_accepts_an_archival_seal(pack: Any, tmp_path: Path) -> None:
    began = datetime.now(UTC)
    trust = create_trust(tmp_path / "trust", "evidence.example/log", lambda: began)
    authority = DevelopmentAuthority.of(trust, lambda: began)
    drawn = render_pdf(pack.view, pack.attachments)
    path = tmp_path / "pack.pdf"
    path.write_bytes(seal_pdf(drawn, trust, [authority], lambda: began, archival=True))
    assert judged(path, "3a", "ua1") == ["PASS 3a", "PASS ua1"]
