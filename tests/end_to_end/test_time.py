"""A night while every authority is down, stamped later by two; its bundle checked by both roots."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zipfile import ZipFile

import pytest

from app.packs.view.facts import Engagement
from app.services.home.installation import open_ports
from app.services.nights.schedule.tick import tick
from app.services.packing.pack import IssuedPack, issue_pack
from app.services.proof.whole_store import verify_store
from app.services.reading.status import log_status
from app.trust.time.timestamp import TimestampUnavailableError
from simulator.process import SimulatorProcess
from tests.command_line import annexa
from tests.installation import Installation, installed
from tests.services.authorities import Moody, authority
from tests.services.homes import authority_table, listening
from tests.trust.imitated import Imitation
from tests.trust.time.test_real_authorities import REQUIRED


def now() -> datetime:
    return datetime.now(UTC)


OF_ANOTHER_TIME = 'clock_limit = "P3650D"\n'
"""The simulated tenant's clock stands at its own date; ours is true, as the authorities' are."""


def issued(place: Installation) -> IssuedPack:
    today = now().date()
    engagement = Engagement(
        name="Audit",
        auditor="Northbridge",
        scope="All",
        first=today - timedelta(days=1),
        last=today,
    )
    return issue_pack(place.ports, place.connection, engagement)


def test_all_authorities_down_then_two_answer_and_both_roots_are_needed(
    tmp_path: Path, simulator: SimulatorProcess
) -> None:
    home = tmp_path / "home"
    one, two = Moody(authority("one", now)), Moody(authority("two", now))
    with listening(one) as first, listening(two) as second, installed(home, simulator) as plain:
        file = home / "annexa.toml"
        tables = authority_table(home, one, first) + authority_table(home, two, second)
        file.write_text(OF_ANOTHER_TIME + file.read_text() + tables)
        place = replace(plain, ports=open_ports(home, now))
        one.up[0] = two.up[0] = False
        night = place.collect()
        assert night.awaiting_timestamp
        assert "awaiting timestamp" in log_status(place.ports).time
        with pytest.raises(TimestampUnavailableError, match="503"):
            issued(place)

        one.up[0] = two.up[0] = True
        assert night.log_size in tick(place.ports, "test").stamped
        told = log_status(place.ports).dating
        assert told.authorities == ("one", "two")
        assert told.signed_at is not None
        assert told.stamped_at is not None
        pack = issued(place)
        assert verify_store(place.ports).faults == ()
        place.ports.close()

    with ZipFile(pack.bundle) as opened:
        assert json.loads(opened.read("manifest.json"))["timestamps"] == ["one", "two"]
        assert "checkpoint/checkpoint.2.tsr" in opened.namelist()
    assert annexa(home, "verify", pack.bundle).code == 0, "the home knows all its roots"
    anchors = ["--root", home / "trust" / "root.pem", "--log-vkey", home / "trust" / "log.vkey"]
    roots = [word for name in ("one", "two") for word in ("--time-root", home / f"{name}-root.pem")]
    assert annexa(tmp_path / "none", "verify", pack.bundle, *anchors, *roots).code == 0
    lacking = annexa(tmp_path / "none", "verify", pack.bundle, *anchors, *roots[:2])
    assert lacking.code == 5
    assert "META-INF/ASiCManifest003.xml" in lacking.out

    far = (now() + timedelta(days=365 * 30)).isoformat()
    expired = annexa(home, "verify", pack.bundle, "--at", far)
    assert expired.code == 5
    assert "certificate has expired" in expired.out
    assert annexa(home, "verify", pack.bundle, "--at", now().isoformat()).code == 0
    assert annexa(home, "verify", "--at", now().isoformat()).code == 2


def test_a_pack_dated_as_real_authorities_date_verifies_everywhere(
    tmp_path: Path, simulator: SimulatorProcess
) -> None:
    """Unsorted certificates and fractions; a cross-signed root with ids of the whole chain."""
    home = tmp_path / "home"
    one = real("certificates unsorted", "one", tmp_path)
    two = real("cross-signed, ids under the old", "two", tmp_path)
    with listening(one) as first, listening(two) as second, installed(home, simulator) as plain:
        file = home / "annexa.toml"
        tables = authority_table(home, one, first) + authority_table(home, two, second)
        file.write_text(OF_ANOTHER_TIME + file.read_text() + tables)
        place = replace(plain, ports=open_ports(home, now))
        assert not place.collect().awaiting_timestamp
        pack = issued(place)
        assert verify_store(place.ports).faults == ()
        place.ports.close()

    anchors = ["--root", home / "trust" / "root.pem", "--log-vkey", home / "trust" / "log.vkey"]
    roots = [word for name in ("one", "two") for word in ("--time-root", home / f"{name}-root.pem")]
    assert annexa(home, "verify", pack.bundle).code == 0
    assert annexa(home, "verify", "--pack", pack.pdf).code == 0
    assert annexa(tmp_path / "none", "verify", pack.bundle, *anchors, *roots).code == 0
    with ZipFile(pack.bundle) as opened:
        (tmp_path / "verify.py").write_bytes(opened.read("verify.py"))
    vkey = (home / "trust" / "log.vkey").read_text().strip()
    command = [sys.executable, "-I", "-S", tmp_path / "verify.py", pack.bundle, *anchors[:2]]
    done = subprocess.run(
        [*map(str, command), "--log-vkey", vkey, *map(str, roots)],
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "RESULT: VERIFIED")


def real(case: str, name: str, folder: Path) -> Imitation:
    """An authority that answers as this case of a real one, under this name."""
    found = next(one for one in REQUIRED if one.id == case).build(now(), folder / f"tsa-{name}")
    found.name = name
    return found
