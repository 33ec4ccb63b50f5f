"""The demo's last step: what an auditor would type, run outside the product."""

import subprocess
import sys
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """A command, its last words, and whether it accepted."""

    command: str
    said: str
    good: bool


def check_bundle(bundle: Path, trust: Path) -> list[Shown]:
    """Unpack the bundle into an empty folder and verify it with other people's tools."""
    root, vkey = (trust / "root.pem").resolve(), (trust / "log.vkey").resolve()
    anchors = ["--root", str(root), "--log-vkey", str(vkey)]
    with tempfile.TemporaryDirectory(prefix="annexa-demo-") as folder:
        with zipfile.ZipFile(bundle) as opened:
            opened.extractall(folder)
        return [
            _run(folder, "sha256sum -c sha256sums.txt", ["sha256sum", "-c", "sha256sums.txt"]),
            _run(
                folder,
                "openssl cms -verify -cades … META-INF/signature001.p7s",
                [
                    "openssl",
                    "cms",
                    "-verify",
                    "-cades",
                    "-binary",
                    "-inform",
                    "DER",
                    "-in",
                    "META-INF/signature001.p7s",
                    "-content",
                    "META-INF/ASiCManifest001.xml",
                    "-CAfile",
                    str(root),
                    "-out",
                    "/dev/null",
                ],
            ),
            _run(
                folder,
                "openssl ts -verify … checkpoint/checkpoint.tsr",
                [
                    "openssl",
                    "ts",
                    "-verify",
                    "-data",
                    "checkpoint/checkpoint",
                    "-in",
                    "checkpoint/checkpoint.tsr",
                    "-CAfile",
                    str(root),
                ],
            ),
            _run(
                folder,
                "python3 -I verify.py bundle.asice --root root.pem --log-vkey log.vkey",
                [sys.executable, "-I", "verify.py", str(bundle.resolve()), *anchors],
            ),
        ]


def _run(folder: str, shown: str, command: list[str]) -> Shown:
    done = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", errors="replace", check=False
    )
    lines = (done.stderr + done.stdout).strip().splitlines() or ["(nothing)"]
    good = done.returncode == 0
    said = lines[-1]
    if good and command[0] == "sha256sum":
        said = f"{len(lines)} files OK"
    return Shown(command=shown, said=said, good=good)
