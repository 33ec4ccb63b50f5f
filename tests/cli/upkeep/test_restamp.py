"""annexa restamp: what awaits a timestamp gets one, or the exit code says that it waits on."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from tests.command_line import annexa
from tests.services.authorities import Moody, authority
from tests.services.homes import authority_table, listening


def now() -> datetime:
    return datetime.now(UTC)


def test_a_checkpoint_without_a_token_is_told_and_stamped_once_an_authority_answers(
    tmp_path: Path,
) -> None:
    home = tmp_path / "home"
    tsa = Moody(authority("tsa", now), up=[False])
    with listening(tsa) as url:
        home.mkdir()
        (home / "annexa.toml").write_text(authority_table(home, tsa, url))
        assert annexa(home, "init").code == 0
        told = annexa(home, "status").out
        assert "awaiting timestamp" in told
        assert "Warning: 1 checkpoint(s) await a timestamp" in told
        waiting = annexa(home, "restamp")
        assert waiting.code == 3
        assert "Checkpoint 1, signed " in waiting.out
        assert "503" in waiting.out
        tsa.up[0] = True
        done = annexa(home, "restamp", "--json")
        assert (done.code, json.loads(done.out)["stamped"]) == (0, [1])
    dating = json.loads(annexa(home, "status", "--json").out)["log"]["dating"]
    assert dating["signed_at"] <= dating["stamped_at"] or _same_second(dating)
    assert dating["authorities"] == ["tsa"]


def _same_second(dating: dict[str, str]) -> bool:
    """A token of whole seconds may seem a moment older than what it dates."""
    moment: Callable[[str], datetime] = datetime.fromisoformat
    return abs((moment(dating["signed_at"]) - moment(dating["stamped_at"])).total_seconds()) < 1
