"""Intervals say exactly what a table of every night would say, in fewer rows."""

import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.controls.folding import Answer, folded
from app.db.engine.database import Database
from app.db.rows.verdicts import (
    NightVerdict,
    fold_verdicts,
    intervals,
    night_counts,
    previous_slot,
    verdict_on,
)
from app.errors import RefusedError
from app.evidence.judged import FormerAnswer, Key
from collectors.kit import Status

SLOT = datetime(2026, 1, 1, 2, tzinfo=UTC)
DAY = timedelta(days=1)
CHECKS, SUBJECTS = ("a.b.x", "a.b.y"), ("/s/1", "/s/2", "tenant")
EXAMPLES = count()
Naive = dict[tuple[int, str, str], NightVerdict]


def verdict(
    check: str = "a.b.x", subject: str = "/s/1", status: Status = Status.PASS, reason: str = "r"
) -> NightVerdict:
    return NightVerdict(check, subject, subject.upper(), status, reason)


def fold(database: Database, night: int, *rows: NightVerdict, connection: str = "c") -> None:
    slot = SLOT + night * DAY
    with database.begin() as session:
        before = previous_slot(session, connection, slot)
        fold_verdicts(session, connection, slot, before, rows)


verdicts = st.builds(
    verdict,
    st.sampled_from(CHECKS),
    st.sampled_from(SUBJECTS),
    st.sampled_from(list(Status)),
    st.sampled_from(["one reason", "another"]),
)
parts = st.lists(
    st.lists(verdicts, max_size=6, unique_by=lambda row: row[:2]), min_size=1, max_size=3
)
histories = st.dictionaries(st.integers(0, 9), parts, min_size=1, max_size=7)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(history=histories)
def test_intervals_agree_with_a_table_of_every_night(
    database: Database, history: dict[int, list[list[NightVerdict]]]
) -> None:
    """Nights may be missing, come in parts, and be folded again with other verdicts."""
    connection = f"c{next(EXAMPLES)}"
    naive: Naive = {}
    for night in sorted(history):
        for part in (*history[night], history[night][0]):
            fold(database, night, *part, connection=connection)
            naive |= {(night, row.check_id, row.subject): row for row in part}
    with database.read() as session:
        for night, check, subject in product(range(10), CHECKS, SUBJECTS):
            found = verdict_on(session, connection, check, subject, SLOT + night * DAY)
            wanted = naive.get((night, check, subject))
            assert (found and found.status) == (wanted and wanted.status)
        kept = intervals(session, connection, None, SLOT, SLOT + 10 * DAY)
        counted = night_counts(session, connection, None, SLOT, SLOT + 10 * DAY)
    assert len(kept) == changes(naive)
    assert {
        (count.slot, count.check_id): (count.passed, count.failed, count.unknown)
        for count in counted
    } == naive_counts(naive)


formers = st.dictionaries(
    st.tuples(st.sampled_from(CHECKS), st.sampled_from(SUBJECTS)),
    st.builds(FormerAnswer, st.sampled_from(list(Status)), st.just("then"), st.booleans()),
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    history=st.dictionaries(st.integers(0, 5), st.tuples(parts, formers), min_size=1, max_size=5)
)
def test_index_and_memory_fold_alike_with_what_other_rules_said(
    database: Database, history: dict[int, tuple[list[list[NightVerdict]], dict[Key, FormerAnswer]]]
) -> None:
    connection = f"c{next(EXAMPLES)}"
    nights = {
        SLOT + n * DAY: [row for part in told for row in part] for n, (told, _) in history.items()
    }
    other = {SLOT + n * DAY: said for n, (_, said) in history.items()}
    for slot in sorted(nights):
        with database.begin() as session:
            before = previous_slot(session, connection, slot)
            fold_verdicts(session, connection, slot, before, nights[slot], other[slot])
    memory, _ = folded(
        {slot: [Answer(*row) for row in rows] for slot, rows in nights.items()}, other.__getitem__
    )

    with database.read() as session:
        kept = intervals(session, connection, None, SLOT, SLOT + 10 * DAY)

    key = lambda one: (one.check_id, one.subject, one.first_slot)  # noqa: E731 - one line
    assert sorted(kept, key=key) == sorted(memory, key=key)


def changes(naive: Naive) -> int:
    """How many intervals there must be: one each time a verdict begins or changes."""
    collected = sorted({night for night, _, _ in naive})
    before = dict(zip(collected[1:], collected, strict=False))
    return sum(
        (held := naive.get((before.get(night, -1), check, subject))) is None
        or held.status != row.status
        for (night, check, subject), row in naive.items()
    )


def naive_counts(naive: Naive) -> dict[tuple[datetime, str], tuple[int, int, int]]:
    counted: dict[tuple[datetime, str], Counter[Status]] = {}
    for (night, check, _), row in naive.items():
        counted.setdefault((SLOT + night * DAY, check), Counter())[row.status] += 1
    return {
        key: (count[Status.PASS], count[Status.FAIL], count[Status.UNKNOWN])
        for key, count in counted.items()
    }


def test_a_lasting_verdict_is_one_interval_with_its_latest_reason(database: Database) -> None:
    for night in range(3):
        fold(database, night, verdict(status=Status.FAIL, reason=f"expires in {9 - night} days"))
    with database.read() as session:
        (held,) = intervals(session, "c", ["a.b.x"], SLOT, SLOT)
    assert (held.first_slot, held.last_slot) == (SLOT, SLOT + 2 * DAY)
    assert (held.reason, held.subject_name) == ("expires in 7 days", "/S/1")


