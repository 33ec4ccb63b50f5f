"""How a check is run and written down, and small readers that checks share."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from app.trust.time.openssl import Refused


def need(holds: object, reason: str, code: str = "") -> None:
    """Raise Refused unless it holds."""
    if not holds:
        raise Refused(reason, code)


KINDS = {
    "raw": "raw",
    "derived": "derived",
    "rules": "rules",
    "entries": "record",
    "proofs": "proof",
    "checkpoint": "checkpoint",
    "tile": "tile",
    "populations": "population",
    "pack.pdf": "pack",
    "META-INF": "manifest",
    "manifest.json": "manifest",
    "assessments.json": "assessments",
    "catalogue.json": "catalogue",
    "expectations.json": "expectations",
    "VERIFY.md": "explanation",
    "verify.py": "verifier",
}
"""What a file of a bundle is, by the first part of its name."""


def code_of(file: str, wrong: str) -> str:
    """A stable code, such as raw_missing or record_changed."""
    kind = KINDS.get(file.split("/", maxsplit=1)[0], "file")
    if file.endswith(".p7s"):
        kind = "seal"
    elif file.endswith((".tsr", ".tst")):
        kind = "token"
    return f"{kind}_{wrong}"


class Report:
    """What was checked: failures one by one, what held as a number."""

    def __init__(self) -> None:
        self.held = 0
        self.failed: list[dict[str, str]] = []
        self.notes: list[str] = []
        self.unproved: list[str] = []

    def check(self, file: str, what: str, run: Callable[[], Any], code: str = "") -> Any:
        """Run one check and count it, or write down why it does not hold. None then.

        `what` is said of a file that cannot even be read; `code` is for a refusal without one.
        """
        try:
            result = run()
        except Refused as error:
            return self.fail(file, str(error), error.code or code)
        except (
            ValueError,
            LookupError,
            TypeError,
            AttributeError,
            OSError,
            OverflowError,
            RecursionError,
        ) as error:
            return self.fail(file, f"cannot be read, so not that it {what}: {error!r}", code)
        self.held += 1
        return result

    def fail(self, file: str, reason: str, code: str = "") -> None:
        """Write down what does not hold, and why."""
        code = code or code_of(file, "invalid")
        self.failed.append({"file": file, "reason": reason, "code": code})

    @property
    def failures(self) -> int:
        """How many checks did not hold."""
        return len(self.failed)


def printable(text: str) -> str:
    """One line in which nothing acts on a terminal or hides: such characters as their escapes."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def decode(text: str) -> bytes:
    """Base64 in its one canonical spelling."""
    data = base64.b64decode(text.encode("ascii", "replace"))
    need(base64.b64encode(data).decode() == text, f"{text[:60]!r} is not canonical base64")
    return data


def decimal(text: str) -> int:
    """A number without sign or leading zeroes."""
    need(re.fullmatch("0|[1-9][0-9]{0,15}", text), f"{text[:60]!r} is no number")
    return int(text)
