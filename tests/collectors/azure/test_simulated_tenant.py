"""The gateway reads the simulated tenant: the bytes kept are the bytes that were sent."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest

from collectors.azure.clouds import load_custom
from collectors.azure.gateway import Ask
from collectors.azure.identity.credentials import CredentialSpec, open_credential
from collectors.azure.live import LiveGateway
from collectors.azure.transport.limits import Limits
from collectors.kit import TENANT, Arm, Graph, Item, Logs, ResourceGraph, ResourceList, Scope
from simulator.process import SimulatorProcess
from tests.collectors.azure.fake_azure import Kept

RESOURCES = Ask(name="resources", read=ResourceGraph(table="resources"), scope=TENANT)
KQL = (
    "union withsource=TableName AzureActivity, AuditLogs, SigninLogs | summarize "
    "oldest=min(TimeGenerated), newest=max(TimeGenerated), records=count() by TableName"
)


def now() -> datetime:
    return datetime.now(UTC)


@pytest.fixture
async def live(simulator: SimulatorProcess) -> AsyncIterator[LiveGateway]:
    simulator.clear_faults()
    cloud = load_custom(simulator.cloud_file)
    spec = CredentialSpec(
        kind="secret_env",
        tenant_id=simulator.tenant_id,
        client_id=simulator.client_id,
        secret_env="S",
    )
    credential = open_credential(spec, cloud, now=now, environ={"S": simulator.client_secret})
    limits = Limits(tries=3, first_backoff=timedelta(milliseconds=10))
    gateway = LiveGateway(cloud, credential, simulator.tenant_id, now=now, limits=limits)
    yield gateway
    await gateway.close()
    simulator.clear_faults()


async def test_every_kind_of_read_is_answered_and_kept_byte_for_byte(
    simulator: SimulatorProcess, live: LiveGateway, kept: Kept
) -> None:
    (rows,) = await live.ask(RESOURCES, kept)
    found = json.loads(rows.body)["data"]
    one = Scope(simulator.subscriptions[0])
    workspaces = [row for row in found if row["type"].lower().endswith("/workspaces")]
    account = next(row for row in found if row.get("kind") == "StorageV2")
    blob = Arm(path="{id}/blobServices/default", api_version="2023-05-01", per="resource", of="a")
    logs = Logs(kql=KQL, timespan=timedelta(days=730), of="workspaces")
    asks = (
        Ask(
            name="subscriptions",
            read=Arm(path="/subscriptions", api_version="2022-12-01", per="tenant"),
            scope=TENANT,
        ),
        Ask(name="services", read=blob, scope=one, parent=Item(id=account["id"], data=account)),
        Ask(name="applications", read=Graph(path="/applications", top=10), scope=TENANT),
        Ask(
            name="activity",
            read=logs,
            scope=one,
            parent=Item(id=workspaces[0]["id"], data=workspaces[0]),
        ),
        Ask(name="listed", read=ResourceList(), scope=one),
    )

    lists = await asyncio.gather(*(live.ask(ask, kept) for ask in asks))

    pages = [rows, *(page for pages in lists for page in pages)]
    assert {(page.status, page.fault) for page in pages} == {(200, None)}
    sent = {entry["sha256"] for entry in simulator.log()}
    assert {sha256(body).hexdigest() for body in kept.bodies} <= sent
    assert [page.body for page in pages if page.body not in kept.bodies] == []
    here = [row for row in found if row["subscriptionId"] == one.subscription_id]
    listed = [item for page in lists[-1] for item in json.loads(page.body)["value"]]
    assert len(listed) == len(here) > 0
    principal = await live.principal()
    assert (principal.tenant_id, principal.app_id) == (simulator.tenant_id, simulator.client_id)


async def test_faults_of_the_tenant_come_back_as_exchanges(
    simulator: SimulatorProcess, live: LiveGateway, kept: Kept
) -> None:
    for rule, wanted in (
        ({"kind": "status", "status": 403}, (403, None, 0)),
        ({"kind": "status", "status": 503}, (503, None, 2)),
        ({"kind": "status", "status": 429, "times": 1}, (200, None, 1)),
        ({"kind": "drop"}, (None, "unavailable", 2)),
        ({"kind": "truncate"}, (None, "truncated", 2)),
        ({"kind": "malformed"}, (200, None, 0)),
    ):
        simulator.clear_faults()
        simulator.post_faults({"path": "ResourceGraph", **rule})

        (page,) = await live.ask(RESOURCES, kept)

        assert (page.status, page.fault, len(page.attempts)) == wanted, rule
