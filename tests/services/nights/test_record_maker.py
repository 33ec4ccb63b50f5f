"""A record that cannot be made is a gap of its own, and stops no night."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from collectors.kit import Expectations, Item, Verdict, passed
from collectors.kit.catalogue.registry import all_collectors
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, Installation, installed, now

DISKS = "compute.disks"


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(subscriptions=1, resources=40, quotas="off", as_of=now()) as process:
        yield process


def _raises(_: Item, __: Expectations) -> Verdict:
    raise RuntimeError("a mistake in a judge")


def _without_bytes(_: Item, __: Expectations) -> Verdict:
    return passed("half of a letter: \ud800")


@pytest.mark.parametrize("judge", [_raises, _without_bytes])
def test_a_collector_that_fails_leaves_gaps_and_every_other_record_stands(
    judge: object, tenant: SimulatorProcess, tmp_path: Path
) -> None:
    with installed(tmp_path / "home", tenant, IMPATIENT) as house:
        whole = house.collect()
        broken = _with(house, judge)

        report = broken.collect()

        gaps = broken.gaps(report.slot)
        assert report.records == whole.records
        assert {gap.collector_id for gap in gaps} == {DISKS}
        assert all(gap.detail.startswith("the collector failed: ") for gap in gaps)
        before, after = house.verdicts(whole.slot), house.verdicts(report.slot)
        assert before.keys() <= after.keys(), "what was seen before is unknown now, and still there"
        assert {one.status.value for key, one in after.items() if DISKS in key[1]} == {"unknown"}


def _with(house: Installation, judge: object) -> Installation:
    def broken(collector: object) -> object:
        if getattr(collector, "id", "") != DISKS:
            return collector
        checks = tuple(replace(check, judge=judge) for check in collector.checks)  # type: ignore[attr-defined]
        return replace(collector, checks=checks)  # type: ignore[type-var]

    collectors = tuple(broken(one) for one in all_collectors())
    return replace(house, ports=replace(house.ports, collectors=collectors))
