"""Records, their gaps and the ledger come back as they were sealed, and commit together."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from app.db.engine.database import Database
from app.db.rows.evidence import (
    IndexedRecord,
    Origin,
    add_record,
    done_scopes,
    gaps,
    indexed_size,
    record_by_id,
    records,
    run_records,
)
from app.errors import NotFoundError, RefusedError
from app.evidence.observed import SealedRecord, SeenGap
from collectors.kit import Gap, GapKind

SLOT = datetime(2026, 11, 23, 2, tzinfo=UTC)
DAY = timedelta(days=1)
ORIGIN = Origin(
    run_id="run-1",
    connection_id="c",
    items_sha256="aa",
    verdicts_sha256=None,
    tool_version="0.1.0",
    rules_sha256="bb",
)
DENIED = Gap(read="disks", subject=None, kind=GapKind.DENIED, detail="403 on microsoft.compute")
GONE = Gap(read="disks", subject="/subscriptions/s/d", kind=GapKind.GONE, detail="404")


def sealed(seq: int, *, slot: datetime = SLOT, collector: str = "compute.disks") -> SealedRecord:
    return SealedRecord(
        seq=seq,
        record_id=f"record-{seq}",
        slot=slot,
        collector_id=collector,
        scope="tenant",
        outcome="partial",
        collected_at=slot + timedelta(minutes=3, milliseconds=7),
        sha256=f"{seq:064x}",
        items=12,
        pages=2,
        announced=13,
        seen=None,
        controls=("A.8.20", "A.8.24"),
    )


def test_a_record_and_its_gaps_come_back_as_they_went_in(database: Database) -> None:
    with database.begin() as session:
        assert add_record(session, sealed(4), ORIGIN, [DENIED, GONE]) is True
    indexed = IndexedRecord(record=sealed(4), origin=ORIGIN)
    with database.read() as session:
        assert records(session, "c", SLOT, SLOT) == [sealed(4)]
        assert record_by_id(session, "record-4") == indexed
        assert run_records(session, "run-1") == [indexed]
        assert done_scopes(session, "run-1") == {("tenant", "compute.disks")}
        assert done_scopes(session, "run-2") == set()
        assert indexed_size(session) == 5
        seen = gaps(session, "c", SLOT, SLOT)
    assert seen == [
        SeenGap(
            slot=SLOT,
            collector_id="compute.disks",
            scope="tenant",
            read=gap.read,
            subject=gap.subject,
            kind=gap.kind,
            detail=gap.detail,
            record_seq=4,
        )
        for gap in (DENIED, GONE)
    ]


def test_a_record_that_is_there_is_not_added_again(database: Database) -> None:
    for added in (True, False):
        with database.begin() as session:
            assert add_record(session, sealed(0), ORIGIN, [DENIED]) is added
    with database.read() as session:
        assert len(gaps(session, "c", SLOT, SLOT)) == 1


def test_another_record_in_the_same_place_is_refused(database: Database) -> None:
    with database.begin() as session:
        add_record(session, sealed(0), ORIGIN)
    other = sealed(0, slot=SLOT + DAY)
    changed = SealedRecord(
        **{name: getattr(other, name) for name in SealedRecord.__slots__} | {"sha256": "ff"}
    )
    with database.read() as session, pytest.raises(RefusedError, match="annexa reindex"):
        add_record(session, changed, ORIGIN)


def test_nothing_of_a_record_stays_when_the_transaction_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.begin() as session:
        _add_and_fail(session)
    with database.read() as session:
        assert done_scopes(session, "run-1") == set()
        assert records(session, "c", SLOT, SLOT) == []
        assert gaps(session, "c", SLOT, SLOT) == []
        assert indexed_size(session) == 0


def _add_and_fail(session: Session) -> None:
    assert add_record(session, sealed(0), ORIGIN, [DENIED])
    raise ZeroDivisionError


def test_records_are_found_by_period_collector_and_page(database: Database) -> None:
    with database.begin() as session:
        for seq in range(6):
            slot, collector = SLOT + (seq // 2) * DAY, ("a.b", "c.d")[seq % 2]
            origin = Origin(
                run_id=f"run-{seq // 2}",
                connection_id="c",
                items_sha256=None,
                verdicts_sha256=None,
                tool_version="",
                rules_sha256=None,
            )
            add_record(session, sealed(seq, slot=slot, collector=collector), origin, [GONE])
    with database.read() as session:

        def found(*asked: object, **more: int) -> list[int]:
            return [one.seq for one in records(session, "c", *asked, **more)]  # type: ignore[arg-type]

        assert found(SLOT, SLOT + DAY) == [0, 1, 2, 3]
        assert found(SLOT, SLOT + 2 * DAY, ["c.d"]) == [1, 3, 5]
        assert found(SLOT, SLOT + 2 * DAY, limit=2, after_seq=1) == [2, 3]
        assert found(SLOT, SLOT + 2 * DAY, []) == []
        assert [gap.record_seq for gap in gaps(session, "c", SLOT, SLOT, ["a.b"])] == [0]
        assert records(session, "other", SLOT, SLOT + DAY) == []


def test_an_unknown_record_is_not_found(database: Database) -> None:
    with database.read() as session, pytest.raises(NotFoundError, match="'none'"):
        record_by_id(session, "none")
