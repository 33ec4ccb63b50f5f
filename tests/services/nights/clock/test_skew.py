"""A clock that is wrong is noticed by Azure's own, in status and pack."""

from datetime import timedelta
from pathlib import Path

from app.evidence.canonical import canonical
from app.evidence.observed import SealedRecord
from app.evidence.record import RECORD_SCHEMA, EntryPlace
from app.services.home.installation import Ports
from app.services.nights.clock.skew import widest_skew
from tests.services.authorities import SetClock
from tests.services.homes import home_with

CLOCK = SetClock()


def sealed(ports: Ports, scope: str, skew: int | None) -> SealedRecord:
    def build(place: EntryPlace) -> bytes:
        time = {"collected_at": "2026-03-14T02:00:00.000Z", "clock": {"azure_skew_ms": skew}}
        return canonical({"schema": RECORD_SCHEMA, "seq": place.seq, "time": time})

    entry = ports.open_log().append(build)
    return SealedRecord(
        seq=entry.seq,
        record_id=f"r{entry.seq}",
        slot=CLOCK.at,
        collector_id="inventory.resources",
        scope=scope,
        outcome="collected",
        collected_at=CLOCK.at,
        sha256=entry.sha256,
        items=0,
        pages=0,
        announced=None,
        seen=None,
        controls=(),
    )


def test_the_widest_difference_of_either_sign_is_judged_by_the_setting(tmp_path: Path) -> None:
    with home_with(tmp_path / "home", CLOCK) as ports:
        assert ports.settings.clock_skew == timedelta(minutes=2)
        fine = [sealed(ports, "tenant", skew) for skew in (None, 400, -119_000)]
        found = widest_skew(ports, fine)
        assert found is not None
        assert (found.milliseconds, found.suspect) == (-119_000, False)
        assert found.sentence == "our clock was up to 119.0 s behind Azure's (night of 2026-03-14)"
        late = widest_skew(ports, [*fine, sealed(ports, "tenant", 121_000)])
        assert late is not None
        assert late.suspect
        assert late.sentence.startswith("times of collection are doubtful: our clock was up to 121")
        assert widest_skew(ports, [sealed(ports, "tenant", None)]) is None
        assert widest_skew(ports, [sealed(ports, "subscription/x", 999_000)]) is None
