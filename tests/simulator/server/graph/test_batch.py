"""Microsoft Graph asked for many things at once, as simulated."""

from typing import Any

import pytest

OBJECTS, BATCH = "/v1.0/directoryObjects/getByIds", "/v1.0/$batch"


def posted(caller: Any, path: str, body: Any) -> Any:
    return caller.send("POST", path, "graph", json=body)


def asked(*urls: str) -> dict[str, Any]:
    return {
        "requests": [
            {"id": str(number), "method": "GET", "url": url} for number, url in enumerate(urls)
        ]
    }


@pytest.mark.parametrize("body", [[], {}, {"ids": []}, {"ids": ["a"] * 1001}])
def test_a_list_of_ids_has_bounds(caller: Any, body: Any) -> None:
    assert posted(caller, OBJECTS, body).status_code == 400


@pytest.mark.parametrize(
    "body",
    [{}, {"requests": []}, asked(*["/applications"] * 21), {"requests": [{"url": "/x"}]}],
)
def test_a_batch_has_bounds(caller: Any, body: Any) -> None:
    assert posted(caller, BATCH, body).status_code == 400


def test_each_request_of_a_batch_has_its_own_answer(caller: Any) -> None:
    answer = posted(caller, BATCH, asked("/applications?$top=2", "/applications/nobody"))

    found = {one["id"]: one for one in answer.json()["responses"]}
    assert answer.status_code == 200
    assert (found["0"]["status"], found["1"]["status"]) == (200, 404)
    assert len(found["0"]["body"]["value"]) == 2
    assert "/v1.0/applications?" in found["0"]["body"]["@odata.nextLink"]


def test_a_fault_strikes_one_request_of_a_batch(unfaulted: Any) -> None:
    rule = {"path": "/applications/", "kind": "throttle", "retry_after": 3, "service": "graph"}
    unfaulted.process.post_faults(rule)

    answer = posted(unfaulted, BATCH, asked("/applications?$top=1", "/applications/nobody"))

    found = {one["id"]: one for one in answer.json()["responses"]}
    assert (found["0"]["status"], found["1"]["status"]) == (200, 429)
    assert found["1"]["headers"]["Retry-After"] == "3"
