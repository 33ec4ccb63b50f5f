"""All authorities down: the night is sealed, awaits its token, and shows both times once it has."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from app.db.rows.log import checkpoints
from app.services.home.installation import Ports, open_ports
from app.services.index.events import record_event
from app.services.log.checkpoint_time import dated
from app.services.log.checkpoints import Token, read_checkpoint, token_key
from app.services.nights.schedule.tick import tick
from app.services.proof.whole_store import verify_store
from app.services.reading.status import log_status
from app.services.upkeep.restamp import restamp, stamp_awaiting
from tests.facts import told
from tests.services.authorities import Issuer, Moody, SetClock, authority
from tests.services.homes import home_with, listening


@pytest.fixture
def clock() -> SetClock:
    return SetClock()


@pytest.fixture
def one(clock: SetClock) -> Moody:
    return Moody(authority("one", clock, days=400))


@pytest.fixture
def two(clock: SetClock) -> Moody:
    return Moody(authority("two", clock))


@pytest.fixture
def ports(tmp_path: Path, clock: SetClock, one: Moody, two: Moody) -> Iterator[Ports]:
    with (
        listening(one) as first,
        listening(two) as second,
        home_with(tmp_path / "home", clock, (one, first), (two, second)) as opened,
    ):
        yield opened


def seal(ports: Ports) -> int:
    return record_event(ports, told(), actor="test") + 1


def names(ports: Ports, size: int) -> list[str]:
    return [token_key(size, token.number) for token in _tokens(ports, size)]


def test_a_night_without_any_authority_is_sealed_and_stamped_by_a_later_tick(
    ports: Ports, clock: SetClock, one: Moody, two: Moody
) -> None:
    one.up[0] = two.up[0] = False
    signed = clock.at = clock.at + timedelta(hours=24)
    size = seal(ports)
    found = log_status(ports)
    assert (found.sealed, found.dating.stamped_at, found.dating.signed_at) == (size, None, signed)
    assert found.time == "last checkpoint signed 2026-03-15 02:00:00 UTC, awaiting timestamp"
    assert [each.size for each in found.dating.awaiting] == [size]
    assert "await a timestamp, the first signed 2026-03-15 02:00:00 UTC" in found.dating.warnings[0]

    clock.at += timedelta(minutes=1)
    assert tick(ports, "test").stamped == ()
    assert stamp_awaiting(ports).awaiting[0].reason.count("503") == 2

    one.up[0] = two.up[0] = True
    clock.at += timedelta(hours=3)
    assert tick(ports, "test").stamped == (size,)
    after = log_status(ports)
    assert (after.dating.signed_at, after.dating.stamped_at) == (signed, clock.at)
    assert after.time == (
        "last checkpoint signed 2026-03-15 02:00:00 UTC, stamped 2026-03-15 05:01:00 UTC "
        "by one and two"
    )
    assert (after.dating.awaiting, after.dating.warnings) == ((), ())
    with ports.database.read() as session:
        row = checkpoints(session)[-1]
    assert (row.size, row.signed_at, row.stamped_at) == (size, signed, clock.at)
    assert tick(ports, "test").stamped == (), "what has its tokens is left alone"


def test_checkpoints_in_between_are_stamped_too_and_indexed_once_they_are(
    ports: Ports, clock: SetClock, one: Moody, two: Moody
) -> None:
    one.up[0] = two.up[0] = False
    early = seal(ports)
    one.up[0] = True
    late = seal(ports)
    with ports.database.read() as session:
        assert [row.size for row in checkpoints(session)] == [1, late]
    clock.at += timedelta(minutes=30)
    assert early in stamp_awaiting(ports).stamped
    with ports.database.read() as session:
        indexed = {row.size: row.stamped_at for row in checkpoints(session)}
    assert indexed[early] == clock.at
    assert indexed[late] == clock.at - timedelta(minutes=30)


def test_a_second_authority_that_was_down_is_asked_again(ports: Ports, two: Moody) -> None:
    two.up[0] = False
    size = seal(ports)
    assert names(ports, size) == [token_key(size)]
    assert "only one of the time authorities" in log_status(ports).dating.warnings[0]
    assert stamp_awaiting(ports).stamped == ()
    two.up[0] = True
    assert stamp_awaiting(ports).stamped == (size,)
    assert names(ports, size) == [token_key(size), token_key(size, 2)]


def test_what_was_stamped_before_an_authority_was_configured_or_retired_still_verifies(
    tmp_path: Path, clock: SetClock, one: Moody
) -> None:
    with listening(one) as url, home_with(tmp_path / "home", clock, (one, url)) as ports:
        size = seal(ports)
        assert verify_store(ports).faults == (), "the first token is the development authority's"
    file = tmp_path / "home" / "annexa.toml"
    file.write_text(file.read_text() + "retired = true\n")
    ports = open_ports(tmp_path / "home", clock)
    assert [authority.name for authority in ports.authorities] == ["built-in development authority"]
    assert dated(read_checkpoint(ports.store, ports.trust.log, size), ports.known_authorities).at
    assert verify_store(ports).faults == ()
    file.write_text(file.read_text().split('[[time_authorities]]\nname = "one"')[0])
    ports.close()
    ports = open_ports(tmp_path / "home", clock)
    assert {fault.object for fault in verify_store(ports).faults} == {token_key(size)}
    ports.close()


def test_tokens_are_renewed_once_the_authority_has_a_certificate_that_lives_longer(
    tmp_path: Path, clock: SetClock
) -> None:
    issuer = Issuer.made(clock)
    tsa = Moody(authority("tsa", clock, 400, issuer))
    with listening(tsa) as url, home_with(tmp_path / "home", clock, (tsa, url)) as ports:
        sizes = [seal(ports), seal(ports)]
        restamp(ports, None)
        clock.at += timedelta(days=300)
        assert restamp(ports, timedelta(days=90)).renewed == ()
        clock.at += timedelta(days=30)
        assert "last timestamp expire 2027-04-18" in log_status(ports).dating.warnings[-1]
        early = restamp(ports, timedelta(days=90))
        assert (early.renewed, early.expiring) == ((), (1, *sizes)), "nothing to gain yet"
        tsa.inner = authority("tsa", clock, 400, issuer)
        assert restamp(ports, timedelta(days=90)).renewed == (1, *sizes)
        assert restamp(ports, timedelta(days=90)).renewed == (), "once is enough"
        assert len(log_status(ports).dating.warnings) == 1
        assert [t.renewal for t in _tokens(ports, sizes[0])] == [False, True]
        clock.at += timedelta(days=200)
        assert verify_store(ports).faults == ()
        assert restamp(ports, None, every=True).renewed == (), "and again when there is a gain"


def _tokens(ports: Ports, size: int) -> tuple[Token, ...]:
    return read_checkpoint(ports.store, ports.trust.log, size).tokens


def test_a_dead_authority_is_asked_once_a_round_and_not_for_every_checkpoint(
    ports: Ports, one: Moody, two: Moody
) -> None:
    one.up[0] = two.up[0] = False
    for _ in range(3):
        seal(ports)
    one.asked.clear()
    assert len(stamp_awaiting(ports).awaiting) == 3
    assert len(one.asked) == 1


def test_with_one_authority_the_status_says_that_a_second_would_help(
    tmp_path: Path, clock: SetClock
) -> None:
    with home_with(tmp_path / "home", clock) as ports:
        found = log_status(ports)
    assert found.assurance == "development"
    assert found.dating.warnings[0].startswith("one time authority dates the log")
