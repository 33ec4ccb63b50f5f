"""trust at the command line: what auditors are handed, as openssl prints it."""

import json
import subprocess
from pathlib import Path

from tests.cli.conftest import ORGANISATION, Place


def openssl(*words: str | Path) -> str:
    done = subprocess.run(["openssl", *words], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_anchors_are_shown_as_openssl_prints_them(place: Place, tmp_path: Path) -> None:
    trust = place.home / "trust"
    said = place.annexa("trust", "show", "--pdf", tmp_path / "anchors.pdf")

    assert (said.code, said.err) == (0, "")
    for name in ("root.pem", "seal.crt.pem"):
        for option in (("-fingerprint", "-sha256"), ("-subject", "-nameopt", "RFC2253")):
            assert openssl("x509", "-in", trust / name, "-noout", *option) in said.out
    assert f"O={ORGANISATION}" in said.out
    assert (trust / "log.vkey").read_text().strip() in said.out
    assert (tmp_path / "anchors.pdf").read_bytes().startswith(b"%PDF-")


def test_the_anchors_are_one_document_for_programs(place: Place) -> None:
    told = json.loads(place.annexa("trust", "show", "--json").out)

    assert told["vkeys"] == (place.home / "trust" / "log.vkey").read_text().split("\n")[:1]
    assert told["checkpoint"]["size"] > 0
    assert told["witnesses"] == []


def test_a_request_is_written_and_a_stranger_s_certificate_refused(
    spoilable: Place, tmp_path: Path
) -> None:
    out = tmp_path / "seal.csr"
    assert spoilable.annexa("trust", "csr", "--out", out).code == 0
    openssl("req", "-in", out, "-verify", "-noout")

    said = spoilable.annexa("trust", "install", spoilable.home / "trust" / "root.pem")
    assert said.code == 3
    assert "another key" in said.sentence
    assert spoilable.annexa("trust", "install", tmp_path / "none.pem").code == 3
