"""A whole night on a watched disk: pages, records, tiles, checkpoint, token, in this order."""

from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import StartSimulator
from tests.installation import installed
from tests.store.disk import watched


def test_nothing_is_named_before_what_it_stands_on_is_there_for_sure(
    tmp_path: Path, start_simulator: StartSimulator
) -> None:
    with (
        start_simulator(resources=120, quotas="off", as_of=datetime.now(UTC)) as tenant,
        watched(tmp_path / "home" / "store") as disk,
        installed(tmp_path / "home", tenant) as it,
    ):
        assert it.collect().log_size > 2
    assert disk.faults == []
    assert disk.new_names == set()
    named = [name for call, name in disk.calls if call == "link"]
    assert sum(name.startswith("raw/") for name in named) > 10
    assert sum(name.startswith("checkpoint/") for name in named) >= 4
