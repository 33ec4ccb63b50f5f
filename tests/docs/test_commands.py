"""Every command is shown to users, and every command line they are shown can be typed."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from app.cli.commands import app

ROOT = Path(__file__).parents[2]


def pages() -> list[Path]:
    """Documents of the repository, with those about to be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return [ROOT / name for name in listed.splitlines() if (ROOT / name).is_file()]


def guide() -> str:
    """README and user guide, with no home folder named in their commands."""
    found = [page for page in pages() if page.name == "README.md" or page.parent.name == "docs"]
    text = "\n".join(page.read_text("utf-8") for page in found)
    return re.sub(r"annexa --home \S+ ", "annexa ", text)


def commands(command: Any, words: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command that does something, with the words that call it."""
    for name, child in getattr(command, "commands", {}).items():
        if hasattr(child, "commands"):
            yield from commands(child, (*words, name))
        else:
            yield (*words, name), child


TREE = get_command(app)
COMMANDS = dict(commands(TREE))


@pytest.mark.parametrize("words", sorted(COMMANDS), ids=" ".join)
def test_every_command_is_shown_to_users(words: tuple[str, ...]) -> None:
    assert f"annexa {' '.join(words)}" in guide()


def options(command: Any) -> set[str]:
    return {
        name for parameter in command.params for name in parameter.opts if name.startswith("--")
    }


def command_lines() -> Iterator[tuple[str, str]]:
    """(page, line) of every call of annexa that the documents show as something to type."""
    for page in pages():
        for line in page.read_text("utf-8").replace("\\\n", " ").splitlines():
            typed = [line.strip()] if line.startswith("    ") else re.findall(r"`([^`]+)`", line)
            for text in typed:
                if re.match(r"(\.venv/bin/)?annexa [a-z-]", text):
                    yield page.relative_to(ROOT).as_posix(), text.split("#")[0].strip()


@pytest.mark.parametrize(("page", "line"), sorted(set(command_lines())))
def test_every_command_line_shown_can_be_typed(page: str, line: str) -> None:
    del page
    plain = re.sub(r"--home \S+ ", "", line).split()[1:]
    words = next((w for w in COMMANDS if tuple(plain[: len(w)]) == w), None)

    assert words is not None
    shown = {word for word in plain if word.startswith("--")}
    assert shown <= options(COMMANDS[words]) | options(TREE) | {"--help"}
