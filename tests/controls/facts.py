"""Five nights of one collector, for the tests of assessments."""

from datetime import UTC, date, datetime, timedelta

from app.controls.assessment import Assessment, assess, checks_of
from app.controls.catalogue import load_catalogue
from app.controls.ground import Facts as SeenFacts
from app.controls.ground import Ground
from app.controls.observed import Interval, Night, NightCount, SealedRecord, SeenGap
from app.controls.period import Period
from app.evidence.run_state import RunState
from collectors.kit import (
    Arm,
    Check,
    Collector,
    GapKind,
    Owner,
    Population,
    ResourceGraph,
    Status,
    Verdict,
    passed,
)
from collectors.kit.spec import Expectations, Item

PERIOD = Period(first=date(2026, 11, 16), last=date(2026, 11, 20))
SLOTS = [datetime(2026, 11, 16, 2, tzinfo=UTC) + timedelta(days=n) for n in range(5)]
CONTROL = load_catalogue()["A.8.13"]


def _yes(_item: Item, _expectations: Expectations) -> Verdict:
    return passed("so it is")


def _all(_items: Population, _expectations: Expectations) -> dict[str, Verdict]:
    return {"tenant": passed("so it is")}


COLLECTOR = Collector(
    id="storage.blob_services",
    title="Blob services",
    reads={
        "accounts": ResourceGraph(table="resources", types=("microsoft.storage/storageaccounts",)),
        "services": Arm(
            path="{id}/blobServices/default",
            api_version="2023-05-01",
            per="resource",
            of="accounts",
        ),
        "other": ResourceGraph(table="resources"),
    },
    checks=(
        Check(
            id="soft_delete",
            title="Deleted blobs can be restored",
            on="services",
            controls=("A.8.13",),
            remedy="Switch on soft delete.",
            owner=Owner.CLOUD,
            judge=_yes,
        ),
        Check(
            id="owners",
            title="Few own the subscription",
            on="other",
            controls=("A.8.2",),
            remedy="Remove owners.",
            owner=Owner.CLOUD,
            judge_all=_all,
            uses=("services",),
        ),
    ),
)
CHECK = "storage.blob_services.soft_delete"


class Facts(SeenFacts):
    """What the nights showed, assessed."""

    def assessed(self, control_id: str = "A.8.13", *, applicable: bool = True) -> Assessment:
        checks = checks_of(control_id, [COLLECTOR])
        ground = Ground.of(self, PERIOD)
        return assess(load_catalogue()[control_id], checks, ground, applicable=applicable)


def sealed_night(slot: datetime, state: str = "complete") -> Night:
    return Night(slot=slot, state=RunState(state), run_id=f"run-{slot:%d}", finished_at=slot)


def count_of(slot: datetime, *, failed: int = 0, unknown: int = 0) -> NightCount:
    return NightCount(slot=slot, check_id=CHECK, passed=3, failed=failed, unknown=unknown)


def record_of(
    slot: datetime, outcome: str = "collected", scope: str = "subscription/one"
) -> SealedRecord:
    return SealedRecord(
        seq=slot.day,
        record_id=f"rec-{slot:%d}",
        slot=slot,
        collector_id=COLLECTOR.id,
        scope=scope,
        outcome=outcome,
        collected_at=slot,
        sha256="ab" * 32,
        items=3,
        pages=1,
        announced=3,
        seen=3,
        controls=("A.8.13",),
    )


def interval_of(status: Status, first: int, last: int, subject: str = "a") -> Interval:
    return Interval(
        check_id=CHECK,
        subject=subject,
        subject_name=subject,
        status=status,
        reason="soft delete is off",
        first_slot=SLOTS[first],
        last_slot=SLOTS[last],
    )


def gap_of(slot: datetime, read: str = "services") -> SeenGap:
    return SeenGap(
        slot=slot,
        collector_id=COLLECTOR.id,
        scope="tenant",
        read=read,
        subject=None,
        kind=GapKind.DENIED,
        detail="403",
        record_seq=7,
    )


WHOLE = Facts(
    counts=[count_of(slot) for slot in SLOTS],
    intervals=[interval_of(Status.PASS, 0, 4)],
    nights=[sealed_night(slot) for slot in SLOTS],
    records=[record_of(slot) for slot in SLOTS],
)
ARM_SUBJECT = "/subscriptions/ONE/resourceGroups/rg/providers/Microsoft.Storage/storageAccounts/a"
