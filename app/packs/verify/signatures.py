"""Signatures, judged by the openssl command."""

from __future__ import annotations

import subprocess
import tempfile
from pathlib import Path

from app.packs.verify.checks import Bundle, Refused


def openssl(*arguments: str) -> str:
    """What openssl prints. Raises Refused with its error."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode:
        errors = [line for line in said.splitlines() if "error" in line.lower()]
        raise Refused(f"openssl: {(' / '.join(errors) or said.strip())[-300:]}")
    return said


def check_seal(bundle: Bundle, names: tuple[str, str], root: list[str]) -> None:
    """The organisation's seal (CAdES) over the list of all files."""
    content, signature = (str(bundle.path(name)) for name in names)
    form = ["-cades", "-binary", "-inform", "DER"]
    openssl(
        "cms", "-verify", *form, "-in", signature, "-content", content, *root, "-out", "/dev/null"
    )


def ed25519(public: bytes, signature: bytes, message: bytes) -> None:
    """RFC 8032, by openssl 3. Raises Refused."""
    prefix = bytes.fromhex("302a300506032b6570032100")  # SubjectPublicKeyInfo, RFC 8410
    with tempfile.TemporaryDirectory() as folder:
        key, signed, text = (str(Path(folder) / name) for name in ("key", "signature", "text"))
        for path, data in ((key, prefix + public), (signed, signature), (text, message)):
            Path(path).write_bytes(data)
        form = ["-pubin", "-keyform", "DER", "-inkey", key, "-rawin"]
        openssl("pkeyutl", "-verify", *form, "-in", text, "-sigfile", signed)
