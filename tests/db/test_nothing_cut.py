"""No list that decides ends early: more rows than any former limit, and none is lost."""

import importlib
import inspect
import pkgutil
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

import app.db
from app.db.engine.database import Database
from app.db.engine.tables import checkpoint, event, pack, run
from app.db.rows.log import checkpoints, events, newest_event
from app.db.rows.packs import packs
from app.db.rows.runs import runs
from app.evidence.events.log_events import CheckpointSent

AT = datetime(2026, 3, 14, tzinfo=UTC)
EVENTS = 100_001
OTHERS = 10_001


def test_every_event_comes_back_however_many_there_are(database: Database) -> None:
    detail = '{"notice": "auditor", "checkpoint_size": 1}'
    row = {"kind": CheckpointSent.KIND, "at": AT, "actor": "annexa", "detail": detail}
    with database.begin() as session:
        session.execute(insert(event), [{**row, "seq": seq} for seq in range(EVENTS)])
    with database.read() as session:
        found = events(session, CheckpointSent)
        newest = newest_event(session, CheckpointSent)
        earlier = newest_event(session, CheckpointSent, before=7)
    assert len(found) == EVENTS
    assert newest == found[-1]
    assert earlier == found[6]


def test_every_checkpoint_run_and_pack_comes_back(database: Database) -> None:
    told = {"root": "ab", "note_sha256": "cd", "signed_at": AT, "authority": "", "assurance": ""}
    each = range(OTHERS)
    with database.begin() as session:
        session.execute(insert(checkpoint), [{**told, "size": size} for size in each])
        planned = {"connection_id": "c", "state": "planned", "reason": "", "claimed_by": ""}
        slots = [AT + timedelta(minutes=number) for number in each]
        session.execute(
            insert(run),
            [{**planned, "id": str(slot), "slot": slot, "detail": ""} for slot in slots],
        )
        made = {
            "connection_id": "c",
            "period_from": AT,
            "period_to": AT,
            "created_at": AT,
            "state": "ready",
            "pdf_path": "",
            "bundle_path": "",
            "bundle_sha256": "",
            "detail": "{}",
        }
        session.execute(insert(pack), [{**made, "id": str(number)} for number in each])
    with database.read() as session:
        assert len(checkpoints(session)) == OTHERS
        assert len(runs(session)) == OTHERS
        assert len(packs(session)) == OTHERS


def test_no_query_has_a_limit_of_its_own() -> None:
    cut = []
    for module in pkgutil.walk_packages(app.db.__path__, "app.db."):
        for name, found in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(found) and found.__module__ == module.name:
                given = inspect.signature(found).parameters.get("limit")
                if given is not None and given.default not in {None, inspect.Parameter.empty}:
                    cut.append(f"{module.name}.{name}: {given.default}")
    assert cut == []


def test_no_use_case_asks_for_so_many_and_no_more() -> None:
    services = Path(app.db.__path__[0]).parent / "services"
    fixed = re.compile(r"\blimit=(?!limit\b)[A-Z0-9_]+")
    asked = [
        f"{file.name}: {match[0]}"
        for file in sorted(services.rglob("*.py"))
        for match in fixed.finditer(file.read_text())
    ]
    assert asked == []
