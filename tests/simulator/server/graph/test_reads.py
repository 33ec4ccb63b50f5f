"""Microsoft Graph as simulated."""

from typing import Any

import pytest

POLICIES = "/v1.0/policies/roleManagementPolicyAssignments"


def test_pages_hold_every_application_once(caller: Any) -> None:
    whole = caller.get("/v1.0/applications?$top=999", "graph").json()
    assert whole["@odata.context"].endswith("/v1.0/$metadata#applications")
    url = "/v1.0/applications?$top=3&$select=id,passwordCredentials"
    seen: list[Any] = []
    while url:
        page = caller.get(url, "graph").json()
        seen += page["value"]
        url = page.get("@odata.nextLink")
        assert url is None or url.startswith(f"{caller.process.base_url}/v1.0/")
    assert [each["id"] for each in seen] == [each["id"] for each in whole["value"]]
    assert all(set(each) <= {"id", "passwordCredentials"} for each in seen)
    assert len(seen) > 3


def test_one_object_of_a_list_is_read_by_its_id(caller: Any) -> None:
    first = caller.get("/v1.0/applications?$top=1", "graph").json()["value"][0]
    found = caller.get(f"/v1.0/APPLICATIONS/{first['id']}", "graph").json()
    assert first.items() <= found.items()


def test_a_policy_is_expanded_only_when_asked(caller: Any) -> None:
    clause = "$filter=scopeId eq '/' and scopeType eq 'DirectoryRole'"
    plain = caller.get(f"{POLICIES}?{clause}", "graph").json()["value"]
    expanded = caller.get(f"{POLICIES}?{clause}&$expand=policy($expand=rules)", "graph").json()[
        "value"
    ]
    assert plain
    assert all("policy" not in each for each in plain)
    assert all(each["policy"]["rules"] for each in expanded)


def test_a_filter_keeps_what_it_says(caller: Any) -> None:
    assert caller.get(f"{POLICIES}?$filter=scopeType eq 'Group'", "graph").json()["value"] == []
    first = caller.get(POLICIES, "graph").json()["value"][0]
    found = caller.get(f"{POLICIES}?$filter=id eq '{first['id']}'", "graph").json()["value"]
    assert found == [first]


@pytest.mark.parametrize(
    "query",
    [
        "$filter=startswith(displayName,'a')",
        "$filter=id eq 'a' or id eq 'b'",
        "$filter=id eq 'a' and ",
        "$orderby=displayName",
        "$search=x",
        "$top=1000",
        "$top=0",
        "$expand=everything",
        "$skiptoken=eA",
    ],
)
def test_what_is_not_understood_is_refused(caller: Any, query: str) -> None:
    answer = caller.get(f"/v1.0/applications?{query}", "graph")
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "BadRequest")


@pytest.mark.parametrize("path", ["/v1.0/applications/none", "/v1.0/nothing"])
def test_what_is_not_there_is_a_404_with_inner_error(caller: Any, path: str) -> None:
    answer = caller.get(path, "graph", headers={"client-request-id": "mine"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (404, "Request_ResourceNotFound")
    assert error["innerError"]["client-request-id"] == "mine"
    assert error["innerError"]["request-id"] == answer.headers["request-id"]
    assert answer.headers["client-request-id"] == "mine"


def test_nothing_can_be_written(caller: Any) -> None:
    answer = caller.send("POST", "/v1.0/applications", "graph", json={})
    assert answer.json()["error"]["code"] == "Authorization_RequestDenied"
