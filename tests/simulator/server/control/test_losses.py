"""Levers over TLS: what each route answers once rights, resources or rows are gone."""

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from simulator.arm_path import parse
from simulator.levers.graph_permissions import GRANTED, GRAPH_APP
from simulator.server.arm.versions import KNOWN
from tests.simulator.server.test_whole_tenant import ABOVE

DISKS = "microsoft.compute/disks"
PROVIDER = "providers/Microsoft.Authorization"


@pytest.fixture
def pulled(caller: Any) -> Iterator[Any]:
    """The caller, with every lever back where it was afterwards."""
    yield caller
    caller.process.grant()
    caller.process.restore()
    caller.process.lengthen()


def rows(caller: Any, query: str) -> list[dict[str, Any]]:
    answer = caller.graph_rows(query, **{"$top": 1000, **ABOVE})
    found: list[dict[str, Any]] = answer.json()["data"]
    return found


def of(caller: Any, kind: str) -> list[dict[str, Any]]:
    return rows(caller, f"resources | where type =~ '{kind}' | order by id asc")


def ask(caller: Any, identity: str, more: str = "") -> httpx2.Response:
    """A GET with the newest version that its type answers."""
    path = parse(f"{identity}".lower())
    version = KNOWN.get(path.type, ("2021-04-01",))[-1]
    answer: httpx2.Response = caller.get(f"{identity}?api-version={version}{more}")
    return answer


def told(answer: httpx2.Response) -> tuple[int, str]:
    return answer.status_code, answer.json().get("error", {}).get("code", "")


def listed(answer: httpx2.Response) -> set[str]:
    assert answer.status_code == 200, answer.text
    return {one["id"].lower() for one in answer.json()["value"]}


FORBIDDEN = (403, "AuthorizationFailed")


def test_a_type_withdrawn_is_left_out_in_silence_and_refused_by_itself(pulled: Any) -> None:
    disk = of(pulled, DISKS)[0]
    scope = f"/subscriptions/{disk['subscriptionId']}"
    settings = f"{disk['id']}/providers/Microsoft.Insights/diagnosticSettings"
    pulled.process.withdraw(type="Microsoft.Compute/disks")

    assert of(pulled, DISKS) == []
    assert of(pulled, "microsoft.compute/virtualmachines")
    assert not any("/disks/" in one for one in listed(ask(pulled, f"{scope}/resources")))
    for path in (disk["id"], f"{scope}/providers/Microsoft.Compute/disks", f"{disk['id']}x"):
        assert told(ask(pulled, path)) == FORBIDDEN
    assert told(ask(pulled, settings)) == FORBIDDEN


def test_a_group_withdrawn_leaves_the_rest_of_its_subscription(pulled: Any) -> None:
    disk, *others = of(pulled, DISKS)
    scope, group = f"/subscriptions/{disk['subscriptionId']}", disk["id"].split("/providers/")[0]
    before = listed(ask(pulled, f"{scope}/providers/Microsoft.Compute/disks"))
    pulled.process.withdraw(group=group)

    after = listed(ask(pulled, f"{scope}/providers/Microsoft.Compute/disks"))
    assert after == {one for one in before if not one.startswith(f"{group.lower()}/")} < before
    assert group.lower() not in listed(ask(pulled, f"{scope}/resourcegroups"))
    assert disk["id"] not in {one["id"] for one in of(pulled, DISKS)}
    for path in (disk["id"], group, f"{group}/providers/Microsoft.Compute/disks/none"):
        assert told(ask(pulled, path)) == FORBIDDEN
    assert told(ask(pulled, f"{group}/{PROVIDER}/roleAssignments")) == FORBIDDEN
    assert told(ask(pulled, others[-1]["id"])) == (200, "")


def test_a_subscription_withdrawn_is_not_there(pulled: Any) -> None:
    gone, *left = pulled.process.subscriptions
    pulled.process.withdraw(subscription=gone)

    subscriptions = "where type == 'microsoft.resources/subscriptions'"
    seen = rows(pulled, f"resourcecontainers | {subscriptions}")
    assert {one["subscriptionId"] for one in seen} == set(left)
    assert listed(ask(pulled, "/subscriptions")) == {f"/subscriptions/{one}" for one in left}
    for path in ("", "/resources", f"/{PROVIDER}/roleEligibilityScheduleInstances"):
        assert told(ask(pulled, f"/subscriptions/{gone}{path}")) == FORBIDDEN


def test_who_has_no_rights_at_all_sees_no_subscription_and_may_not_query(pulled: Any) -> None:
    pulled.process.withdraw(everything=True)

    assert ask(pulled, "/subscriptions").json() == {"value": []}
    refused = pulled.graph_rows("resources")
    assert refused.status_code == 400
    detail = refused.json()["error"]["details"][0]["code"]
    assert detail == "NoValidSubscriptionsInQueryRequest"
    assert pulled.get("/v1.0/applications", "graph").status_code == 403


