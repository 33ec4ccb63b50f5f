"""The code map of ARCHITECTURE.md names every folder, and no other."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
ROW = re.compile(r"^\| `((?:app|collectors|simulator)/[a-z_/]*)` \| (.+) \|$", re.MULTILINE)
BY_AREA = ("collectors/catalog/", "simulator/tenant/types/")
"""Folders whose areas are found by file: a new area takes no line."""

MOST = 14


def folders() -> set[str]:
    found = {
        f"{file.parent.relative_to(ROOT).as_posix()}/"
        for top in ("app", "collectors", "simulator")
        for file in (ROOT / top).rglob("*.py")
    }
    return {one for one in found if not one.startswith(BY_AREA) or one in BY_AREA}


def rows() -> list[tuple[str, str]]:
    return ROW.findall((ROOT / "ARCHITECTURE.md").read_text("utf-8"))


def test_the_code_map_has_a_line_a_folder() -> None:
    named = [folder for folder, _ in rows()]

    assert sorted(named) == sorted(folders())


def test_each_line_says_something_of_its_own() -> None:
    told = [line for _, line in rows()]

    assert len(set(told)) == len(told)
    assert all(len(line) > len("HTTP") for line in told)


def test_no_room_is_overfull() -> None:
    """Fourteen files a folder is what one can hold in mind."""
    counted = {folder: len(list((ROOT / folder).glob("*.py"))) for folder in folders()}

    assert {folder: files for folder, files in counted.items() if files > 14} == {}
