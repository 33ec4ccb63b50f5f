"""The rules' archive: whole, equal for equal code, and in need of nothing but Python."""

import io
import subprocess
import sys
import zipfile
from pathlib import Path

from app.services.nights.rules_archive import rules_archive
from app.services.nights.tool import tool
from collectors.kit.catalogue.registry import all_collectors

SEEN = """
import sys
sys.path.insert(0, sys.argv[1])
from collectors.kit import interpret, judge
from collectors.kit.catalogue.registry import all_collectors
print(" ".join(c.id for c in all_collectors()))
print(interpret.__file__)
"""


def test_equal_code_gives_equal_bytes() -> None:
    first = rules_archive()
    rules_archive.cache_clear()

    assert rules_archive() == first
    with zipfile.ZipFile(io.BytesIO(first)) as archive:
        infos = archive.infolist()
    assert {info.compress_type for info in infos} == {zipfile.ZIP_STORED}
    assert {info.date_time for info in infos} == {(1980, 1, 1, 0, 0, 0)}


def test_nothing_that_talks_to_azure_is_in_it() -> None:
    with zipfile.ZipFile(io.BytesIO(rules_archive())) as archive:
        names = archive.namelist()

    assert "collectors/kit/judge.py" in names
    assert "collectors/catalog/storage/accounts.py" in names
    assert not [name for name in names if name.startswith("collectors/azure")]


def test_it_runs_by_itself_in_a_python_without_packages(tmp_path: Path) -> None:
    archive = tmp_path / "rules.zip"
    archive.write_bytes(rules_archive())

    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", SEEN, str(archive)],
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )

    ids, file = done.stdout.splitlines()
    assert ids.split() == [collector.id for collector in all_collectors()]
    assert file.startswith(str(archive))


def test_a_record_will_name_it() -> None:
    assert len(str(tool()["rules_sha256"])) == 64