def test_azure_tells_the_permissions_that_are_left(pulled: Any) -> None:
    first, second, third = pulled.process.subscriptions
    disk = next(one for one in of(pulled, DISKS) if one["subscriptionId"] == first)
    group = disk["id"].split("/providers/")[0]
    pulled.process.withdraw(type="Microsoft.Sql", subscription=second)
    pulled.process.withdraw(subscription=third)
    pulled.process.withdraw(group=group)

    def permissions(scope: str) -> httpx2.Response:
        return ask(pulled, f"{scope}/{PROVIDER}/permissions")

    whole = {"actions": ["*/read"], "notActions": [], "dataActions": [], "notDataActions": []}
    assert permissions(f"/subscriptions/{first}").json() == {"value": [whole]}
    narrowed = whole | {"notActions": ["Microsoft.Sql/*"]}
    assert permissions(f"/subscriptions/{second}").json() == {"value": [narrowed]}
    assert told(permissions(f"/subscriptions/{third}")) == FORBIDDEN
    assert permissions(group).json() == permissions(disk["id"]).json() == {"value": []}


def test_the_identity_finds_its_own_assignments_and_they_follow_its_rights(pulled: Any) -> None:
    own = pulled.process.identity()["object_id"]
    first, second, third = pulled.process.subscriptions

    def held() -> dict[str, str]:
        answer = ask(pulled, f"/{PROVIDER}/roleAssignments", f"&$filter=assignedTo('{own}')")
        by_route = {one["properties"]["scope"]: one for one in answer.json()["value"]}
        seen = rows(pulled, "authorizationresources | where type endswith 'roleassignments'")
        mine = [one["properties"] for one in seen if one["properties"]["principalId"] == own]
        assert {one["scope"] for one in mine} == set(by_route)
        return {one["scope"]: str(one["roleDefinitionId"]).rsplit("/", 1)[1] for one in mine}

    (root,) = held()
    assert "managementGroups" in root
    pulled.process.withdraw(subscription=third)
    pulled.process.withdraw(type="Microsoft.Sql", subscription=second)
    after = held()
    assert set(after) == {root, f"/subscriptions/{first}", f"/subscriptions/{second}"}
    assert len(set(after.values())) == 3
    narrowed = ask(pulled, f"/{PROVIDER}/roleDefinitions/{after[f'/subscriptions/{second}']}")
    assert narrowed.json()["properties"]["permissions"][0]["notActions"] == ["Microsoft.Sql/*"]
    pulled.process.grant(subscription=third)
    pulled.process.grant(type="Microsoft.Sql", subscription=second)
    assert set(held()) == {root}


def test_graph_tells_what_was_consented_to_and_refuses_the_rest(pulled: Any) -> None:
    own = pulled.process.identity()

    def granted() -> set[str]:
        graph = pulled.get(f"/v1.0/servicePrincipals(appId='{GRAPH_APP}')", "graph").json()
        names = {one["id"]: one["value"] for one in graph["appRoles"]}
        grants = pulled.get(
            f"/v1.0/servicePrincipals/{own['object_id']}/appRoleAssignments", "graph"
        )
        return {names[one["appRoleId"]] for one in grants.json()["value"]}

    assert granted() == set(GRANTED)
    pulled.process.withdraw(permission="Policy.Read.All")
    assert granted() == set(GRANTED) - {"Policy.Read.All"}
    refused = pulled.get("/v1.0/identity/conditionalAccess/policies", "graph")
    assert told(refused) == (403, "Authorization_RequestDenied")
    pulled.process.withdraw(permission="Application.Read.All")
    for path in (f"servicePrincipals/{own['object_id']}/appRoleAssignments", "applications/none"):
        assert told(pulled.get(f"/v1.0/{path}", "graph"))[0] == 403


def test_of_objects_out_of_sight_the_directory_tells_type_and_id_alone(pulled: Any) -> None:
    own = pulled.process.identity()["object_id"]
    body = {"ids": [own]}
    pulled.process.withdraw(permission="Application.Read.All")
    answer = pulled.send("POST", "/v1.0/directoryObjects/getByIds", "graph", json=body)
    assert answer.json()["value"] == [
        {"@odata.type": "#microsoft.graph.servicePrincipal", "id": own}
    ]
    pulled.process.withdraw(permission="*")
    answer = pulled.send("POST", "/v1.0/directoryObjects/getByIds", "graph", json=body)
    assert answer.status_code == 403


def test_what_is_deleted_is_gone_and_what_is_hidden_is_not(pulled: Any) -> None:
    disk = of(pulled, DISKS)[0]
    group = disk["id"].split("/providers/")[0]
    pulled.process.delete(id=disk["id"])

    assert told(ask(pulled, disk["id"])) == (404, "ResourceNotFound")
    assert disk["id"] not in {one["id"] for one in of(pulled, DISKS)}
    pulled.process.delete(group=group)
    assert told(ask(pulled, group)) == (404, "ResourceGroupNotFound")
    assert told(ask(pulled, disk["id"])) == (404, "ResourceGroupNotFound")
    pulled.process.withdraw(group=group)
    assert told(ask(pulled, disk["id"])) == FORBIDDEN
    pulled.process.delete(subscription=disk["subscriptionId"])
    scope = f"/subscriptions/{disk['subscriptionId']}"
    assert told(ask(pulled, f"{scope}/resources")) == (404, "SubscriptionNotFound")


