"""reperform at the command line: figures, exit codes, and what each difference is called."""

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.packs.view.facts import Engagement
from app.services.packing.pack import issue_pack
from collectors.kit import Check, Expectations, Item, Verdict, passed
from tests.command_line import annexa
from tests.conftest import StartSimulator
from tests.installation import Installation, installed


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A home, the run of an honest night and of another, and a bundle of each day's."""

    home: Path
    honest: str
    dishonest: str
    bundle: Path


@pytest.fixture(scope="module")
def kept(
    start_simulator: StartSimulator, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Kept]:
    home = tmp_path_factory.mktemp("home") / "home"
    with (
        start_simulator(
            resources=30, subscriptions=1, quotas="off", as_of=datetime.now(UTC)
        ) as simulator,
        installed(home, simulator) as made,
    ):
        honest = made.collect()
        today = datetime.now(UTC).date()
        engagement = Engagement(name="Test", auditor="A", scope="S", first=today, last=today)
        issued = issue_pack(made.ports, made.connection, engagement)
        dishonest = flattering(made).collect()
        yield Kept(
            home=home, honest=honest.run_id, dishonest=dishonest.run_id, bundle=issued.bundle
        )


def flattering(made: Installation) -> Installation:
    """The same installation, whose HTTPS check always passes."""

    def all_is_well(_: Item, __: Expectations) -> Verdict:
        return passed("all is well")

    def better(check: Check) -> Check:
        return replace(check, judge=all_is_well) if check.id == "https_only" else check

    collectors = tuple(
        replace(collector, checks=tuple(better(check) for check in collector.checks))
        for collector in made.ports.collectors
    )
    return replace(made, ports=replace(made.ports, collectors=collectors))


def test_an_honest_bundle_and_run_come_out_equal(kept: Kept) -> None:
    bundle = annexa(kept.home, "reperform", kept.bundle)
    run = annexa(kept.home, "reperform", kept.honest, "--json")

    assert bundle.code == 0, bundle.err
    assert "93 of 93 equal" in bundle.out
    assert bundle.out.splitlines()[-1] == f"{kept.bundle}: EQUAL"
    told = json.loads(run.out)
    assert (run.code, told["equal"], told["rules"]) == (0, True, "sealed")
    assert told["verdicts"]["done"] == told["verdicts"]["equal"] > 50
    assert told["differences"] == []


def test_an_auditor_needs_no_home_but_the_anchors(kept: Kept, tmp_path: Path) -> None:
    anchors = ["--root", kept.home / "trust/root.pem", "--log-vkey", kept.home / "trust/log.vkey"]

    said = annexa(tmp_path / "nothing", "reperform", kept.bundle, *anchors)

    assert (said.code, said.err) == (0, "")


def test_a_dishonest_run_exits_with_5_and_names_each_verdict(kept: Kept) -> None:
    said = annexa(kept.home, "reperform", kept.dishonest)
    told = json.loads(annexa(kept.home, "reperform", kept.dishonest, "--json").out)

    assert said.code == 5
    assert "storage.accounts.https_only of /subscriptions/" in said.out
    assert "sealed        pass: all is well" in said.out
    assert "re-performed  fail: accepts plain HTTP" in said.out
    codes = {one["code"] for one in told["differences"]}
    assert codes == {"verdict_differs", "counts_differ"}
    assert told["equal"] is False


def test_todays_rules_are_labelled_and_are_no_failure(kept: Kept) -> None:
    said = annexa(kept.home, "reperform", kept.dishonest, "--rules", "current")

    assert said.code == 0
    assert "TODAY'S rules" in said.out
    assert "verdict_differs" in said.out


def test_what_cannot_be_performed_again_is_one_sentence(kept: Kept, tmp_path: Path) -> None:
    forged = tmp_path / "forged.asice"
    with zipfile.ZipFile(kept.bundle) as source, zipfile.ZipFile(forged, "w") as copy:
        for info in source.infolist():
            copy.writestr(info, source.read(info) + b" " * info.filename.startswith("rules/"))

    for target, code, kind in (
        (forged, 5, "bundle_unverified"),
        (tmp_path / "none.asice", 3, "file_unknown"),
        ("nobody", 3, "run_unknown"),
    ):
        said = annexa(kept.home, "reperform", target)
        assert said.code == code
        assert said.sentence.endswith(f"[{kind}]")


def test_a_bundle_of_a_stranger_s_seal_or_without_a_named_witness_is_not_performed(
    kept: Kept,
) -> None:
    witness = "witness.stagemole.eu+67f7aea0+BEqSG3yu9YrmcM3BHvQYTxwFj3uSWakQepafafpUqklv"
    for demand, code in (
        (("--seal-subject", "O=Other"), "seal"),
        (("--witness", witness), "witness"),
    ):
        said = annexa(kept.home, "reperform", kept.bundle, *demand)
        assert said.code == 5
        assert "bundle_unverified" in said.err
        assert code in said.sentence
    pinned = ("--seal-cert", kept.home / "trust" / "seal.crt.pem")
    assert annexa(kept.home, "reperform", kept.bundle, *pinned).code == 0
    assert annexa(kept.home, "reperform", kept.honest, *pinned).code == 2
    assert annexa(kept.home, "reperform", kept.bundle, "--witness", "nonsense").code == 2
