"""What a record shows, as packs and assessments name it: from its entry of the log. Pure."""

from collections.abc import Mapping
from typing import Any

from app.evidence.judged import JudgedRecord, Judging
from app.evidence.observed import SealedRecord, SeenGap
from app.evidence.record import instant
from collectors.kit import Gap, GapKind

Entry = Mapping[str, Any]


def sealed_record(seq: int, digest: str, entry: Entry) -> SealedRecord:
    """A record as the pack names it."""
    run, what = entry["run"], entry["what"]
    subscription = what["scope"]["subscription_id"]
    # What a record leans on is announced by the tenant's record: counted once a night.
    own = entry["normalised"]["items"]
    told = [count for read, count in entry["completeness"].items() if read in own]
    announced = [count for count in told if count["announced"] is not None]
    return SealedRecord(
        seq=seq,
        record_id=entry["record_id"],
        slot=instant(run["slot"]),
        collector_id=what["collector"],
        scope=f"subscription/{subscription}" if subscription else "tenant",
        outcome=what["outcome"],
        collected_at=instant(entry["time"]["collected_at"]),
        sha256=digest,
        items=sum(entry["normalised"]["items"].values()),
        pages=len(entry["source"]),
        announced=sum(c["announced"] for c in announced) if announced else None,
        seen=sum(c["received"] for c in announced) if announced else None,
        controls=tuple(what["controls"]),
    )


def judged_record(sealed: SealedRecord, entry: Entry) -> JudgedRecord:
    """The same as far as verdicts go, by the rules of its night."""
    judging = Judging(
        rules=entry["collector"]["rules_sha256"], verdicts=entry["verdicts"]["sha256"]
    )
    return JudgedRecord(
        seq=sealed.seq, collector_id=sealed.collector_id, scope=sealed.scope, sealed=judging
    )


def gap_of(told: Entry) -> Gap:
    """A gap as records keep it."""
    return Gap(
        read=told["read"],
        subject=told["subject"],
        kind=GapKind(told["kind"]),
        detail=told["detail"],
    )


def seen_gap(sealed: SealedRecord, gap: Gap) -> SeenGap:
    """A gap, and the record that holds it."""
    return SeenGap(
        slot=sealed.slot,
        collector_id=sealed.collector_id,
        scope=sealed.scope,
        read=gap.read,
        subject=gap.subject,
        kind=gap.kind,
        detail=gap.detail,
        record_seq=sealed.seq,
    )
