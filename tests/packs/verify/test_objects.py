"""Objects are what their digests say; verdicts are read whole only where that takes no memory."""

import hashlib
from pathlib import Path

import pytest

from app.packs.verify.container.files import Folder
from app.packs.verify.log.objects import LARGE, compare
from app.trust.time.openssl import Refused

CANONICAL, OTHER = b'[{"a":1}]', b'[{"a": 1}]'


def placed(folder: Path, data: bytes) -> str:
    name = f"derived/{hashlib.sha256(data).hexdigest()}.json"
    (folder / "derived").mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return name


def test_verdicts_are_in_their_one_form(tmp_path: Path) -> None:
    good, bad = placed(tmp_path, CANONICAL), placed(tmp_path, OTHER)
    bundle = Folder(tmp_path)
    compare(bundle, good)
    with pytest.raises(Refused) as told:
        compare(bundle, bad)
    assert told.value.code == "derived_malformed"


def test_the_form_of_very_large_ones_is_left_to_re_performance_and_their_digest_is_not(
    tmp_path: Path,
) -> None:
    name = placed(tmp_path, OTHER.ljust(LARGE + 1))
    compare(Folder(tmp_path), name)
    (tmp_path / name).write_bytes(OTHER.ljust(LARGE + 2))
    with pytest.raises(Refused) as told:
        compare(Folder(tmp_path), name)
    assert told.value.code == "derived_changed"
