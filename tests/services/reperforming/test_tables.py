"""Whoever makes a fail a pass in a table of a pack is named, though he holds every key."""

import io
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.packs.view.facts import Engagement
from app.services.packing.pack import issue_pack
from app.services.proof.sealed_evidence import SealedEvidence, bundle_evidence
from app.services.reperforming.reperform import reperform
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, installed

Tables = dict[str, bytes]


@dataclass
class Altered:
    """Evidence as it was sealed, with other tables: the hand of an owner who seals them anew."""

    sealed: SealedEvidence
    changed: dict[str, bytes | None]
    of_period = True

    @property
    def what(self) -> str:
        return self.sealed.what

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sealed, name)

    def entries(self) -> Iterator[tuple[str, bytes]]:
        return self.sealed.entries()

    def entry(self, seq: int) -> dict[str, Any]:
        return self.sealed.entry(seq)

    def raw(self, digest: str) -> bytes:
        return self.sealed.raw(digest)

    def derived(self, digest: str) -> bytes:
        return self.sealed.derived(digest)

    def rules(self, digest: str) -> bytes:
        return self.sealed.rules(digest)

    def assessments(self) -> dict[str, Any] | None:
        return self.sealed.assessments()

    def tables(self) -> Sequence[str]:
        names = {*self.sealed.tables(), *self.changed}
        return sorted(name for name in names if self.changed.get(name, b"") is not None)

    def table(self, name: str) -> bytes | None:
        return self.changed[name] if name in self.changed else self.sealed.table(name)


@pytest.fixture(scope="module")
def bundle(start_simulator: StartSimulator, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("home") / "home"
    today = datetime.now(UTC).date()
    with (
        start_simulator(
            resources=30, subscriptions=1, quotas="off", as_of=datetime.now(UTC)
        ) as tenant,
        installed(home, tenant, IMPATIENT) as made,
    ):
        made.collect()
        engagement = Engagement(name="T", auditor="A", scope="S", first=today, last=today)
        issued = issue_pack(made.ports, made.connection, engagement).bundle
        kept = tmp_path_factory.mktemp("kept") / "bundle.asice"
        kept.write_bytes(issued.read_bytes())
    return kept


@contextmanager
def altered(bundle: Path, change: Callable[[Tables], None]) -> Iterator[Altered]:
    with bundle_evidence(bundle, "the bundle") as sealed:
        tables = {name: sealed.table(name) or b"" for name in sealed.tables()}
        given = dict(tables)
        change(given)
        changed: dict[str, bytes | None] = {
            name: given.get(name)
            for name in {*tables, *given}
            if given.get(name) != tables.get(name)
        }
        yield Altered(sealed, changed)


def failing(tables: Tables) -> str:
    """A table of a check that has a subject that fails."""
    return next(
        name
        for name, data in sorted(tables.items())
        if name.endswith(".csv") and b",fail," in data and name != "deviations.csv"
    )


def softened(tables: Tables) -> None:
    name = failing(tables)
    tables[name] = tables[name].replace(b",fail,", b",pass,", 1)


def emptied(tables: Tables) -> None:
    name = failing(tables)
    tables[name] = tables[name].partition(b"\r\n")[0] + b"\r\n"


def fewer_deviations(tables: Tables) -> None:
    lines = tables["deviations.csv"].splitlines(keepends=True)
    tables["deviations.csv"] = b"".join(lines[:-1])


def left_out(tables: Tables) -> None:
    del tables[failing(tables)]


def invented(tables: Tables) -> None:
    tables["storage.accounts.invented.csv"] = b"subject,name,status\r\n"


def another_record(tables: Tables) -> None:
    tables["records.csv"] = tables["records.csv"].replace(b",collected,", b",failed,", 1)


def other_workbook(tables: Tables) -> None:
    name = failing(tables).replace(".csv", ".xlsx")
    tables[name] = tables["records.xlsx"]


def no_workbook(tables: Tables) -> None:
    del tables[failing(tables).replace(".csv", ".xlsx")]


def no_table(tables: Tables) -> None:
    tables[failing(tables)] = b"\xff\x00"


def broken_workbook(tables: Tables) -> None:
    name = failing(tables).replace(".csv", ".xlsx")
    tables[name] = tables[name][:-40]


def swollen_workbook(tables: Tables) -> None:
    made = io.BytesIO(tables[failing(tables).replace(".csv", ".xlsx")])
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as opened:
        opened.writestr("more", bytes(50_000_000))
    tables[failing(tables).replace(".csv", ".xlsx")] = made.getvalue()


def untouched(tables: Tables) -> None:
    assert failing(tables)


def test_untouched_tables_are_equal(bundle: Path) -> None:
    with altered(bundle, untouched) as evidence:
        again = reperform(evidence)
    assert again.differences == []
    assert again.tables.done == again.tables.equal > 20


@pytest.mark.parametrize(
    "change",
    [
        softened,
        emptied,
        fewer_deviations,
        left_out,
        invented,
        another_record,
        other_workbook,
        no_workbook,
        no_table,
        broken_workbook,
        swollen_workbook,
    ],
)
def test_each_other_table_is_named(bundle: Path, change: Callable[[Tables], None]) -> None:
    with altered(bundle, change) as evidence:
        again = reperform(evidence)
        names = {f"populations/{name}" for name in evidence.changed}
    assert {one.code for one in again.differences} == {"table_differs"}
    assert {one.object for one in again.differences} & names
    assert again.tables.equal < again.tables.done
