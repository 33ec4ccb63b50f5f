"""The secret of the salts: made once, by those who write, and never half."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.errors import UnavailableError, UsageError
from app.trust.keys.durable_files import SALT_KEY
from app.trust.keys.salt_key import need_salts, read_salts


def test_a_folder_of_before_there_were_salts_is_read_and_not_written(tmp_path: Path) -> None:
    assert read_salts(tmp_path) is None
    assert not list(tmp_path.iterdir())


def test_who_writes_makes_it_once_for_its_owner_alone(tmp_path: Path) -> None:
    made = need_salts(tmp_path)

    assert need_salts(tmp_path) == read_salts(tmp_path) == made
    assert [path.name for path in tmp_path.iterdir()] == [SALT_KEY]
    assert stat.S_IMODE((tmp_path / SALT_KEY).stat().st_mode) == 0o600


def test_many_who_make_it_at_once_have_the_same(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(need_salts, [tmp_path] * 32))

    assert {one.key for one in made} == {(tmp_path / SALT_KEY).read_bytes()}


@pytest.mark.parametrize("data", [b"", b"short", bytes(33)])
def test_a_damaged_one_is_refused_and_never_replaced(data: bytes, tmp_path: Path) -> None:
    (tmp_path / SALT_KEY).write_bytes(data)
    with pytest.raises(UsageError, match=r"restore it from your backup"):
        need_salts(tmp_path)
    assert (tmp_path / SALT_KEY).read_bytes() == data


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="cannot be written"):
        need_salts(tmp_path / "none")
