"""Who holds checkpoints is told from the entries of the log that the pack's checkpoint covers."""

from datetime import UTC, datetime, timedelta

from app.evidence.canonical import canonical
from app.evidence.events.access_events import PackIssued
from app.evidence.events.fact import Fact, event_of
from app.evidence.events.log_events import CheckpointCosigned, CheckpointNotSent, CheckpointSent
from app.evidence.record import RECORD_SCHEMA, EntryPlace
from app.packs.view.facts import GivenOut
from app.services.packing.given_out import GivenOutLedger

AT = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)


def issued(auditor: str | None) -> PackIssued:
    return PackIssued(
        pack_id="AXP-1",
        connection_id="c",
        engagement="Audit 2026",
        first=AT,
        last=AT,
        checkpoint_size=9,
        pdf_path="pack.pdf",
        bundle_path="bundle.asice",
        bundle_sha256="00" * 32,
        auditor=auditor,
    )


def rows(size: int, *facts: Fact) -> tuple[GivenOut, ...]:
    ledger = GivenOutLedger()
    entries = [
        (
            seq,
            event_of(fact, at=AT + timedelta(days=seq), actor="test").sealed(
                EntryPlace(seq=seq, prev_sha256=None)
            ),
        )
        for seq, fact in enumerate(facts)
    ]
    assert list(ledger.seeing(entries)) == entries
    return ledger.rows(size)


def test_each_recipient_has_a_row_with_its_first_and_its_newest_checkpoint() -> None:
    facts = (
        CheckpointSent(notice="portal", checkpoint_size=3),
        CheckpointNotSent(notice="mail", checkpoint_size=3, reason="silent"),
        CheckpointCosigned(witness="Auditors LLP", checkpoint_size=3, cosigned_at=AT),
        CheckpointSent(notice="portal", checkpoint_size=6),
        issued("Anna"),
        issued(None),
    )

    told = rows(9, *facts)

    assert [(one.what, one.whom, one.times, one.first_size, one.last_size) for one in told] == [
        ("checkpoint sent", "portal", 2, 3, 6),
        ("cosigned by", "Auditors LLP", 1, 3, 3),
        ("pack issued", "Anna", 1, 9, 9),
        ("pack issued", "not told (engagement Audit 2026)", 1, 9, 9),
    ]
    assert told[0].last == AT + timedelta(days=3)


def test_what_the_checkpoint_does_not_cover_is_not_told() -> None:
    facts = (
        CheckpointSent(notice="portal", checkpoint_size=1),
        CheckpointSent(notice="portal", checkpoint_size=2),
    )
    assert [row.times for row in rows(1, *facts)] == [1]
    assert rows(0, *facts) == ()


def test_a_record_in_which_the_words_stand_tells_nothing() -> None:
    record = canonical({"schema": RECORD_SCHEMA, "what": {"kind": "checkpoint_sent"}})
    ledger = GivenOutLedger()

    assert list(ledger.seeing([(0, record)])) == [(0, record)]
    assert ledger.rows(1) == ()