def test_a_missed_night_neither_breaks_an_interval_nor_has_a_verdict(database: Database) -> None:
    fold(database, 0, verdict())
    fold(database, 2, verdict())
    with database.read() as session:
        assert len(intervals(session, "c", None, SLOT, SLOT + 9 * DAY)) == 1
        assert verdict_on(session, "c", "a.b.x", "/s/1", SLOT + DAY) is None
        assert verdict_on(session, "c", "a.b.x", "/s/1", SLOT + 2 * DAY) is not None


def test_what_vanishes_and_returns_is_two_intervals(database: Database) -> None:
    fold(database, 0, verdict(), verdict(subject="/s/2"))
    fold(database, 1, verdict(subject="/s/2"))
    fold(database, 2, verdict(), verdict(subject="/s/2"))
    with database.read() as session:
        found = intervals(session, "c", None, SLOT, SLOT + 9 * DAY)
    assert [(one.subject, one.first_slot, one.last_slot) for one in found] == [
        ("/s/1", SLOT, SLOT),
        ("/s/1", SLOT + 2 * DAY, SLOT + 2 * DAY),
        ("/s/2", SLOT, SLOT + 2 * DAY),
    ]


def test_of_two_verdicts_on_one_subject_the_worse_stands(database: Database) -> None:
    for night, other in enumerate((Status.UNKNOWN, Status.FAIL)):
        fold(database, night, verdict(), verdict(status=other), verdict())
        with database.read() as session:
            held = verdict_on(session, "c", "a.b.x", "/s/1", SLOT + night * DAY)
        assert held is not None
        assert held.status is other


def test_a_subject_that_azure_spells_in_another_case_goes_on_as_spelt_last(
    database: Database,
) -> None:
    for night, subject in enumerate(("/s/RG-One/1", "/s/rg-one/1", "/S/rg-ONE/1")):
        fold(database, night, verdict(subject=subject, status=Status.FAIL))
    with database.read() as session:
        (held,) = intervals(session, "c", None, SLOT, SLOT + 9 * DAY)
        assert verdict_on(session, "c", "a.b.x", "/s/rg-one/1", SLOT) == held
        counted = night_counts(session, "c", None, SLOT, SLOT + 9 * DAY)
    assert (held.subject, held.first_slot, held.last_slot) == (
        "/S/rg-ONE/1",
        SLOT,
        SLOT + 2 * DAY,
    )
    assert [count.failed for count in counted] == [1, 1, 1]


def test_two_spellings_in_one_night_are_one_subject(database: Database) -> None:
    fold(database, 0, verdict(subject="/s/A"), verdict(subject="/s/a", status=Status.FAIL))
    fold(database, 0, verdict(subject="/S/A", status=Status.FAIL))
    with database.read() as session:
        (held,) = intervals(session, "c", None, SLOT, SLOT)
    assert (held.subject, held.status) == ("/S/A", Status.FAIL)


def test_a_change_in_another_spelling_ends_the_interval_before(database: Database) -> None:
    fold(database, 0, verdict(subject="/s/A"))
    fold(database, 1, verdict(subject="/s/a", status=Status.FAIL))
    with database.read() as session:
        found = intervals(session, "c", None, SLOT, SLOT + 9 * DAY)
    assert sorted((one.first_slot, one.last_slot, one.status) for one in found) == [
        (SLOT, SLOT, Status.PASS),
        (SLOT + DAY, SLOT + DAY, Status.FAIL),
    ]


def test_periods_choose_the_intervals_that_touch_them(database: Database) -> None:
    for night, status in enumerate((Status.PASS, Status.PASS, Status.FAIL, Status.FAIL)):
        fold(database, night, verdict(status=status))
    with database.read() as session:

        def touched(first: int, last: int) -> Iterator[str]:
            found = intervals(session, "c", ["a.b.x"], SLOT + first * DAY, SLOT + last * DAY)
            return (one.status.value for one in found)

        assert list(touched(0, 1)) == ["pass"]
        assert list(touched(1, 2)) == ["pass", "fail"]
        assert list(touched(4, 9)) == []
        assert intervals(session, "c", ["other"], SLOT, SLOT + 9 * DAY) == []
        assert intervals(session, "other", None, SLOT, SLOT + 9 * DAY) == []


def test_an_older_night_after_a_newer_one_is_refused(database: Database) -> None:
    fold(database, 3, verdict())
    with pytest.raises(RefusedError, match="newer night") as refusal:
        fold(database, 2, verdict())
    assert refusal.value.kind == "night_out_of_order"


def test_connections_do_not_touch_each_other(database: Database) -> None:
    fold(database, 3, verdict())
    with database.begin() as session:
        fold_verdicts(session, "d", SLOT, None, [verdict(status=Status.FAIL)])
        assert previous_slot(session, "c", SLOT + 3 * DAY) is None
        assert previous_slot(session, "d", SLOT + 3 * DAY) == SLOT


def test_fifty_thousand_verdicts_are_folded_in_seconds(database: Database) -> None:
    def night(number: int) -> Iterator[NightVerdict]:
        for subject, check in product(range(5_000), range(10)):
            status = Status.FAIL if (subject + number) % 100 == 0 else Status.PASS
            yield verdict(f"a.b.c{check}", f"/subscriptions/s/resource/{subject:05d}", status)

    fold(database, 0, *night(0))
    began = time.process_time()
    fold(database, 1, *night(1))
    assert time.process_time() - began < 10
    with database.read() as session:
        assert len(intervals(session, "c", None, SLOT, SLOT + DAY)) == 50_000 + 2 * 500
        assert sum(count.failed for count in night_counts(session, "c", None, SLOT, SLOT)) == 500
