"""ARM as simulated: what real clients send, and what Azure refuses."""

from typing import Any

import pytest


def test_letter_case_and_double_slashes_mean_nothing(caller: Any) -> None:
    subscription = caller.process.subscriptions[0]
    plain = caller.get(f"/subscriptions/{subscription}?api-version=2022-12-01")
    shouted = caller.get(
        f"{caller.process.base_url}//SUBSCRIPTIONS//{subscription.upper()}/?API-VERSION=2022-12-01"
    )
    assert plain.status_code == shouted.status_code == 200
    assert plain.content == shouted.content


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/subscriptions", 400, "MissingApiVersionParameter"),
        ("/subscriptions?api-version=soon", 400, "InvalidApiVersionParameter"),
        ("/subscriptions?api-version=1999-01-01", 400, "InvalidApiVersionParameter"),
        (
            "/subscriptions/{s}/providers/Microsoft.Storage/storageAccounts?api-version=1999-01-01",
            400,
            "NoRegisteredProviderFound",
        ),
        (
            "/subscriptions/{s}/providers/Microsoft.Nothing/things?api-version=2021-01-01",
            404,
            "InvalidResourceType",
        ),
        (
            "/subscriptions/{s}/resourceGroups/x/providers/Microsoft.Web/sites/x?api-version=2023-12-01",
            404,
            "ResourceGroupNotFound",
        ),
        (
            "/subscriptions/00000000-0000-0000-0000-000000000001?api-version=2022-12-01",
            404,
            "SubscriptionNotFound",
        ),
        ("/subscriptions/mine?api-version=2022-12-01", 400, "InvalidSubscriptionId"),
        (
            "/subscriptions/{s}/resourceGroups/none?api-version=2021-04-01",
            404,
            "ResourceGroupNotFound",
        ),
        (
            "/subscriptions/{s}/resources?api-version=2021-04-01&$filter=name ne 'x'",
            400,
            "InvalidFilterInQueryString",
        ),
        (
            "/subscriptions/{s}/resources?api-version=2021-04-01&$top=1001",
            400,
            "InvalidTopQueryParameter",
        ),
        (
            "/subscriptions/{s}/resources?api-version=2021-04-01&$skiptoken=eA",
            400,
            "InvalidSkipToken",
        ),
    ],
)
def test_what_azure_refuses_is_refused_in_its_words(
    caller: Any, path: str, status: int, code: str
) -> None:
    answer = caller.get(path.format(s=caller.process.subscriptions[0]))
    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"]


def test_several_api_versions_of_one_type_are_answered(caller: Any) -> None:
    subscription = caller.process.subscriptions[0]
    path = f"/subscriptions/{subscription}/providers/Microsoft.Storage/storageAccounts"
    seen = {
        caller.get(f"{path}?api-version={version}").content
        for version in ("2021-09-01", "2023-05-01", "2026-09-01")
    }
    assert len(seen) == 1


@pytest.mark.parametrize("method", ["PUT", "PATCH", "POST", "DELETE"])
def test_a_reader_may_not_write(caller: Any, method: str) -> None:
    answer = caller.send(
        method,
        f"/subscriptions/{caller.process.subscriptions[0]}/resourceGroups/x?api-version=2021-04-01",
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "AuthorizationFailed")


def test_next_links_stay_on_the_host_that_was_asked_and_lose_nothing(caller: Any) -> None:
    subscription = caller.process.subscriptions[0]
    whole = caller.get(f"/subscriptions/{subscription}/resources?api-version=2021-04-01").json()
    assert "nextLink" not in whole
    host = caller.process.base_url.replace("127.0.0.1", "localhost")
    url = f"{host}/subscriptions/{subscription}/resources?api-version=2021-04-01&$top=10"
    seen: list[Any] = []
    while url:
        assert url.startswith(f"{host}/")
        page = caller.get(url).json()
        seen += page["value"]
        url = page.get("nextLink")
    assert seen == whole["value"]


def test_every_answer_says_how_to_find_it_again(caller: Any) -> None:
    answer = caller.get("/subscriptions?api-version=2022-12-01")
    for name in (
        "x-ms-request-id",
        "x-ms-correlation-request-id",
        "x-ms-routing-request-id",
        "Date",
        "x-ms-ratelimit-remaining-tenant-reads",
    ):
        assert answer.headers[name]
    assert "Content-Encoding" not in answer.headers


def test_an_unsupported_type_has_no_diagnostic_settings(caller: Any) -> None:
    query = "resources | where type == 'microsoft.network/networkinterfaces' | take 1 | project id"
    resource = caller.graph_rows(query).json()["data"][0]["id"]
    answer = caller.get(
        f"{resource}/providers/Microsoft.Insights/diagnosticSettings?api-version=2021-05-01-preview"
    )
    assert (answer.status_code, answer.json()["code"]) == (400, "ResourceTypeNotSupported")


def test_an_account_refuses_a_service_that_its_kind_lacks(caller: Any) -> None:
    query = "resources | where kind == 'FileStorage' | take 1 | project id"
    account = caller.graph_rows(query).json()["data"][0]["id"]
    answer = caller.get(f"{account}/blobServices/default?api-version=2023-01-01")
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (400, "FeatureNotSupportedForAccount")


def test_resource_groups_and_single_resources_follow_from_the_rows(caller: Any) -> None:
    row = caller.graph_rows("resources | where type =~ 'Microsoft.Compute/disks' | take 1").json()
    disk = row["data"][0]
    found = caller.get(f"{disk['id']}?api-version=2023-04-02").json()
    assert found["properties"] == disk["properties"]
    assert found["type"] == "Microsoft.Compute/disks"
    assert not {"subscriptionId", "resourceGroup", "tenantId"} & set(found)
    group = disk["id"].split("/providers/")[0]
    assert caller.get(f"{group}?api-version=2021-04-01").json()["id"].lower() == group.lower()
    listed = caller.get(f"{group}/resources?api-version=2021-04-01").json()["value"]
    assert disk["id"] in {each["id"] for each in listed}
