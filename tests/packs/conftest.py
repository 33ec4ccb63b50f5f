"""A realistic engagement: 14 controls, five nights with one missed, gaps, and nasty names."""

import base64
import hashlib
import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.controls.azure_policy.agreement import PolicyAgreement, policy_agreement
from app.controls.azure_policy.cause import PolicyState
from app.controls.catalogue import load_catalogue, load_crosswalk
from app.controls.expectations import load_expectations
from app.controls.ground import Facts
from app.controls.nights import History
from app.controls.observed import Interval, Night, NightCount, SealedRecord, SeenGap
from app.controls.period import Period
from app.evidence.basis import BasisChange
from app.evidence.run_state import RunState
from app.packs.view.assembly import build_view
from app.packs.view.facts import (
    CheckpointFacts,
    ConnectionFacts,
    Criteria,
    Engagement,
    GivenOut,
    Issue,
    Stamp,
    StoreFacts,
)
from app.packs.view.pack import PackView
from app.packs.view.populations import pack_attachments
from app.packs.view.verification import verification_commands
from collectors.kit import (
    Collector,
    GapKind,
    Status,
)
from collectors.kit.level import is_tenant_wide
from tests.packs.sources import COLLECTORS

FIRST = date(2026, 11, 16)
SLOTS = [datetime(2026, 11, 16, 2, tzinfo=UTC) + timedelta(days=n) for n in range(5)]
MISSED = SLOTS[2]
SUBSCRIPTIONS = (
    ("7d1f0a52-0a0e-4c7b-9a41-6d2b1d4f6a01", "prod-patient-portal"),
    ("2c64c0f3-51aa-4d0c-8f3e-0f9f0f0d7b02", "prod-imaging"),
)
NASTY = (
    "<script>alert(1)</script>",
    "invoice\u202egnp.exe",
    "st" + "a" * 298,
    "東京バックアップ",
    '=HYPERLINK("http://x","y")',
    "Łódź-kliniki",
)


@dataclass(frozen=True, kw_only=True)
class Pack:
    """A view and the files it prints the digests of."""

    view: PackView
    attachments: dict[str, bytes]
    collectors: tuple[Collector, ...]


@pytest.fixture(scope="session")
def pack() -> Pack:
    return make_pack()


@pytest.fixture(scope="session")
def make() -> Callable[..., Pack]:
    return make_pack


CHANGES = (
    BasisChange(
        slot=SLOTS[1],
        what="rules",
        before="0a" * 32,
        now="1b" * 32,
        released_by=None,
        commit=None,
    ),
    BasisChange(
        slot=SLOTS[2],
        what="expectation log_retention_days",
        before="365",
        now="730",
        released_by="Change board, CHG-1042",
        commit="2c" * 20,
    ),
)


