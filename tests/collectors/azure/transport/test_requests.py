"""Queries and addresses are built from reads and from nothing else."""

import json

from collectors.azure.gateway import Ask
from collectors.azure.transport.requests import (
    Estate,
    arm_url,
    graph_query,
    graph_query_body,
    graph_url,
)
from collectors.kit import TENANT, Arm, Graph, ResourceGraph, Scope
from collectors.kit.reads import Among
from tests.collectors.azure.fake_azure import cloud_at

CLOUD = cloud_at("https://azure.test", None)


def test_a_bare_table_is_only_ordered() -> None:
    assert graph_query(ResourceGraph(table="resources")) == "resources | order by id asc"


def test_types_are_quoted_for_kql() -> None:
    read = ResourceGraph(table="resources", types=("a/b", "it's"), project=("id", "tags"))
    wanted = "resources | where type in~ ('a/b', 'it\\'s') | project id, tags | order by id asc"
    assert graph_query(read) == wanted


def test_only_authorization_rows_are_filtered_by_scope() -> None:
    for table, filtered in (("authorizationresources", True), ("resources", False)):
        body = graph_query_body(
            ResourceGraph(table=table), Estate(tenant_id="t"), top=10, skip_token=None
        )
        options = json.loads(body)["options"]
        wanted = "AtScopeAboveAndBelow" if filtered else None
        assert options.get("authorizationScopeFilter") == wanted


def test_a_resource_name_cannot_break_out_of_its_path() -> None:
    read = Arm(path="/subscriptions/{subscription}/x", api_version="1", per="subscription")
    ask = Ask(name="x", read=read, scope=Scope("s?a=b#c%2e"))
    wanted = "https://azure.test/subscriptions/s%3Fa=b%23c%252e/x?api-version=1"
    assert arm_url(CLOUD, ask, read) == wanted


def test_query_values_cannot_add_parameters() -> None:
    read = Arm(path="/x", api_version="1", per="tenant", query=(("$filter", "a&b=c"),))
    ask = Ask(name="x", read=read, scope=TENANT)
    assert arm_url(CLOUD, ask, read) == "https://azure.test/x?api-version=1&$filter=a%26b%3Dc"


def test_a_graph_collection_without_options_has_no_query() -> None:
    assert graph_url(CLOUD, Graph(path="/users")) == "https://azure.test/v1.0/users"


def test_rows_are_narrowed_to_those_of_some_texts() -> None:
    among = Among(path="properties.policyDefinitionId", values=("/a", "/b'c"))
    read = ResourceGraph(table="policyresources", types=("t",), among=among, project=("id",))
    assert graph_query(read) == (
        "policyresources | where type in~ ('t') | where properties.policyDefinitionId in~ "
        "('/a', '/b\\'c') | project id | order by id asc"
    )
