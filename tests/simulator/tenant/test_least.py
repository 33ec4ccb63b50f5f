"""The least requests, against a tenant small enough to count by hand."""

from datetime import UTC, datetime

from simulator.tenant.kit.registry import all_types
from simulator.tenant.least import least_requests
from simulator.tenant.model import Tenant

SUBSCRIPTION = "11111111-1111-4111-8111-111111111111"
LISTED = sum(kind.asked_for for kind in all_types())
EMPTY = 20 + LISTED
"""Requests for an empty tenant: those for lists of whole rows follow from the types."""
PURPOSES = {child.purpose for kind in all_types() for child in kind.children if child.purpose}
PIM = f"/subscriptions/{SUBSCRIPTION}/providers/microsoft.authorization"


def tenant_with(*types: str, applications: int = 0, listed: int = 1) -> Tenant:
    return Tenant(
        tenant_id="22222222-2222-4222-8222-222222222222",
        seed=0,
        night=0,
        as_of=datetime(2026, 11, 23, tzinfo=UTC),
        subscriptions=({"id": f"/subscriptions/{SUBSCRIPTION}", "subscriptionId": SUBSCRIPTION},),
        tables={
            "resources": [{"type": one, "id": f"/{n}"} for n, one in enumerate(types)],
            "authorizationresources": [],
        },
        arm={
            f"/subscriptions/{SUBSCRIPTION}/resources": [{}] * listed,
            f"{PIM}/roleeligibilityscheduleinstances": [{}] * 1001,
        },
        graph={"/applications": [{}] * applications},
    )


def test_an_empty_tenant_still_costs_a_page_for_each_list() -> None:
    assert least_requests(tenant_with()) == {
        "tokens": 2,  # Resource Manager, Graph; no workspace, so no Log Analytics
        "subscriptions": 1,
        "resource_graph": 4 + LISTED,  # inventory, assignments, definitions, the tree above
        "resource_lists": 1,
        "pim_azure": 4,  # 1,001 eligible are two pages
        "graph": 7,
        "management_groups": 0,
        "holders": 0,
        **dict.fromkeys(PURPOSES, 0),
        "master_settings": 0,
        "diagnostic_settings": 0,
        "log_queries": 0,
        "policy_states": 1,
        "total": EMPTY,
    }


def test_a_parent_costs_a_call_for_each_fact_that_resource_graph_lacks() -> None:
    least = least_requests(
        tenant_with(
            "microsoft.storage/storageaccounts",
            "microsoft.sql/servers",
            "microsoft.sql/servers/databases",
            "microsoft.sql/servers/databases",
            "microsoft.operationalinsights/workspaces",
            "microsoft.compute/virtualmachines",
        )
    )
    assert least["tokens"] == 3
    assert least["blob_services"] == 1
    assert least["transparent_data_encryption"] == 2
    assert least["auditing"] == least["master_settings"] == 1
    assert least["diagnostic_settings"] == 4 + 4  # account, its services, two databases, workspace
    assert least["tables"] == least["log_queries"] == 1
    assert least["total"] == EMPTY + 1 + 1 + 2 + 1 + 1 + 8 + 1 + 1


def test_lists_are_counted_in_pages() -> None:
    least = least_requests(
        tenant_with(*["microsoft.compute/disks"] * 1001, applications=1000, listed=2001)
    )
    assert least["resource_graph"] == 4 + LISTED + 2  # inventory and disks have a second page
    assert least["resource_lists"] == 3
    assert least["graph"] == 8  # 999 applications a page


def test_what_azure_refuses_and_what_is_asked_anyway_costs_nothing_more() -> None:
    tenant = tenant_with()
    tenant.tables["resources"] += [
        {"type": "microsoft.storage/storageaccounts", "id": "/files", "kind": "FileStorage"},
        {"type": "microsoft.sql/servers", "id": "/sql"},
        {"type": "microsoft.sql/servers/databases", "id": "/SQL/databases/master"},
    ]

    least = least_requests(tenant)

    assert least["blob_services"] == least["transparent_data_encryption"] == 0
    assert least["master_settings"] == 0  # it is one of the diagnostic settings
    assert least["auditing"] == 1


def test_holders_are_asked_for_by_the_thousand_and_the_missing_by_twenties() -> None:
    tenant = tenant_with()
    tenant.tables["authorizationresources"] = [
        {
            "type": "microsoft.authorization/roleassignments",
            "properties": {"principalId": f"p-{number}", "principalType": "Group"},
        }
        for number in range(1001)
    ]
    tenant.graph["/directoryobjects"] = [{"id": f"p-{number}"} for number in range(980)]
    tenant.graph["/groups/p-1/transitivemembers"] = [{}] * 1000

    assert least_requests(tenant)["holders"] == 2 + 2 + 49 + 1
