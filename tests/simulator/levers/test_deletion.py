"""Deletions: gone from every route of a tenant, and from what is expected of it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.levers.deletion import Deletion, lagging, parse_deletion, without
from simulator.levers.document import LeverError
from simulator.levers.expected import expected
from simulator.levers.rights import Rights
from simulator.levers.sums import COMPLETE
from simulator.tenant.access.grants import OWNERS
from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.generate import generate
from simulator.tenant.model import Tenant

AS_OF = datetime(2026, 1, 15, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def tenant() -> Tenant:
    return generate(TenantSpec(seed=7, subscriptions=3, resources=200), 0, AS_OF)


def named(tenant: Tenant) -> Iterator[str]:
    """Every id that any list or path of the tenant names, and every subject of its truth."""
    for rows in tenant.tables.values():
        yield from (row["id"].lower() for row in rows)
    for listed in (tenant.arm, tenant.graph):
        for path, found in listed.items():
            yield path
            if isinstance(found, list):
                yield from (str(one.get("id", "")).lower() for one in found)
    yield from (one.subject.lower() for one in tenant.truth)


def first(tenant: Tenant, kind: str) -> str:
    return next(row["id"] for row in tenant.tables["resources"] if row["type"] == kind)


def test_a_server_goes_with_its_databases_settings_and_expectations(tenant: Tenant) -> None:
    server = first(tenant, "microsoft.sql/servers")
    left = without(tenant, [parse_deletion({"id": server})])

    assert any(server.lower() in name for name in named(tenant))
    assert not any(f"{server.lower()}/" in f"{name}/" for name in named(left))


def test_a_group_goes_with_what_was_given_there(tenant: Tenant) -> None:
    group = first(tenant, "microsoft.compute/disks").split("/providers/")[0]
    left = without(tenant, [parse_deletion({"group": group})])

    assert not any(f"{group.lower()}/" in f"{name}/" for name in named(left))
    assert group.lower() not in json.dumps(left.tables["authorizationresources"]).lower()


def test_a_type_goes_everywhere_or_in_one_place(tenant: Tenant) -> None:
    kind = "microsoft.storage/storageaccounts"
    group = first(tenant, kind).split("/providers/")[0].lower()
    here = parse_deletion({"type": "Microsoft.Storage/storageAccounts", "group": group})
    left = without(tenant, [here])
    accounts = [row["id"].lower() for row in left.tables["resources"] if row["type"] == kind]

    assert accounts
    assert not any(one.startswith(f"{group}/") for one in accounts)
    assert not any(kind in name for name in named(without(tenant, [Deletion(type=kind)])))


def test_an_assignment_goes_from_every_list_that_shows_it(tenant: Tenant) -> None:
    rows = tenant.tables["authorizationresources"]
    assignment = next(one for one in rows if one["type"].endswith("/roleassignments"))
    left = without(tenant, [parse_deletion({"id": assignment["id"]})])

    assert assignment["name"] in json.dumps([tenant.arm, tenant.tables])
    assert assignment["name"] not in json.dumps([left.arm, left.tables])


def test_an_object_of_the_directory_goes_by_its_path_or_its_id(tenant: Tenant) -> None:
    listed = tenant.graph["/applications"]
    assert isinstance(listed, list)
    for how in (f"/applications/{listed[0]['id']}", listed[0]["id"]):
        left = without(tenant, [parse_deletion({"graph": how})])
        assert left.graph["/applications"] == listed[1:]


def test_resource_graph_may_lag_behind(tenant: Tenant) -> None:
    disk = first(tenant, "microsoft.compute/disks")
    late = [parse_deletion({"id": disk, "lag": True})]
    left = without(tenant, late)

    assert disk not in {row["id"] for row in left.tables["resources"]}
    assert lagging(tenant, left, late) == tenant.tables


def test_sums_are_done_again(tenant: Tenant) -> None:
    def told(one: Tenant, check: str) -> dict[str, str]:
        truth = expected(one, Rights(), [Deletion(ids=("/none",))])
        return {each.subject: each.expected for each in truth if each.check == check}

    assert told(tenant, OWNERS) == {
        one.subject: one.expected for one in tenant.truth if one.check == OWNERS
    }
    assert told(tenant, COMPLETE) == {
        one.subject: one.expected for one in tenant.truth if one.check == COMPLETE
    }
    crowded = next(one for one, answer in told(tenant, OWNERS).items() if answer == "fail")
    given = [
        Deletion(ids=(row["id"].lower(),))
        for row in tenant.tables["authorizationresources"]
        if row["subscriptionId"] == crowded and "/resourcegroups/" not in row["id"].lower()
    ]
    assert told(without(tenant, given), OWNERS)[crowded] == "pass"


def test_who_holds_a_role_and_is_deleted_no_longer_exists(tenant: Tenant) -> None:
    check = "identity.principals.azure_holders_exist"
    held = next(one for one in tenant.truth if one.check == check and one.expected == "pass")
    rows = tenant.tables["authorizationresources"]
    holder = next(row["properties"]["principalId"] for row in rows if row["id"] == held.subject)
    gone = [parse_deletion({"graph": holder})]
    truth = expected(without(tenant, gone), Rights(), gone)

    assert next(one.expected for one in truth if one == replace(held, expected=one.expected)) == (
        "fail"
    )


def test_nothing_deleted_is_the_tenant_itself(tenant: Tenant) -> None:
    assert without(tenant, []) is tenant


@pytest.mark.parametrize("document", [{}, {"lag": True}, {"id": 1}, {"group": "rg"}, {"x": "y"}])
def test_a_deletion_that_names_nothing_is_refused(document: Any) -> None:
    with pytest.raises(LeverError):
        parse_deletion(document)
