"""Which reads a record of the tenant or of a subscription speaks for."""

from datetime import timedelta

import pytest

from collectors.kit import TENANT, Arm, Graph, Logs, Read, ResourceGraph, ResourceList, Scope
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.level import context_of, has_scope, is_tenant_wide, parent_read, reads_in

HERE = Scope("11111111-1111-1111-1111-111111111111")
PER_RESOURCE = Arm(path="{id}/x", api_version="1", per="resource", of="rows")
LOGS = Logs(kql="AuditLogs", timespan=timedelta(days=1), of="rows")


@pytest.mark.parametrize(
    ("read", "wide", "parent"),
    [
        (ResourceGraph(table="resources"), True, None),
        (Graph(path="/applications"), True, None),
        (Arm(path="/subscriptions", api_version="1", per="tenant"), True, None),
        (
            Arm(path="/subscriptions/{subscription}", api_version="1", per="subscription"),
            False,
            None,
        ),
        (PER_RESOURCE, False, "rows"),
        (LOGS, False, "rows"),
        (ResourceList(), False, None),
    ],
)
def test_a_read_is_asked_once_for_the_tenant_or_by_subscription(
    read: Read, *, wide: bool, parent: str | None
) -> None:
    assert is_tenant_wide(read) is wide
    assert parent_read(read) == parent


def test_a_record_of_a_subscription_leans_on_the_lists_of_the_tenant() -> None:
    sql, inventory = collector_by_id("sql.databases"), collector_by_id("inventory.resources")

    assert list(reads_in(sql, TENANT)) == ["servers", "databases", "workspaces"]
    assert list(reads_in(sql, HERE)) == ["tde", "tables", "auditing", "master_settings"]
    assert context_of(sql, HERE) == ("servers", "databases", "workspaces")
    assert context_of(sql, TENANT) == ()
    assert context_of(inventory, HERE) == ("resources",)


@pytest.mark.parametrize(
    ("collector", "tenant", "subscription"),
    [
        ("storage.accounts", True, False),
        ("access.pim_azure", True, True),
        ("logging.activity", True, True),
    ],
)
def test_a_collector_speaks_for_the_scopes_in_which_it_asks(
    collector: str, *, tenant: bool, subscription: bool
) -> None:
    assert has_scope(collector_by_id(collector), TENANT) is tenant
    assert has_scope(collector_by_id(collector), HERE) is subscription
