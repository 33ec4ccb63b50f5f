"""Answers of checks: pass, fail or unknown, with a reason in words."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Answer of a check."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Answer of a check on one subject, with a reason a manager understands."""

    status: Status
    reason: str


def passed(reason: str) -> Verdict:
    """The subject meets the expectation."""
    return Verdict(Status.PASS, reason)


def failed(reason: str) -> Verdict:
    """The subject does not meet the expectation."""
    return Verdict(Status.FAIL, reason)


def unknown(reason: str) -> Verdict:
    """Azure did not say, or could not be asked. Never a guessed default."""
    return Verdict(Status.UNKNOWN, reason)
