"""Asks that the tests of the live gateway share."""

import json
from datetime import timedelta
from typing import Any

from collectors.azure.gateway import Ask
from collectors.kit import (
    TENANT,
    Arm,
    Item,
    Logs,
    ResourceGraph,
    Scope,
)
from tests.collectors.azure.fake_azure import Told

SUBSCRIPTION = "99999999-0000-0000-0000-000000000001"
IN_SUBSCRIPTION = Scope(SUBSCRIPTION)
QUERY = "/providers/Microsoft.ResourceGraph/resources"
LISTED = f"/subscriptions/{SUBSCRIPTION}/resources"
ACCOUNTS = Ask(
    name="accounts",
    read=ResourceGraph(
        table="resources",
        types=("microsoft.storage/storageaccounts",),
        project=("id", "name"),
    ),
    scope=TENANT,
)
SUBSCRIPTIONS = Ask(
    name="subscriptions",
    read=Arm(path="/subscriptions", api_version="2022-12-01", per="tenant"),
    scope=TENANT,
)
WORKSPACE = Item(
    id=f"/subscriptions/{SUBSCRIPTION}/resourceGroups/r/providers/w/workspaces/one",
    data={"properties": {"customerId": "cccc"}},
)
ACTIVITY = Ask(
    name="activity",
    read=Logs(kql="AzureActivity | count", timespan=timedelta(days=730), of="workspaces"),
    scope=IN_SUBSCRIPTION,
    parent=WORKSPACE,
)


def page(body: Any, **more: Any) -> Told:
    return Told(body=json.dumps(body).encode(), **more)