def test_resource_graph_still_names_what_was_just_deleted(pulled: Any) -> None:
    disk = of(pulled, DISKS)[0]
    pulled.process.delete(id=disk["id"], lag=True)

    assert disk["id"] in {one["id"] for one in of(pulled, DISKS)}
    assert told(ask(pulled, disk["id"])) == (404, "ResourceNotFound")
    listed_still = listed(ask(pulled, f"/subscriptions/{disk['subscriptionId']}/resources"))
    assert disk["id"].lower() not in listed_still


def test_a_list_cut_in_silence_answers_for_what_it_left_out(pulled: Any) -> None:
    disks = of(pulled, DISKS)
    pulled.process.shorten(route="resource_graph", type=DISKS, share=0.5)

    left = {one["id"] for one in of(pulled, DISKS)}
    assert 0 < len(left) < len(disks)
    assert all(told(ask(pulled, one["id"])) == (200, "") for one in disks)


@pytest.mark.parametrize("name", ["role_management_policies", "workspace_tables", "subscriptions"])
def test_lists_that_are_never_empty_are_empty_on_demand(pulled: Any, name: str) -> None:
    scope = f"/subscriptions/{pulled.process.subscriptions[0]}"
    workspace = of(pulled, "microsoft.operationalinsights/workspaces")[0]["id"]
    asked = {
        "role_management_policies": f"{scope}/{PROVIDER}/roleManagementPolicyAssignments",
        "workspace_tables": f"{workspace}/tables",
        "subscriptions": "/subscriptions",
    }[name]
    assert ask(pulled, asked).json()["value"]
    pulled.process.shorten(empty=name)
    assert ask(pulled, asked).json() == {"value": []}


def test_a_role_of_a_subscription_withdrawn_is_hidden_and_not_gone(pulled: Any) -> None:
    query = "authorizationresources | where type endswith 'roledefinitions'"
    own = [one for one in rows(pulled, query) if one["properties"]["type"] == "CustomRole"]
    scope = own[0]["properties"]["assignableScopes"][0]
    pulled.process.withdraw(subscription=scope.rsplit("/", 1)[-1])

    assert own[0]["id"] not in {one["id"] for one in rows(pulled, query)}
    assert told(ask(pulled, own[0]["id"])) == FORBIDDEN
    assert told(ask(pulled, own[0]["id"][:-1] + "0")) != (200, "")


def test_the_truth_knows_what_is_hidden_and_what_is_gone(pulled: Any) -> None:
    def truth() -> dict[tuple[str, str], str]:
        return {(one["check"], one["subject"]): one["expected"] for one in pulled.process.truth()}

    before, disk = truth(), of(pulled, DISKS)[0]["id"]
    about = {key for key in before if key[1] == disk}
    pulled.process.withdraw(resource=disk)
    hidden = truth()
    assert {hidden[key] for key in about} == {"unknown"}
    others = {key for key in hidden if DISKS in key[1].lower()} - about
    assert all(hidden[key] == before[key] for key in others)
    pulled.process.grant()
    pulled.process.delete(id=disk)
    assert not about & set(truth())


@pytest.mark.parametrize("table", ["resources", "resourcecontainers", "authorizationresources"])
def test_every_id_that_a_table_names_is_answered_by_itself(caller: Any, table: str) -> None:
    named = rows(caller, f"{table} | order by id asc")
    assert {(one["id"], ask(caller, one["id"]).status_code) for one in named} == {
        (one["id"], 200) for one in named
    }


def test_providers_tell_the_versions_that_their_types_answer(caller: Any) -> None:
    for scope in ("", f"/subscriptions/{caller.process.subscriptions[0]}"):
        told = caller.get(f"{scope}/providers/Microsoft.Compute?api-version=2021-04-01").json()
        versions = {one["resourceType"]: one["apiVersions"] for one in told["resourceTypes"]}
        disk = of(caller, DISKS)[0]["id"]
        assert caller.get(f"{disk}?api-version={versions['disks'][0]}").status_code == 200
        refused = caller.get(f"{disk}?api-version=2001-01-01")
        assert (refused.status_code, refused.json()["error"]["code"]) == (
            400,
            "NoRegisteredProviderFound",
        )
        assert versions["disks"][0] in refused.json()["error"]["message"]


@pytest.mark.parametrize("lever", ["withdraw", "delete", "shorten"])
def test_a_lever_that_is_not_understood_is_refused_in_words(caller: Any, lever: str) -> None:
    answer = caller.http.post(f"/_sim/{lever}", json={"what": "x"})
    assert answer.status_code == 400
    assert "what" in answer.text
