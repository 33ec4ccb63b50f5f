"""The page on the API names every route, and no other; the image asks one of them for health."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import FastAPI

from app.api.application import create_app
from app.services.home.installation import open_ports
from app.services.upkeep.new_home import initialise

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def application(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    home = tmp_path_factory.mktemp("docs") / "home"
    initialise(home, "Example Health", lambda: datetime.now(UTC))
    ports = open_ports(home, lambda: datetime.now(UTC))
    yield create_app(ports)
    ports.close()


def routes(application: FastAPI) -> set[str]:
    paths = application.openapi()["paths"]
    return {f"{method.upper()} {path}" for path, asked in paths.items() for method in asked}


def test_every_route_is_on_the_page_and_no_other(application: FastAPI) -> None:
    page = (ROOT / "docs/api.md").read_text("utf-8")

    shown = set(re.findall(r"`((?:GET|POST|PUT|DELETE) /[^`]*)`", page))

    assert shown == {route for route in routes(application) if not route.startswith("HEAD")}


def test_the_page_names_the_scope_each_route_needs(application: FastAPI) -> None:
    rows = re.findall(
        r"^\| (`[^|]+`) \| (\S+) \|", (ROOT / "docs/api.md").read_text("utf-8"), re.MULTILINE
    )
    shown = {
        route: scope.strip("`")
        for cell, scope in rows
        for route in re.findall(r"`([A-Z]+ [^`]+)`", cell)
    }
    needed = {
        f"{method.upper()} {path}": [s for each in asked.get("security", []) for s in each.values()]
        for path, methods in application.openapi()["paths"].items()
        for method, asked in methods.items()
    }

    assert {route: ([[scope]] if scope != "none" else []) for route, scope in shown.items()} == {
        route: scopes for route, scopes in needed.items() if not route.startswith("HEAD")
    }


def test_the_image_asks_a_route_that_exists_for_its_health(application: FastAPI) -> None:
    asked = re.search(r"127\.0\.0\.1:\d+(/[a-z]+)", (ROOT / "Dockerfile").read_text("utf-8"))

    assert asked is not None
    assert f"GET {asked[1]}" in routes(application)
