"""Types are found by file, and what is described wrongly is refused in words."""

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulator.server.arm.versions import KNOWN
from simulator.tenant import types
from simulator.tenant.kit.registry import all_faults, all_types, type_of
from simulator.tenant.posture.policy_assignments import assigned

GOOD = """
from simulator.tenant.kit import Categories, Fault, ResourceType

TYPE = ResourceType(
    type="{type}",
    naming="thing-{{n}}",
    versions=("2031-01-01",),
    logs=Categories(audit=("ThingAudit",)),
    body=lambda _: {{"properties": {{"safe": True}}}},
    faults={{"{check}": Fault(fails=({{"properties.safe": False}},))}},
)
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A second place where files of types are found, and forgotten after the test."""
    monkeypatch.setattr(types, "__path__", [*types.__path__, str(tmp_path)])
    caches = (all_types, type_of, assigned)
    for one in caches:
        one.cache_clear()
    yield tmp_path
    for one in caches:
        one.cache_clear()
    for path in tmp_path.glob("*.py"):
        sys.modules.pop(f"simulator.tenant.types.{path.stem}", None)


def test_a_new_file_is_a_new_type(folder: Path) -> None:
    described = GOOD.format(type="Microsoft.Example/things", check="examples.things.safe")
    (folder / "things_of_an_example.py").write_text(described)

    found = type_of("MICROSOFT.example/Things")

    assert found in all_types()
    assert "examples.things.safe" in dict(all_faults())


def test_a_check_may_be_asked_of_several_types(folder: Path) -> None:
    for name in ("Things", "Others"):
        described = GOOD.format(type=f"Microsoft.Example/{name}", check="examples.things.safe")
        (folder / f"{name.lower()}.py").write_text(described)

    asked = [kind.type for kind in all_types() if "examples.things.safe" in kind.checks()]

    assert asked == ["Microsoft.Example/Others", "Microsoft.Example/Things"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must define TYPE"),
        (
            GOOD.format(type="Microsoft.Sql/Servers", check="examples.things.safe"),
            r"sql\.servers and .* both describe the type 'microsoft.sql/servers'",
        ),
        (
            GOOD.format(type="Microsoft.Example/things", check="examples.things.safe").replace(
                "naming=", 'parent="Microsoft.Example/none", naming='
            ),
            "lives below 'Microsoft.Example/none', which no file describes",
        ),
    ],
)
def test_a_wrong_description_is_refused(folder: Path, text: str, said: str) -> None:
    (folder / "zz_wrong.py").write_text(text)

    with pytest.raises(TypeError, match=said):
        all_types()


def test_a_policy_is_assigned_once_however_many_types_its_check_asks(folder: Path) -> None:
    policy = 'Fault(policy=Policy(guid="11111111-1111"), '
    for name in ("one", "other"):
        described = GOOD.format(type=f"Microsoft.Example/{name}", check="examples.things.safe")
        with_policy = described.replace("Fault(fails", f"{policy}fails")
        text = with_policy.replace("import Categories, Fault,", "import Categories, Fault, Policy,")
        (folder / f"zz_{name}.py").write_text(text)

    names = [one.name for one in assigned()]

    assert names.count("single-11111111") == 1


def test_the_server_knows_the_versions_of_every_type_and_of_what_is_below() -> None:
    for kind in all_types():
        assert KNOWN[kind.row_type] == kind.versions
    assert KNOWN["microsoft.storage/storageaccounts/blobservices"]
    assert KNOWN["microsoft.sql/servers/databases/transparentdataencryption"]


def test_parents_come_before_what_lives_below_them() -> None:
    order = [kind.type for kind in all_types()]
    for kind in all_types():
        if kind.parent:
            assert order.index(kind.parent) < order.index(kind.type)
