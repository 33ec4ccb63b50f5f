"""What an event is called and how it is read stands in one place."""

import re
from collections.abc import Iterator
from pathlib import Path

import app
from app.evidence.events.access_events import PackDrawn
from app.evidence.events.kinds import KINDS
from app.evidence.events.run_events import Rejudged, RunCompleted
from app.evidence.run_state import RunState
from app.packs.verify.drawn import DRAWN
from app.packs.verify.log.completeness import Runs
from app.packs.verify.log.objects import REJUDGED

ROOT = Path(app.__path__[0])
ALONE = ROOT / "packs" / "verify"
"""The verifier in a bundle is one file that imports nothing of ours."""
FACTS = ROOT / "evidence" / "events"
READ = re.compile(r"""\bdetail(\[["']|\.get\(["'])""")
ELSE = r"(?<!code=)(?<!LOG\.info\()(?<!LOG\.warning\()"
"""Codes of errors and lines of the machine's own log have words of their own."""
TABLES = ROOT / "db" / "engine"
STATES = {RunState.COMPLETE_WITH_GAPS, RunState.MISSED, RunState.PLANNED, RunState.RUNNING}


def sources(*but: Path) -> Iterator[tuple[str, str]]:
    for file in sorted(ROOT.rglob("*.py")):
        if not any(file.is_relative_to(one) for one in (ALONE, *but)):
            yield file.relative_to(ROOT).as_posix(), file.read_text("utf-8")


def found(pattern: re.Pattern[str], *but: Path) -> list[str]:
    return [
        f"{name}: {match[0]}" for name, text in sources(*but) for match in pattern.finditer(text)
    ]


def test_no_kind_is_spelled_elsewhere() -> None:
    spelled = re.compile(ELSE + '"(' + "|".join(KINDS) + ')"')
    assert found(spelled, FACTS, TABLES) == []


def test_no_field_of_an_event_is_read_by_its_name_elsewhere() -> None:
    assert found(READ, FACTS) == []


def test_no_state_of_a_run_is_spelled_elsewhere() -> None:
    spelled = re.compile("|".join(rf'(==|is|in|\{{|state=) ?"{state.value}"' for state in STATES))
    assert found(spelled, ROOT / "evidence" / "run_state.py") == []


def test_the_verifier_that_stands_alone_knows_the_kinds_by_the_same_names() -> None:
    assert Rejudged.KIND == REJUDGED
    assert PackDrawn.KIND == DRAWN
    assert RunCompleted.KIND in Runs.take.__code__.co_consts
