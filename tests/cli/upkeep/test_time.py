"""annexa time check: what each authority's tokens are good for, before a night depends on it."""

import json
import re
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.trust.time.timestamp_token import read_token
from tests.command_line import annexa
from tests.services.authorities import Moody, authority
from tests.services.homes import authority_table, listening
from tests.trust.imitated import Imitation
from tests.trust.time.test_real_authorities import REQUIRED


def now() -> datetime:
    return datetime.now(UTC)


def real(case: str, folder: Path) -> Imitation:
    """An authority that answers as this case of a real one."""
    found = next(one for one in REQUIRED if one.id == case).build(now(), folder / case)
    found.name = case
    return found


def home_asking(home: Path, open_servers: ExitStack, *authorities: Imitation | Moody) -> Path:
    home.mkdir()
    tables = [
        authority_table(home, one, open_servers.enter_context(listening(one)))
        for one in authorities
    ]
    # a root's file is looked for in the home folder, wherever the command is typed
    (home / "annexa.toml").write_text("".join(tables).replace(f"{home}/", ""))
    return home


@dataclass(frozen=True)
class Told:
    """What is said of one authority."""

    case: str
    code: int
    words: str
    reason: str


@pytest.mark.parametrize(
    "told",
    [
        Told("certificates unsorted", 0, "reached, token accepted, it says ", ""),
        Told("microseconds", 0, "bundles will verify", ""),
        Told("expired root", 5, "reached, token refused", "certificate has expired; ask the"),
        Told("wrong purpose", 5, "reached, token refused", "is not timeStamping alone"),
        Told("cross-signed, ids under the new", 5, "token refused", "pin the root that signed it"),
        Told("not reached", 3, "not reached", "503: Service Unavailable; check its url"),
    ],
    ids=lambda told: told.case,
)
def test_each_authority_is_tried_and_told(told: Told, tmp_path: Path) -> None:
    with ExitStack() as servers:
        dead = told.case == "not reached"
        one = Moody(authority(told.case, now), up=[False]) if dead else real(told.case, tmp_path)
        home = home_asking(tmp_path / "home", servers, one)
        assert annexa(home, "init").code == 0
        before = sorted((home / "store").rglob("*"))
        said = annexa(home, "time", "check")
        assert said.code == told.code, said.out + said.err
        assert said.out.startswith(f"{told.case} (http://127.0.0.1:")
        assert told.words in said.out
        assert told.reason in said.out
        listed = annexa(home, "time", "check", "--json")
        assert listed.code == told.code
        (found,) = json.loads(listed.out)["authorities"]
        assert sorted((home / "store").rglob("*")) == before, "nothing is stored"
    assert found["name"] == told.case
    assert found["reached"] is (told.code != 3)
    assert found["accepted"] is found["bundles_verify"] is (told.code == 0)
    assert (found["reason"] == "") is (told.code == 0)
    assert (found["time"] is None) is (told.code != 0)


def test_one_that_fails_decides_the_exit_code(tmp_path: Path) -> None:
    with ExitStack() as servers:
        good, silent = Moody(authority("good", now)), Moody(authority("silent", now), up=[False])
        home = home_asking(tmp_path / "home", servers, good, silent)
        assert annexa(home, "init").code == 0
        said = annexa(home, "time", "check")
    assert said.code == 3
    assert "good (http" in said.out
    assert "silent (http" in said.out


def test_the_development_authority_is_told_to_prove_nothing(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert annexa(home, "init").code == 0
    said = annexa(home, "time", "check")
    assert said.code == 0
    assert "proves nothing about time" in said.out


def test_without_openssl_nobody_says_that_bundles_verify(tmp_path: Path) -> None:
    home = tmp_path / "home"
    assert annexa(home, "init").code == 0
    said = annexa(home, "time", "check", env={"PATH": str(tmp_path)})
    assert said.code == 5
    assert "install OpenSSL 3" in said.out
    assert "bundles will verify" not in said.out


@pytest.mark.parametrize("case", ["milliseconds", "microseconds"])
def test_fractions_of_a_second_are_told_as_the_token_has_them(case: str, tmp_path: Path) -> None:
    with ExitStack() as servers:
        home = home_asking(tmp_path / "home", servers, real(case, tmp_path))
        assert annexa(home, "init").code == 0
    token = next((home / "store").rglob("*.tsr"))
    exact = read_token(token.read_bytes()).exact
    assert re.fullmatch(r"[0-9T:-]{19}(\.[0-9]{1,6})?Z", exact)
    (listed,) = json.loads(annexa(home, "log", "checkpoints", "--json").out)
    assert listed["stamped_exact"] == exact
    shown = exact.replace("T", " ").removesuffix("Z")
    assert f"stamped {shown} " in annexa(home, "log", "checkpoints").out
    assert f"stamped {shown} UTC by" in annexa(home, "status").out
    status = json.loads(annexa(home, "status", "--json").out)["log"]["dating"]
    assert status["stamped_exact"] == exact
