"""The event that says that a night was judged again by other rules, from the pages sealed then.

Its detail: `run_id`, `connection_id` and `slot` of the night; `rules_sha256` of the rules; and
`records`, one for each record judged again: its `seq` in the log, the SHA-256 of its `verdicts`,
and of the `expectations` they were measured against. What was sealed then stays where it is.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.evidence.judged import Judging
from app.evidence.record import utc

REJUDGED = "rejudged"


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedAgain:
    """One record, judged again."""

    seq: int
    verdicts: str
    expectations: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejudged:
    """One night, judged again."""

    run_id: str
    connection_id: str
    slot: datetime
    rules: str
    records: Sequence[JudgedAgain]

    def detail(self) -> dict[str, Any]:
        """As the log keeps it."""
        return {
            "run_id": self.run_id,
            "connection_id": self.connection_id,
            "slot": utc(self.slot),
            "rules_sha256": self.rules,
            "records": [
                {"seq": one.seq, "verdicts": one.verdicts, "expectations": one.expectations}
                for one in self.records
            ],
        }


def rejudgings(detail: Mapping[str, Any]) -> Iterator[tuple[int, Judging]]:
    """(seq of the record, its new judging) of an event's detail."""
    for one in detail["records"]:
        yield one["seq"], Judging(rules=detail["rules_sha256"], verdicts=one["verdicts"])


def named_by(detail: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """("derived" or "rules", digest) of what the event stands on. Raises KeyError or TypeError."""
    yield "rules", detail["rules_sha256"]
    for one in detail["records"]:
        yield "derived", one["verdicts"]
        yield "derived", one["expectations"]
