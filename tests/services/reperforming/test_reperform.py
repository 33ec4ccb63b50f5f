"""Verdicts follow from the pages: computed again equal, and what was judged otherwise is named."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.errors import NotFoundError, RefusedError, VerificationFailedError
from app.packs.view.facts import Engagement
from app.services.nights.attempt import NightReport
from app.services.nights.rules_archive import rules_archive
from app.services.packing.pack import issue_pack
from app.services.proof.whole_store import verify_bundle_file
from app.services.reperforming.reperform import (
    Reperformance,
    reperform,
    reperform_bundle,
    reperform_run,
)
from app.trust.keys.keyring import create_trust
from collectors.kit import Check, Collector, Expectations, Item, Verdict, passed
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, Installation, installed

EVERYTHING_FAILS = [
    {"path": "^/subscriptions\\?", "kind": "denied"},
    {"path": "microsoft.sql", "kind": "denied"},
]


@dataclass(frozen=True, kw_only=True)
class Issued:
    """A bundle of some nights, and the anchors that verify it."""

    installation: Installation
    nights: tuple[NightReport, ...]
    bundle: Path
    root: Path
    vkey: Path

    def again(self, instead: bytes | None = None, bundle: Path | None = None) -> Reperformance:
        return reperform_bundle(bundle or self.bundle, self.root, self.vkey, instead)


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(
        odd_resource=True, resources=60, subscriptions=2, quotas="off", as_of=datetime.now(UTC)
    ) as process:
        yield process


@pytest.fixture(scope="module")
def honest(tenant: SimulatorProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issued]:
    """A night on which all was seen, and one on which little was."""
    with installed(tmp_path_factory.mktemp("home") / "home", tenant, IMPATIENT) as made:
        good = made.collect()
        tenant.post_faults(*EVERYTHING_FAILS)
        bad = made.collect()
        tenant.clear_faults()
        assert (good.gaps, bad.gaps > 0) == (0, True)
        yield issued(made, good, bad)


def issued(installation: Installation, *nights: NightReport) -> Issued:
    today = datetime.now(UTC).date()
    engagement = Engagement(name="Test", auditor="A", scope="S", first=today, last=today)
    pack = issue_pack(installation.ports, installation.connection, engagement)
    trust = installation.home / "trust"
    return Issued(
        installation=installation,
        nights=nights,
        bundle=pack.bundle,
        root=trust / "root.pem",
        vkey=trust / "log.vkey",
    )


def rewritten(bundle: Path, target: Path, rules: bytes | None) -> Path:
    """The bundle with other rules in the place of its own, or without any."""
    with zipfile.ZipFile(bundle) as source, zipfile.ZipFile(target, "w") as copy:
        for info in source.infolist():
            if not info.filename.startswith("rules/"):
                copy.writestr(info, source.read(info))
            elif rules is not None:
                copy.writestr(info, rules)
    return target


def test_everything_comes_out_as_it_was_sealed_on_good_and_on_bad_nights(
    honest: Issued, capsys: pytest.CaptureFixture[str]
) -> None:
    good, bad = honest.nights

    found = honest.again()
    one_run = reperform_run(honest.installation.ports, bad.run_id)

    with capsys.disabled():
        print(f"\nequal {found.verdicts.equal} of {found.verdicts.done} verdicts")  # noqa: T201
    assert (found.rules, found.differences) == ("sealed", [])
    assert found.records.equal == found.records.done == good.records + bad.records
    assert found.verdicts.equal == found.verdicts.done > 500
    assert found.items.equal == found.items.done > 500
    assert found.assessments.equal == found.assessments.done == 93
    assert one_run.differences == []
    assert (one_run.records.done, one_run.assessments.done) == (bad.records, 0)


def flattered(collector: Collector) -> Collector:
    """The same questions, each answered as its operator likes best."""

    def all_is_well(_: Item, __: Expectations) -> Verdict:
        return passed("all is well")

    def better(check: Check) -> Check:
        return check if check.judge is None else replace(check, judge=all_is_well)

    return replace(collector, checks=tuple(better(check) for check in collector.checks))


def test_verdicts_that_were_sealed_dishonestly_are_named_though_the_bundle_verifies(
    tenant: SimulatorProcess, tmp_path: Path
) -> None:
    with installed(tmp_path / "home", tenant, IMPATIENT) as made:
        collectors = tuple(flattered(collector) for collector in made.ports.collectors)
        dishonest = replace(made, ports=replace(made.ports, collectors=collectors))
        bundle = issued(dishonest, dishonest.collect())

        assert not verify_bundle_file(bundle.bundle, bundle.root, bundle.vkey).faults
        found = bundle.again()

    wrong = [one for one in found.differences if one.code == "verdict_differs"]
    assert len(wrong) == found.verdicts.done - found.verdicts.equal > 100
    assert all(one.sealed.startswith("pass: all is well") for one in wrong)
    assert {one.found.split(":")[0] for one in wrong} == {"pass", "fail", "unknown"}
    assert all(one.object.startswith("entries/") and " of " in one.about for one in wrong)
    states = [one for one in found.differences if one.code == "assessment_differs"]
    assert any("deviations noted" in one.found for one in states)
    assert found.items.equal == found.items.done


def test_rules_of_today_may_say_something_else_and_the_sealed_ones_still_agree(
    honest: Issued,
) -> None:
    current = honest.again(stricter_rules())

    assert current.rules == "current"
    assert current.rules_sha256 != honest.again().rules_sha256
    about = {one.about.split(" of ")[0] for one in current.differences if "verdict" in one.code}
    assert about == {"storage.accounts.https_only"}
    assert {one.code for one in current.differences} == {
        "verdict_differs",
        "counts_differ",
        "assessment_differs",
    }


def stricter_rules() -> bytes:
    """Today's rules, of which one was changed: HTTPS is no longer what is wanted."""
    made = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(rules_archive())) as now,
        zipfile.ZipFile(made, "w") as changed,
    ):
        for name in now.namelist():
            text = now.read(name).decode()
            if name == "collectors/catalog/storage/accounts.py":
                assert 'passes="accepts HTTPS only",' in text
                text = text.replace('passes="accepts HTTPS only",', 'passes="", good=False,')
            changed.writestr(name, text)
    return made.getvalue()


