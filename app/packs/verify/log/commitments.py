"""What entries commit to for redaction: well formed, and whether of each record of a run.

Whether a commitment is to the right bytes, only who has the salts can tell.
"""

from __future__ import annotations

import re
from typing import Any

from app.packs.verify.checks import Report, need
from app.packs.verify.log.completeness import run_of
from app.packs.verify.log.objects import RECORD

COMMITTING = ("run_completed", "run_failed")
COMMITMENT = re.compile("[0-9a-f]{64}")


class Commitments:
    """Takes proven entries one by one; entries of an older Annexa commit to nothing."""

    def __init__(self) -> None:
        self.open: dict[str, list[int]] = {}
        """Places of prepared records, by the run, as long as that has not ended."""
        self.lacking = 0

    def take(self, name: str, entry: dict[str, Any]) -> None:
        """Check the form of what an entry commits to, and count whom a run's end leaves out."""
        del name  # every taker is given it
        if entry.get("schema") == RECORD:
            if "salt_key" in entry:
                sealed = [*entry["source"], entry["verdicts"], entry["expectations"]]
                need_form([entry.get("nonce"), *(one.get("committed") for one in sealed)])
                self.open.setdefault(run_of(entry), []).append(entry["seq"])
        elif entry.get("kind") in COMMITTING:
            told = entry["detail"].get("committed") or {}
            need_form(list(told.values()))
            records = self.open.pop(str(entry["detail"].get("run_id")), [])
            self.lacking += sum(str(seq) not in told for seq in records)

    def finish(self, report: Report) -> None:
        """Records without a commitment prove all the same, and can only be left out whole.

        Such are those of a run that went on after its home's secret was lost.
        """
        if self.lacking:
            said = f"no end of a run commits to {self.lacking} records: they cannot be redacted"
            report.notes.append(said)


def need_form(told: list[Any]) -> None:
    """Each is 64 hexadecimal digits."""
    for one in told:
        sound = isinstance(one, str) and COMMITMENT.fullmatch(one)
        need(sound, "a commitment in it has not the form of one", "commitment_malformed")