def make_pack(assurance: str = "development", reviewed_by: str = "") -> Pack:
    chance = random.Random(27001)
    intervals: list[Interval] = []
    counts: list[NightCount] = []
    for collector in COLLECTORS:
        for check in collector.checks:
            made = _intervals(f"{collector.id}.{check.id}", chance)
            intervals += made
            counts += _counts(f"{collector.id}.{check.id}", made)
    nights = [_night(slot) for slot in SLOTS]
    records = _records()
    period = Period(first=FIRST, last=SLOTS[-1].date())
    agreement = _agreement(intervals)
    attachments = pack_attachments(
        collectors=COLLECTORS,
        intervals=intervals,
        records=records,
        nights=nights,
        period=period,
        agreement=agreement,
        history=History.of(nights, counts),
    )
    catalogue = load_catalogue()
    crosswalk = load_crosswalk(catalogue)
    if reviewed_by:
        crosswalk = replace(crosswalk, reviewed_by=reviewed_by)
    view = build_view(
        Issue(
            pack_id="pack-2026-11-20-0001",
            organisation="Meridian Health & Care <Trust>",
            engagement=Engagement(
                name="Surveillance audit 2026",
                auditor="Northbridge Audit Ltd",
                scope="The patient portal, telehealth, appointments and imaging in Azure.\n\n"
                "Offices and endpoints are audited by other means.",
                first=FIRST,
                last=SLOTS[-1].date(),
            ),
            connection=ConnectionFacts(
                name="production",
                tenant_id="f1e2d3c4-0000-4000-8000-1a2b3c4d5e6f",
                cloud="public",
                principal="annexa-collector (object 5d0c1f2e-8b1b-4a0e-9a0f-2f64d3a1c77b)",
                subscriptions=SUBSCRIPTIONS,
            ),
            store=StoreFacts(label="local, tamper-evident only", write_once=False),
            checkpoint=_checkpoint(assurance),
            commands=verification_commands("pack-2026-11-20-0001"),
            tool_version="0.1.0",
            generated_at=datetime(2026, 11, 20, 6, 12, 51, tzinfo=UTC),
            given_out=(
                GivenOut(
                    what="checkpoint sent",
                    whom="auditor portal",
                    times=9,
                    first=SLOTS[0],
                    first_size=120,
                    last=SLOTS[-1],
                    last_size=1200,
                ),
            ),
            changes=CHANGES,
        ),
        Criteria(
            collectors=COLLECTORS,
            catalogue=catalogue,
            crosswalk=crosswalk,
            expectations=load_expectations({"log_retention_days": 730}),
            not_applicable={"A.8.30": "No development is outsourced."},
        ),
        Facts(
            nights=nights,
            counts=counts,
            intervals=intervals,
            gaps=_gaps(records),
            records=records,
        ),
        attachments,
        agreement,
    )
    return Pack(view=view, attachments=attachments, collectors=COLLECTORS)


GUID = "fe83a0eb-a853-422d-aac2-1bffd182c5d0"


