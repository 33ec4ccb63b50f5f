"""Commands are listed without being imported, and the list says what each says of itself."""

import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import pytest
from typer.main import get_command

from app.cli.commands import Commands, app
from app.cli.lazy import Lazy, LazyGroup
from tests.command_line import annexa

LIGHT = (["--help"], ["--version"], ["collectors"], ["collectors", "--json"], ["permissions"])
GROUPS = ("connection", "log", "time", "hold", "retention", "worm", "trust", "token")
HEAVY = ("sqlalchemy", "fastapi", "weasyprint", "azure", "cryptography", "structlog")


@pytest.mark.parametrize("name", Commands.table)
def test_the_list_shows_the_first_sentences_of_each_command(name: str) -> None:
    command = get_command(app).commands[name]  # type: ignore[attr-defined]

    told = (command.help or "").partition("\n\n")[0].replace("\n", " ")

    assert told == Commands.table[name].help


@pytest.mark.parametrize("name", GROUPS)
def test_a_group_without_a_command_shows_its_help_and_nothing_else(
    name: str, tmp_path: Path
) -> None:
    told = annexa(tmp_path, name)

    assert told.code == 2
    assert "Commands:" in told.err
    assert "[usage]" not in told.out + told.err


@pytest.mark.parametrize("words", LIGHT, ids=" ".join)
def test_what_needs_no_home_imports_only_what_it_uses(words: list[str], tmp_path: Path) -> None:
    program = (
        "import sys; from app.main import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program, *words],
        capture_output=True,
        text=True,
        check=True,
        env={"ANNEXA_HOME": f"{tmp_path}/none", "PYTHONPATH": ".", "PATH": ""},
    )

    assert ended.stdout
    assert set(ended.stderr.split()).isdisjoint(HEAVY)


def test_commands_are_listed_in_the_order_of_the_table_and_no_other_is_known() -> None:
    class Group(LazyGroup):
        table: ClassVar[dict[str, Lazy]] = {name: Lazy("", "") for name in ("zeal", "audit")}

    group = Group(name="group")

    assert group.list_commands(ctx=None) == ["zeal", "audit"]
    assert "audit" in group.commands
    assert "audti" not in group.commands
