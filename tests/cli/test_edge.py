"""Text from outside acts on no terminal: not printed, not in a table, not as JSON."""

import io
import json

import pytest
from rich.table import Table

from app.cli.edge import Terminal, print_json

ACTING = "a\x1b[2Jb\x07\x9b31m\u202ec\rd\u2028e"
SHOWN = r"a\x1b[2Jb\x07\x9b31m\u202ec\rd\u2028e"


def console() -> tuple[Terminal, io.StringIO]:
    out = io.StringIO()
    return Terminal(file=out, width=200, force_terminal=True), out


def test_a_printed_text_is_shown_with_what_acts_as_its_escape() -> None:
    terminal, out = console()
    terminal.print(ACTING)
    assert out.getvalue() == SHOWN + "\n"


def test_lines_of_our_own_keep_their_ends() -> None:
    terminal, out = console()
    terminal.print("one\ntwo é 医")
    assert out.getvalue() == "one\ntwo é 医\n"


def test_cells_of_tables_are_shown_so_too() -> None:
    terminal, out = console()
    table = Table(box=None)
    table.add_column("name")
    table.add_row(ACTING)
    terminal.print(table)
    assert SHOWN in out.getvalue()
    assert "\x1b[2J" not in out.getvalue()


@pytest.mark.parametrize(
    "shown", ["64:AB:7E:CD:00", "a tag :smile: of a group", "one:cd:two", "a [bold]tag[/bold]"]
)
def test_text_is_neither_markup_nor_a_picture(shown: str) -> None:
    terminal, out = console()
    terminal.print(shown)
    table = Table(box=None)
    table.add_row(shown)
    terminal.print(table)
    assert out.getvalue().split("\n")[0] == shown
    assert out.getvalue().count(shown) == 2


def test_json_says_the_same_and_holds_nothing_that_acts(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({ACTING: [ACTING, "é 医 \U0001f512"]})
    text = capsys.readouterr().out
    assert json.loads(text) == {ACTING: [ACTING, "é 医 \U0001f512"]}
    assert all(c.isprintable() or c == "\n" for c in text)
