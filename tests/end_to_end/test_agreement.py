"""Tenants of several seeds and sizes: every verdict is the one the generator decided beforehand."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from collectors.kit.catalogue.registry import all_collectors
from simulator.tenant.generate import TenantSpec, generate
from tests.conftest import StartSimulator
from tests.installation import installed

TENANTS = [(7, 60, 2), (11, 300, 3), (42, 1000, 5)]
"""Seed, resources, subscriptions."""


def test_the_simulator_decides_every_check_of_the_catalogue_and_no_other() -> None:
    tenant = generate(TenantSpec(seed=7, resources=60), 0, datetime(2026, 11, 27, tzinfo=UTC))
    simulated = {one.check for one in tenant.truth}
    asked = {f"{one.id}.{check.id}" for one in all_collectors() for check in one.checks}

    for check in sorted(asked - simulated):
        pytest.fail(f"no type of the simulator says how {check} fails: simulator/tenant/types/")
    for check in sorted(simulated - asked):
        pytest.fail(f"the simulator decides {check}, which no collector asks: is it misspelt?")


@pytest.mark.parametrize(("seed", "resources", "subscriptions"), TENANTS)
def test_every_verdict_agrees_with_the_truth(
    seed: int,
    resources: int,
    subscriptions: int,
    start_simulator: StartSimulator,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with (
        start_simulator(
            seed=seed,
            resources=resources,
            subscriptions=subscriptions,
            quotas="off",
            as_of=datetime.now(UTC),
        ) as tenant,
        installed(tmp_path / "home", tenant) as made,
    ):
        report = made.collect()
        truth = {(row["subject"].lower(), row["check"]): row["expected"] for row in tenant.truth()}
        found = {key: one.status.value for key, one in made.verdicts(report.slot).items()}

    agree = sum(found.get(key) == value for key, value in truth.items())
    with capsys.disabled():
        print(f"\nseed {seed}, {resources} resources: agree {agree} of {len(truth)}")  # noqa: T201 - the figure
    assert found == truth
    assert report.gaps == 0