def _agreement(intervals: list[Interval]) -> PolicyAgreement:
    """Azure Policy exempts every third account, contradicts every third, and lacks the rest."""
    check = "storage.accounts.minimum_tls"
    owner = next(one for one in COLLECTORS if check.startswith(f"{one.id}."))
    asked = [replace(one, policy=GUID) for one in owner.checks if check.endswith(f".{one.id}")]
    subjects = sorted({i.subject.lower() for i in intervals if i.check_id == check})
    said = ("Exempt", "NonCompliant", None)
    states = [
        PolicyState(
            resource=subject,
            policy=GUID,
            state=state,
            evaluated=SLOTS[-1] - timedelta(hours=5),
            effect="audit",
            assignment=f"/{'/'.join(subject.split('/')[1:3])}"
            "/providers/microsoft.authorization/policyassignments/baseline",
            reference="",
        )
        for index, subject in enumerate(subjects)
        if (state := said[index % 3]) is not None
    ]
    return policy_agreement(
        night=SLOTS[-1],
        states=states,
        whole=True,
        intervals=intervals,
        collectors=[replace(owner, checks=tuple(asked))],
        first_night=SLOTS[0],
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _night(slot: datetime) -> Night:
    if slot == MISSED:
        return Night(
            slot=slot,
            state=RunState.MISSED,
            run_id=None,
            finished_at=None,
            detail="No replica was running at 02:00 UTC.",
        )
    state = "complete_with_gaps" if slot >= SLOTS[3] else "complete"
    return Night(slot=slot, state=RunState(state), run_id=f"run-{slot:%d}", finished_at=slot)


def _subjects(check_id: str) -> list[tuple[str, str]]:
    if check_id.endswith("complete"):
        return [(sub, sub) for sub, _ in SUBSCRIPTIONS]
    base = f"/subscriptions/{SUBSCRIPTIONS[0][0]}/resourceGroups/rg-portal/providers"
    kind = "Microsoft.Storage/storageAccounts"
    names = [f"stportal{n:03d}" for n in range(24)]
    if check_id == "storage.accounts.minimum_tls":
        names += NASTY
    return [(f"{base}/{kind}/{name}", name) for name in names]


def _intervals(check_id: str, chance: random.Random) -> list[Interval]:
    made = []
    for subject, name in _subjects(check_id):
        draw = 0.0 if name in NASTY else chance.random()
        fails = draw < 0.08 and not check_id.endswith(("complete", "soft_delete"))
        if check_id.endswith("soft_delete") and name == "stportal003":
            made += [
                _interval(check_id, subject, name, Status.FAIL, 0, 1),
                _interval(check_id, subject, name, Status.PASS, 3, 4),
            ]
        elif check_id.endswith("reaches_back") and name == "stportal007":
            made.append(_interval(check_id, subject, name, Status.UNKNOWN, 3, 4))
        else:
            status = Status.FAIL if fails else Status.PASS
            made.append(_interval(check_id, subject, name, status, 0, 4))
    return made


REASONS = {
    Status.PASS: "as expected",
    Status.FAIL: "TLS 1.0 is accepted, 1.2 is expected",
    Status.UNKNOWN: "the workspace could not be asked (denied)",
}


def _interval(
    check_id: str, subject: str, name: str, status: Status, first: int, last: int
) -> Interval:
    reason = "62 by both routes" if check_id.endswith("complete") else REASONS[status]
    return Interval(
        check_id=check_id,
        subject=subject,
        subject_name=name,
        status=status,
        reason=reason,
        first_slot=SLOTS[first],
        last_slot=SLOTS[last],
    )


def _counts(check_id: str, intervals: list[Interval]) -> list[NightCount]:
    counts = []
    for slot in SLOTS:
        if slot == MISSED:
            continue
        held = [i.status for i in intervals if i.first_slot <= slot <= i.last_slot]
        counts.append(
            NightCount(
                slot=slot,
                check_id=check_id,
                passed=held.count(Status.PASS),
                failed=held.count(Status.FAIL),
                unknown=held.count(Status.UNKNOWN),
            )
        )
    return counts


def _records() -> list[SealedRecord]:
    records: list[SealedRecord] = []
    for slot in SLOTS:
        if slot == MISSED:
            continue
        for collector in COLLECTORS:
            wide = any(is_tenant_wide(read) for read in collector.reads.values())
            narrow = not all(is_tenant_wide(read) for read in collector.reads.values())
            scopes = ["tenant"] if wide else []
            scopes += [f"subscription/{sub}" for sub, _ in SUBSCRIPTIONS] if narrow else []
            for scope in scopes:
                seq = len(records) + 3
                records.append(
                    SealedRecord(
                        seq=seq,
                        record_id=f"0199{seq:04x}-7c1e-7000-8000-{_digest(str(seq))[:12]}",
                        slot=slot,
                        collector_id=collector.id,
                        scope=scope,
                        outcome="collected",
                        collected_at=slot + timedelta(seconds=7 + seq),
                        sha256=_digest(f"record {seq}"),
                        items=24,
                        pages=1,
                        announced=24 if scope == "tenant" else None,
                        seen=24 if scope == "tenant" else None,
                        controls=("A.8.24",),
                    )
                )
    return records


def _gaps(records: list[SealedRecord]) -> list[SeenGap]:
    return [
        SeenGap(
            slot=record.slot,
            collector_id=record.collector_id,
            scope=record.scope,
            read="activity",
            subject=f"/subscriptions/{SUBSCRIPTIONS[1][0]}/workspaces/law-imaging",
            kind=GapKind.DENIED,
            detail="403 AuthorizationFailed: the identity has no read on this workspace",
            record_seq=record.seq,
        )
        for record in records
        if record.collector_id == "logging.activity"
        and record.scope.endswith(SUBSCRIPTIONS[1][0])
        and record.slot >= SLOTS[3]
    ]


def _checkpoint(assurance: str) -> CheckpointFacts:
    root = hashlib.sha256(b"root").digest()
    root_b64 = base64.b64encode(root).decode()
    return CheckpointFacts(
        origin="annexa.example/meridian/production",
        size=61,
        root_b64=root_b64,
        root_hex=root.hex(),
        note=f"annexa.example/meridian/production\n61\n{root_b64}\n\n"
        "— annexa.example/meridian/production Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOo\n",
        signed_at=datetime(2026, 11, 20, 2, 4, 11, tzinfo=UTC),
        stamp=Stamp(
            time=datetime(2026, 11, 20, 2, 4, 12, tzinfo=UTC),
            authority="Annexa development time authority",
            assurance=assurance,
        ),
    )
