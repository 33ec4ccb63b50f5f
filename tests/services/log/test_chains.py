"""Each event of a connection's nights names the one before it, however the log came to be."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.errors import UnavailableError
from app.evidence.canonical import canonical, parse
from app.evidence.events.connection_events import ConnectionAdded, ConnectionChanged
from app.evidence.events.fact import Fact, event_of
from app.evidence.events.run_events import RunStarted, missed
from app.evidence.record import RECORD_SCHEMA, EntryPlace
from app.services.log.chains import Chains
from app.services.log.evidence_log import EvidenceLog
from app.trust.keys.keyring import Trust
from app.trust.time.timestamp import DevelopmentAuthority
from tests.services.memory import FailingStore, MemoryStore, event, now

AT = datetime(2026, 3, 14, 2, 0, tzinfo=UTC)
WHOLE: dict[str, Any] = {
    "tenant_id": "t",
    "credential": {},
    "cloud": "public",
    "cloud_file": None,
    "subscriptions": (),
    "schedule": "0 2 * * *",
}


def added(name: str) -> Fact:
    return ConnectionAdded(id=name, name=name, **WHOLE)


def changed(name: str) -> Fact:
    return ConnectionChanged(id=name, name=name, **WHOLE)


def told(name: str) -> Fact:
    return missed(name, [AT], "nobody ran")


def tell(log: EvidenceLog, fact: Fact, at: datetime = AT) -> int:
    return log.append(event_of(fact, at=at, actor="test").sealed).seq


def entries(log: EvidenceLog) -> list[dict[str, Any]]:
    return [parse(data) for _, data in log.entries()]


def links(log: EvidenceLog) -> list[tuple[Any, ...] | None]:
    return [
        (one["chain"]["after"], one["chain"]["schedule"], one["chain"]["previous"])
        if "chain" in one
        else None
        for one in entries(log)
    ]


def expected(found: Sequence[dict[str, Any]]) -> list[tuple[Any, ...] | None]:
    """The same, worked out from the beginning of the log."""
    last: int | None = None
    ends: dict[str, int] = {}
    schedules: dict[str, int] = {}
    wanted: list[tuple[Any, ...] | None] = []
    for seq, one in enumerate(found):
        detail = one.get("detail", {})
        name = detail.get("connection_id") or detail.get("id")
        if name is None:
            wanted.append(None)
            continue
        wanted.append((ends.get(name), schedules.get(name), last))
        last = ends[name] = seq
        if one["kind"].startswith("connection_"):
            schedules[name] = seq
    return wanted


def record(place: EntryPlace) -> bytes:
    plain = {"schema": RECORD_SCHEMA, "seq": place.seq, "prev_sha256": place.prev_sha256}
    return canonical(plain)


def test_events_of_one_session_and_of_many_are_linked(
    trust: Trust, authority: DevelopmentAuthority
) -> None:
    store = MemoryStore()
    log = EvidenceLog.open(store, trust.log)
    tell(log, added("a"))
    tell(log, told("a"))
    log.append(event(2))
    tell(log, added("b"))
    log.seal(now, [authority])
    log = EvidenceLog.open(store, trust.log)
    tell(log, told("a"))
    tell(log, changed("a"))
    tell(log, told("b"))
    log = EvidenceLog.open(store, trust.log)  # nothing was sealed: a crash
    tell(log, told("a"))
    log.seal(now, [authority])
    assert links(log) == [
        (None, None, None),
        (0, 0, 0),
        None,
        (None, None, 1),
        (1, 0, 3),
        (4, 0, 4),
        (3, 3, 5),
        (5, 5, 6),
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["a", "b", "c", "record", "other"]),
            st.sampled_from(["told", "changed"]),
            st.sampled_from(["on", "seal", "reopen", "crash"]),
        ),
        max_size=24,
    )
)
def test_whatever_is_sealed_and_reopened_the_links_are_those_of_the_whole_log(
    steps: list[tuple[str, str, str]],
) -> None:
    chains_of: list[bytes] = []
    chains = Chains(lambda seq: chains_of[seq])
    known: set[str] = set()

    def append(fact: Fact) -> None:
        begun = event_of(fact, at=AT, actor="test")
        place = EntryPlace(
            seq=len(chains_of),
            prev_sha256=None,
            link=lambda one: chains.link(one.chain, len(chains_of), begins=one.begins),
        )
        data = begun.sealed(place)
        chains.take(len(chains_of), data)
        chains_of.append(data)

    for name, kind, then in steps:
        if name in {"record", "other"}:
            place = EntryPlace(seq=len(chains_of), prev_sha256=None)
            data = record(place) if name == "record" else event(len(chains_of))(place)
            chains.take(len(chains_of), data)
            chains_of.append(data)
        elif name not in known:
            known.add(name)
            append(added(name))
        else:
            append(told(name) if kind == "told" else changed(name))
        if then in {"reopen", "seal"}:
            chains = Chains(lambda seq: chains_of[seq])
        elif then == "crash" and chains_of:  # the newest is read again by whoever opens the log
            chains = Chains(lambda seq: chains_of[seq])
            chains.take(len(chains_of) - 1, chains_of[-1])
    found = [parse(data) for data in chains_of]
    assert [
        None
        if "chain" not in one
        else (one["chain"]["after"], one["chain"]["schedule"], one["chain"]["previous"])
        for one in found
    ] == expected(found)


def test_records_between_are_not_read(trust: Trust, authority: DevelopmentAuthority) -> None:
    store = MemoryStore()
    log = EvidenceLog.open(store, trust.log)
    tell(log, added("a"))
    for _ in range(50):
        log.append(record)
    tell(log, added("b"))
    log.seal(now, [authority])
    read: list[int] = []

    def reading(seq: int) -> bytes:
        read.append(seq)
        return dict(log.entries())[seq]

    assert Chains(reading).link("a", log.size, begins=False).after == 0
    assert read == [51, 0]


def test_what_was_sealed_before_there_were_chains_is_the_event_before(
    trust: Trust, authority: DevelopmentAuthority
) -> None:
    store = MemoryStore()
    log = EvidenceLog.open(store, trust.log)
    start = event_of(added("a"), at=AT, actor="test")
    log.append(lambda place: start.sealed(EntryPlace(seq=0, prev_sha256=place.prev_sha256)))
    run = RunStarted(connection_id="a", slot=AT, run_id="r", trigger="scheduled", by="annexa")
    former = event_of(run, at=AT, actor="test")
    log.append(lambda place: former.sealed(EntryPlace(seq=1, prev_sha256=place.prev_sha256)))
    log.seal(now, [authority])
    log = EvidenceLog.open(store, trust.log)
    tell(log, told("a"))
    tell(log, told("a"))
    assert links(log) == [None, None, (1, None, 1), (2, None, 2)], "its schedule is not told"
    assert not log.schedule_told("a")
    tell(log, changed("a"))
    assert log.schedule_told("a")
    tell(log, told("a"))
    assert log.schedule_told("a")
    assert EvidenceLog.open(store, trust.log).schedule_told("a")
    assert not log.schedule_told("of nobody")
    assert links(log)[4:] == [(3, None, 3), (4, 4, 4)]


@pytest.mark.parametrize("written", [True, False])
def test_an_append_that_failed_is_linked_once(trust: Trust, *, written: bool) -> None:
    store = FailingStore({}, 2, written=written)
    log = EvidenceLog.open(store, trust.log)
    tell(log, added("a"))
    later = AT + timedelta(days=1)
    with pytest.raises(UnavailableError):
        tell(log, told("a"))
    tell(log, told("a"))
    tell(log, told("a"), later)
    assert links(log) == expected(entries(log))


def test_an_entry_that_is_lost_stops_nobody(trust: Trust, authority: DevelopmentAuthority) -> None:
    store = MemoryStore()
    log = EvidenceLog.open(store, trust.log)
    tell(log, added("a"))
    log.append(record)
    log.append(record)
    log.seal(now, [authority])
    del store.objects["entry/000/000/000/001.json"]
    log = EvidenceLog.open(store, trust.log)
    tell(log, told("a"))
    assert parse(store.get("entry/000/000/000/003.json"))["chain"]["after"] == 0
