"""The command line starts light, and whatever is mistyped is one sentence."""

import subprocess
import sys

import pytest

from tests.cli.conftest import Place
from tests.command_line import ROOT, Said, annexa, environment, several

HEAVY = {"alembic", "aiohttp", "azure", "fastapi", "jinja2", "pikepdf", "pyhanko", "uvicorn"}
HEAVY |= {"weasyprint", "numpy", "procrastinate"}


def loaded(program: str) -> set[str]:
    """Names of the heavy packages that a program has imported at its end."""
    done = subprocess.run(
        [sys.executable, "-c", program + "\nimport sys; print(*sys.modules, file=sys.stderr)"],
        cwd=ROOT,
        env=environment({}),
        check=True,
        capture_output=True,
        text=True,
    )
    return HEAVY & {name.split(".")[0] for name in done.stderr.split()}


def test_the_command_line_loads_no_sdk_no_server_and_no_drawing() -> None:
    assert loaded("import app.main") == set()


CALL = """
import app.main
try:
    app.main.run({words!r})
except SystemExit as end:
    assert not end.code, end.code
"""


@pytest.mark.parametrize(
    "words", [["--help"], ["status"], ["connection", "list"], ["token", "list"]]
)
def test_looking_loads_none_of_them_either(words: list[str], place: Place) -> None:
    assert loaded(CALL.format(words=["--home", str(place.home), *words])) == set()


MISTYPED = {
    "colect": "no such command 'colect'",
    "collect --ressume": "no such option: --ressume",
    "connection add": "missing argument",
    "serve --port none": "invalid value for '--port'",
    "pack --from yesterday": "'yesterday' is not a day like 2026-11-23",
    "pack --from 2026-02-30": "'2026-02-30' is not a day",
    "token create x --scope all": "evidence:read",
}
GROUPS = ("connection", "token")


@pytest.fixture(scope="module")
def answers(place: Place) -> dict[str, Said]:
    lines = [*MISTYPED, *GROUPS]
    return dict(zip(lines, several(place.home, [line.split() for line in lines]), strict=True))


@pytest.mark.parametrize("line", MISTYPED)
def test_what_is_mistyped_is_one_sentence_with_exit_code_2(
    line: str, answers: dict[str, Said]
) -> None:
    said = answers[line]
    assert said.code == 2
    assert len(said.err.splitlines()) == 1
    assert said.sentence.endswith("[usage]")
    assert MISTYPED[line] in said.sentence
    assert said.out == ""


@pytest.mark.parametrize("line", GROUPS)
def test_a_group_without_a_command_shows_its_help(line: str, answers: dict[str, Said]) -> None:
    said = answers[line]
    assert said.code == 2
    assert "Commands:" in said.err


def test_a_bundle_that_is_not_there_is_named(place: Place) -> None:
    said = annexa(place.home, "verify", "no-such.asice")
    assert said.code == 3
    assert said.sentence.endswith("[file_unknown]")
    assert "no-such.asice" in said.sentence
