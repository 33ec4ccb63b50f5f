"""The documents say what the code does: links, commands, codes, settings, layers."""

import ast
import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from pydantic import BaseModel

from app.settings import Settings
from collectors.kit import GapKind

ROOT = Path(__file__).parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)\s]*)?\)")
EXIT_CODES = (0, 2, 3, 4, 5)
# Where this was built must not show in what is shipped.
MACHINE_PATHS = re.compile(r"(?<![\w.:*}\])/-])/(?:work/|root/|tmp/work|home/[a-z]+/)")


def tracked(*patterns: str) -> list[Path]:
    """Files of the repository, with those about to be committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    return sorted(ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file())


def documents() -> str:
    """All that a user reads before running anything."""
    return "\n".join(path.read_text("utf-8") for path in tracked("README.md", "docs/*.md"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", tracked("*.md"), ids=named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    links = [link for link in LINK.findall(page.read_text("utf-8")) if "://" not in link]

    broken = [link for link in links if not (page.parent / link).exists()]

    assert broken == []


def test_no_file_names_the_machine_it_was_written_on() -> None:
    found = []
    for path in tracked():
        try:
            lines = path.read_text("utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{named(path)}:{n}" for n, line in enumerate(lines, 1) if MACHINE_PATHS.search(line)
        ]

    assert found == []


@pytest.mark.parametrize("kind", [kind.value for kind in GapKind])
def test_every_gap_kind_is_explained(kind: str) -> None:
    assert f"| `{kind}` |" in (ROOT / "docs/errors.md").read_text("utf-8")


@pytest.mark.parametrize("code", EXIT_CODES)
def test_every_exit_code_is_explained(code: int) -> None:
    assert f"\n| {code} |" in (ROOT / "docs/errors.md").read_text("utf-8")


def error_codes() -> set[str]:
    """Codes that errors carry: of their class, given at a raise, or told by the gateway."""
    sources = tracked("app/*.py", "collectors/*.py")
    return {code for path in sources for code in _codes(ast.parse(path.read_text("utf-8")))}


def _codes(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name, body=body) if name.endswith("Error"):
                for line in body:
                    match line:
                        case (
                            ast.Assign(
                                targets=[ast.Name(id="code")], value=ast.Constant(value=str(code))
                            )
                            | ast.AnnAssign(
                                target=ast.Name(id="code"), value=ast.Constant(value=str(code))
                            )
                        ):
                            yield code
            case ast.Call(
                func=ast.Name(id="GatewayError"), args=[ast.Constant(value=str(code)), *_]
            ):
                yield code
            case ast.Call(func=ast.Name(id=name), keywords=keywords) if name.endswith("Error"):
                for keyword in keywords:
                    match keyword:
                        case ast.keyword(arg="code", value=ast.Constant(value=str(code))):
                            yield code


def test_every_error_code_is_explained() -> None:
    page = (ROOT / "docs/errors.md").read_text("utf-8")

    missing = sorted(code for code in error_codes() if f"| `{code}` |" not in page)

    assert missing == []


def test_no_error_code_is_explained_that_nothing_raises() -> None:
    table = (
        (ROOT / "docs/errors.md").read_text("utf-8").split("## Error codes")[1].split("## Gaps")[0]
    )

    explained = set(re.findall(r"^\| `([a-z_]+)` \|", table, re.MULTILINE))

    told = {  # by an answer where no error is raised, or through a function of its own
        node.value
        for path in tracked("app/*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert sorted(explained - error_codes() - told) == []


def settings(model: type[BaseModel]) -> Iterator[str]:
    """Names of the settings of a table, and of the tables in it."""
    for name, field in model.model_fields.items():
        yield name
        for part in (field.annotation, *get_args(field.annotation)):
            if isinstance(part, type) and issubclass(part, BaseModel):
                yield from settings(part)


@pytest.mark.parametrize("setting", sorted(set(settings(Settings))))
def test_every_setting_is_explained(setting: str) -> None:
    assert f"`{setting}`" in (ROOT / "docs/operate.md").read_text("utf-8")


def test_architecture_names_every_layer() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    layers = project["tool"]["importlinter"]["contracts"][0]["layers"]
    packages = [name for layer in layers for name in layer.split(" | ")]
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")

    missing = [
        name for name in packages if name not in page and f"`{name.replace('.', '/')}" not in page
    ]

    assert missing == []


def test_every_place_of_the_code_map_exists() -> None:
    page = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    code_map = page.split("## Code map")[1].split("\n## ")[0]
    cells = re.findall(r"^\| (`[^|]+) \|", code_map, re.MULTILINE)
    places = [place for cell in cells for place in re.findall(r"`([\w.]+/[\w./]*)`", cell)]

    assert places
    assert [place for place in places if not (ROOT / place).exists()] == []


@pytest.mark.parametrize("page", tracked("docs/decisions/0*.md"), ids=named)
def test_every_decision_tells_context_decision_and_downsides(page: Path) -> None:
    headings = re.findall(r"^## (.+)$", page.read_text("utf-8"), re.MULTILINE)

    assert headings == ["Context", "Decision", "Downsides"]
    assert page.name in (ROOT / "docs/decisions/README.md").read_text("utf-8")


def test_continuous_integration_runs_make_test_and_nothing_else() -> None:
    lines = (ROOT / ".ci/run").read_text("utf-8").splitlines()
    commands = [line for line in lines if line and not line.startswith(("#", "set ", "cd "))]

    assert commands == ["make test"]


def test_make_has_at_most_ten_targets_and_each_says_what_it_does() -> None:
    makefile = (ROOT / "Makefile").read_text("utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    explained = set(re.findall(r"^([a-z]+):.*## \w", makefile, re.MULTILINE))

    assert len(targets) <= 10
    assert targets == explained


def test_bootstrap_and_image_use_the_same_uv() -> None:
    bootstrap = re.search(
        r"^UV_VERSION=(\S+)$", (ROOT / "scripts/bootstrap").read_text(), re.MULTILINE
    )
    image = re.search(r"uv==(\S+)", (ROOT / "scripts/uv-requirements.txt").read_text())

    assert bootstrap is not None
    assert image is not None
    assert bootstrap[1] == image[1]