def test_rules_of_a_bundle_that_does_not_verify_are_not_run(honest: Issued, tmp_path: Path) -> None:
    forged = rewritten(honest.bundle, tmp_path / "forged.asice", stricter_rules())
    with pytest.raises(VerificationFailedError, match="not run") as refused:
        honest.again(bundle=forged)
    assert refused.value.kind == "bundle_unverified"

    create_trust(tmp_path / "other", "evidence.example/log", lambda: datetime.now(UTC))
    with pytest.raises(VerificationFailedError, match="not run"):
        replace(honest, vkey=tmp_path / "other" / "log.vkey").again()
    with pytest.raises(VerificationFailedError, match="not run"):
        replace(honest, root=tmp_path / "other" / "root.pem").again()


def test_what_cannot_be_performed_again_is_refused_in_one_sentence(
    honest: Issued, tmp_path: Path
) -> None:
    bare = rewritten(honest.bundle, tmp_path / "bare.asice", None)
    with pytest.raises(RefusedError, match="holds no rules") as refused:
        honest.again(bundle=bare)
    assert refused.value.kind == "rules_missing"
    (tmp_path / "no.asice").write_bytes(b"no zip")
    with pytest.raises(RefusedError, match="is no bundle"):
        honest.again(bundle=tmp_path / "no.asice")
    with pytest.raises(NotFoundError):
        honest.again(bundle=tmp_path / "none.asice")
    with pytest.raises(NotFoundError):
        reperform_run(honest.installation.ports, "nobody")


class Empty:
    """Evidence of nothing, as an owner may seal it."""

    what = "an empty bundle"

    def __init__(self, *, of_period: bool) -> None:
        self.of_period = of_period

    def entries(self) -> Iterator[tuple[str, bytes]]:
        return iter(())

    def entry(self, seq: int) -> dict[str, Any]:
        raise LookupError(seq)

    def raw(self, digest: str) -> bytes:
        raise LookupError(digest)

    derived = rules = raw

    def assessments(self) -> dict[str, Any] | None:
        return None

    def tables(self) -> list[str]:
        return []

    def table(self, name: str) -> bytes | None:
        raise LookupError(name)


@pytest.mark.parametrize(
    ("of_period", "codes"),
    [(True, ["records_missing", "assessments_missing"]), (False, ["records_missing"])],
)
def test_nothing_found_is_never_equal(codes: list[str], *, of_period: bool) -> None:
    told = reperform(Empty(of_period=of_period))
    assert [one.code for one in told.differences] == codes
