"""The openssl command, as bundles are checked with it; also asked before a token is stored.

A bundle carries this file inside its verify.py: standard library only, Python 3.8.
"""

from __future__ import annotations

import re
import subprocess
import tempfile
from datetime import datetime, timezone
from pathlib import Path
from time import time

SKEW = 300
"""Seconds by which clocks may differ."""


class Refused(ValueError):  # noqa: N818 - reads as a sentence: raise Refused("why")
    """A check does not hold; the message says why, and the code in one word if not the file's."""

    def __init__(self, reason: str, code: str = "") -> None:
        super().__init__(reason)
        self.code = code


def openssl(*arguments: str) -> str:
    """What openssl prints. Raises Refused with its error."""
    done = subprocess.run(["openssl", *arguments], capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("utf-8", "replace")
    if done.returncode:
        errors = [line for line in said.splitlines() if "error" in line.lower()]
        raise Refused(f"openssl: {(' / '.join(errors) or said.strip())[-300:]}")
    return said


def check_token(
    token: str, data: list[str], roots: list[str], at: int | None
) -> tuple[str, str, str]:
    """Who says that the data existed, when, and the file of the root it chains to (RFC 3161).

    `token` is a file: a bare token if its name ends with .tst, else a response. `data` are the
    options that name what it is over, `-data FILE` or `-digest HEX`. `roots` are PEM files, tried
    one by one, then all as one. Certificates are judged at `at` (seconds since 1970; None: now)
    and at the token's own time. Raises Refused.
    """
    form = ["-token_in"] if token.endswith(".tst") else []
    over = [*form, "-in", token, *data]
    with tempfile.TemporaryDirectory() as folder:
        anchors = [(root, root) for root in roots]
        if len(roots) > 1:
            together = Path(folder) / "roots.pem"
            together.write_bytes(b"\n".join(Path(root).read_bytes() for root in roots))
            anchors.append((" + ".join(roots), str(together)))
        name, file = anchor_of(over, anchors, at)
        text = openssl("ts", "-reply", *form, "-in", token, "-text")
        found = dict(re.findall(r"^(Time stamp|TSA): (.*)$", text, re.MULTILINE))
        moment = seconds(found["Time stamp"])
        if moment > max(time(), at or 0) + SKEW:
            raise Refused("it is of a time that has not come", "token_invalid")
        # whatever the clock says now: nobody may date with a certificate before or after its time
        openssl("ts", "-verify", *over, "-CAfile", file, "-attime", str(moment))
    return found.get("TSA", "an unnamed authority"), found["Time stamp"], name


def anchor_of(over: list[str], anchors: list[tuple[str, str]], at: int | None) -> tuple[str, str]:
    """The first of the named anchor files under which a token verifies. Raises Refused."""
    when = [] if at is None else ["-attime", str(at)]
    refusals = []
    for name, file in anchors:
        try:
            openssl("ts", "-verify", *over, "-CAfile", file, *when)
        except Refused as error:
            refusals.append(str(error))
        else:
            return name, file
    raise Refused(" | ".join(dict.fromkeys(refusals)), "token_invalid")


def seconds(text: str) -> int:
    """Seconds since 1970 of a time as openssl prints it, like `Nov 23 06:00:00 2026 GMT`."""
    plain = re.sub(r"\.[0-9]+ ", " ", text)
    at = datetime.strptime(plain, "%b %d %H:%M:%S %Y GMT")  # noqa: DTZ007 - GMT is set below
    return int(at.replace(tzinfo=timezone.utc).timestamp())  # noqa: UP017 - Python 3.8
