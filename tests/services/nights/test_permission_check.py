"""A connection check asks what a night asks: what it finds missing is what the night's gaps say."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from app.services.nights.permission_check import Probe, check_connection
from collectors.kit import Scope
from collectors.kit.level import reads_in
from simulator.process import SimulatorProcess
from tests.conftest import StartSimulator
from tests.installation import IMPATIENT, Installation, installed, now

Source = tuple[str, str, str]
"""Collector, read and scope."""


@pytest.fixture(scope="module")
def tenant(start_simulator: StartSimulator) -> Iterator[SimulatorProcess]:
    with start_simulator(
        subscriptions=2, resources=60, quotas="off", billing_shell=True, as_of=now()
    ) as process:
        yield process


@pytest.fixture
def installation(tenant: SimulatorProcess, tmp_path: Path) -> Iterator[Installation]:
    """New for each test: a check knows nothing of earlier nights."""
    with installed(tmp_path / "home", tenant, IMPATIENT) as made:
        yield made


@pytest.fixture(autouse=True)
def _healthy(tenant: SimulatorProcess) -> Iterator[None]:
    yield
    tenant.clear_faults()


ARM, GRAPH, LOGS = ({"service": name} for name in ("arm", "graph", "logs"))
FAULTS: dict[str, dict[str, Any]] = {
    "a type of Resource Graph": {"path": "resourcegraph", "body": "disks", "kind": "denied"},
    "all of Resource Graph": {"path": "resourcegraph", "kind": "denied"},
    "a facet of storage accounts": {"path": "blobservices/default\\?", "kind": "denied"},
    "a provider that is not registered": {"path": "insights", "kind": "not_registered", **ARM},
    "no licence": {"path": "rolemanagement", "kind": "license", **GRAPH},
    "all of Microsoft Graph": {"path": "/v1.0/", "kind": "denied", **GRAPH},
    "queries of logs": {"path": "/query", "kind": "denied", **LOGS},
    "tables that are malformed": {"path": "/tables\\?", "kind": "malformed"},
    "the resource list": {"path": "/resources\\?", "status": 503, **ARM},
    "one subscription": {"path": "/subscriptions/{last}/", "kind": "denied"},
    "the list of subscriptions": {"path": "^/subscriptions\\?", "kind": "denied"},
    "no subscription at all": {"path": "^/subscriptions\\?", "kind": "empty"},
    "a list that loses a row": {"path": "resourcegraph", "body": "workspaces", "kind": "fewer"},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_of_a_read_a_type_or_a_subscription_shows_in_check_and_night_alike(
    fault: str, tenant: SimulatorProcess, installation: Installation
) -> None:
    last = tenant.subscriptions[-1]
    rule = FAULTS[fault]
    tenant.post_faults({**rule, "path": rule["path"].replace("{last}", last)})

    probes = check_connection(installation.ports, installation.connection)
    report = installation.collect()

    assert missing(probes)
    assert missing(probes) == gaps(installation, report)


def test_a_tenant_without_a_fault_has_neither(installation: Installation) -> None:
    probes = check_connection(installation.ports, installation.connection)
    report = installation.collect()

    assert missing(probes) == gaps(installation, report) == set()


def test_every_read_is_asked_in_every_subscription_but_the_billing_shell(
    tenant: SimulatorProcess, installation: Installation
) -> None:
    probes = check_connection(installation.ports, installation.connection)

    scopes = {probe.scope for probe in probes}
    assert scopes == {"tenant", *(f"subscription/{one}" for one in tenant.subscriptions)}
    asked = {(probe.collector_id, probe.read, probe.scope) for probe in probes}
    assert len(asked) == len(probes)
    each = {
        (collector.id, name)
        for collector in installation.ports.collectors
        for scope in {None, *tenant.subscriptions}
        for name in reads_in(collector, Scope(scope))
    }
    assert {one[:2] for one in asked} == each


def test_of_single_resources_the_first_of_each_type_is_tried_and_the_others_are_counted(
    tenant: SimulatorProcess, installation: Installation
) -> None:
    before = len(tenant.log())
    probes = check_connection(installation.ports, installation.connection)

    sent = [entry["path"].lower() for entry in tenant.log()[before:]]
    services = [one for one in probes if one.read == "services"]
    assert len([path for path in sent if "blobservices/default?" in path]) == len(
        [one for one in services if one.tried]
    )
    assert sum(one.not_tried for one in services) > 0
    assert len(sent) < len(set(sent)) + 40  # nothing is asked twice, but queries and tokens


def test_a_fault_of_one_resource_that_is_not_the_first_shows_at_night_only(
    tenant: SimulatorProcess, installation: Installation
) -> None:
    before = len(tenant.log())
    check_connection(installation.ports, installation.connection)
    tried = {entry["path"] for entry in tenant.log()[before:]}
    before = len(tenant.log())
    installation.collect()
    asked = {entry["path"] for entry in tenant.log()[before:]}
    single = next(path for path in sorted(asked - tried) if "blobservices/default?" in path.lower())
    account = single.split("/storageAccounts/")[1].split("/")[0]
    tenant.post_faults({"path": f"/{account}/blobservices/default\\?", "kind": "denied"})

    probes = check_connection(installation.ports, installation.connection)
    report = installation.collect()

    assert missing(probes) == set()
    assert {source[:2] for source in gaps(installation, report)} == {
        ("storage.blob_services", "services")
    }


def missing(probes: list[Probe]) -> set[Source]:
    return {(one.collector_id, one.read, one.scope) for one in probes if not one.seen}


def gaps(installation: Installation, report: Any) -> set[Source]:
    """Those of the night; a context read is told of in the record it belongs to."""
    own = {
        (collector.id, name, scope)
        for collector in installation.ports.collectors
        for scope in {gap.scope for gap in installation.gaps(report.slot)}
        for name in reads_in(
            collector,
            Scope(None if scope == "tenant" else scope.removeprefix("subscription/")),
        )
    }
    found = {(gap.collector_id, gap.read, gap.scope) for gap in installation.gaps(report.slot)}
    return found & own
