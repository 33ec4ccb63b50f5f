"""Whole nights: each completed run has as many records here as it had."""

from __future__ import annotations

from collections import Counter
from typing import Any

from app.packs.verify.checks import Report, need
from app.packs.verify.log.objects import RECORD


class Runs:
    """Takes proven entries one by one, then says which runs are not whole."""

    def __init__(self) -> None:
        self.records: Counter[str] = Counter()
        self.completed: list[tuple[str, Any]] = []
        self.days: tuple[str, str] | None = None
        """First and last day of the period; nights outside of it are here without their records."""

    def take(self, name: str, entry: dict[str, Any]) -> None:
        """Count a record; remember what a run says at its end."""
        if entry.get("schema") == RECORD:
            self.records[run_of(entry)] += 1
        elif entry.get("kind") == "run_completed":
            self.completed.append((name, entry.get("detail")))

    def finish(self, report: Report) -> None:
        """A run says how many records it has: none of them may be left out or added."""
        for name, detail in self.completed:
            if self._outside(detail):
                continue
            report.check(name, "has all records of its run", lambda: self._whole(detail))  # noqa: B023 - run at once

    def _outside(self, detail: Any) -> bool:
        slot = detail.get("slot") if isinstance(detail, dict) else None
        if self.days is None or not isinstance(slot, str):
            return False
        return not self.days[0] <= slot[:10] <= self.days[1]

    def _whole(self, detail: Any) -> None:
        here, said = self.records.get(detail["run_id"], 0), detail["records"]
        reason = f"its run has {said} records, the bundle has {here} of them"
        need(here == said, reason, "run_incomplete")


def run_of(record: dict[str, Any]) -> str:
    """The run a record says it is of; empty when it says none."""
    run = record.get("run")
    return str(run.get("run_id", "")) if isinstance(run, dict) else ""
