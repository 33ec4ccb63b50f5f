"""What waits in a file for temporary files."""

from pathlib import Path

import pytest

from app.errors import UnavailableError
from app.store import stage
from app.store.stage import TemporaryStage


def put(_: str, data: bytes) -> bool:
    raise AssertionError(data)


@pytest.mark.parametrize("error", [FileNotFoundError(2, "No usable temporary directory"), OSError])
def test_without_a_folder_for_temporary_files_the_next_step_is_told(
    error: OSError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> None:
        raise error

    monkeypatch.setattr(stage, "TemporaryFile", refuse)
    with pytest.raises(UnavailableError, match=r"TMPDIR, then run the command again\.$"):
        TemporaryStage(put)


def test_a_full_disk_for_temporary_files_is_told_and_nothing_is_published(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Path("/dev/full").open("w+b", buffering=0) as full:
        monkeypatch.setattr(stage, "TemporaryFile", lambda: full)
        waiting = TemporaryStage(put)
        with pytest.raises(UnavailableError, match="No space left on device"):
            waiting.write(b"x" * 100_000)
        waiting.discard()


def test_what_was_read_is_what_is_published() -> None:
    published: list[bytes] = []

    def taking(key: str, data: bytes) -> bool:
        assert key == "raw/one"
        published.append(data)
        return True

    waiting = TemporaryStage(taking)
    waiting.write(b"some bytes")
    body = waiting.read()
    assert waiting.publish("raw/one")
    assert published[0] is body
