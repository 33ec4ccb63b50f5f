"""The shape of the code, as CONTRIBUTING promises it: small files and functions, named by nouns."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from vulture import Vulture

from app.cli.commands import Commands

ROOT = Path(__file__).parents[2]
TOPS = ("app", "collectors", "simulator")
LINES_OF_A_FILE, LINES_OF_A_FUNCTION, PARAMETERS = 300, 60, 8
CALLED_BY_LIBRARIES = [
    *("list_commands", "format_commands"),  # Typer
    *("process_bind_param", "process_result_value"),  # SQLAlchemy
    *("settings_customise_sources", "model_config"),  # pydantic
    *("async_timestamp", "async_sign_raw"),  # pyHanko
    "fetch",  # WeasyPrint
    "redirect_request",  # urllib
    "get_token_info",  # azure-core
]
COMMANDS = ("app/cli/",)
"""Where options of a command line are parameters: a command passes one value on."""


def files() -> Iterator[tuple[str, str]]:
    for top in TOPS:
        for path in sorted((ROOT / top).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text("utf-8")


def functions(text: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    given = function.args
    named = [*given.posonlyargs, *given.args, *given.kwonlyargs]
    return sum(one.arg not in {"self", "cls"} for one in named)


def test_no_file_is_longer_than_one_reads_at_once() -> None:
    assert [name for name, text in files() if text.count("\n") > LINES_OF_A_FILE] == []


def test_no_function_is_longer_than_a_screen() -> None:
    assert [
        f"{name}: {function.name}"
        for name, text in files()
        for function in functions(text)
        if (function.end_lineno or 0) - function.lineno >= LINES_OF_A_FUNCTION
    ] == []


def test_facts_travel_together() -> None:
    assert [
        f"{name}: {function.name}"
        for name, text in files()
        if not name.startswith(COMMANDS)
        for function in functions(text)
        if parameters(function) > PARAMETERS
    ] == []


def test_no_use_case_is_named_by_a_participle() -> None:
    names = [Path(name).stem for name, _ in files() if name.startswith("app/services/")]

    assert [name for name in names if name.endswith("ing")] == []


def test_no_function_is_dead() -> None:
    """Used by the product, its templates or its migrations: a test alone keeps nothing alive."""
    found = Vulture(ignore_names=CALLED_BY_LIBRARIES, ignore_decorators=["@router.*", "@app.*"])
    found.scavenge([str(ROOT / top) for top in ("app", "collectors", "migrations")])
    templates = "".join(
        path.read_text("utf-8") for path in (ROOT / "evidence_templates").rglob("*.j2")
    )
    entries = "\n".join(one.place for one in Commands.table.values())

    assert [
        f"{Path(one.filename).relative_to(ROOT)}: {one.name}"
        for one in found.get_unused_code()
        if one.typ in {"function", "method", "class", "property"}
        and not re.search(rf"\.{one.name}\b", templates)
        and not re.search(rf":{one.name}\b", entries)
    ] == []
