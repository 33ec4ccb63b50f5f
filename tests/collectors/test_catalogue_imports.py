"""A catalogue file leans on the kit and the standard library alone."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

CATALOGUE = Path(__file__).parents[2] / "collectors" / "catalog"
FILES = sorted(CATALOGUE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or "")


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(CATALOGUE)))
def test_a_catalogue_file_imports_only_the_kit_and_the_standard_library(path: Path) -> None:
    for module in imported(path):
        kit = module == "collectors.kit" or module.startswith("collectors.kit.")
        assert kit or module.split(".")[0] in sys.stdlib_module_names, module
