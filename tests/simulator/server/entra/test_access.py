"""Nobody is answered without a good token for the right audience."""

from typing import Any

import pytest

ASKED = [
    ("arm", "/subscriptions?api-version=2022-12-01", "AuthenticationFailed"),
    ("graph", "/v1.0/applications", "InvalidAuthenticationToken"),
    ("logs", "/v1/workspaces/x/query", "AuthorizationRequiredError"),
    ("vault", "/vaults/x/keys?api-version=7.4", "Unauthorized"),
]


@pytest.mark.parametrize(("service", "path", "code"), ASKED)
def test_without_a_token_each_service_answers_its_own_401(
    caller: Any, service: str, path: str, code: str
) -> None:
    answer = caller.http.get(path)
    assert answer.status_code == 401, service
    assert answer.json()["error"]["code"] == code
    challenge = answer.headers["WWW-Authenticate"]
    assert challenge.startswith("Bearer authorization")
    assert f"{caller.process.base_url}/{caller.process.tenant_id}" in challenge


@pytest.mark.parametrize(("service", "path", "code"), ASKED)
def test_a_token_for_another_audience_is_refused(
    caller: Any, service: str, path: str, code: str
) -> None:
    answer = caller.get(path, "storage")
    assert answer.status_code == 401, service
    assert code


def test_a_made_up_token_is_refused(caller: Any) -> None:
    head, body, _ = caller.token("arm").split(".")
    for forged in ("nonsense", f"{head}.{body}.c2lnbmVk", f"{head}.{body}."):
        answer = caller.http.get(
            "/subscriptions?api-version=2022-12-01", headers={"Authorization": f"Bearer {forged}"}
        )
        assert answer.status_code == 401


@pytest.mark.parametrize(
    "audience",
    [
        "https://management.azure.com",
        "https://management.azure.com/",
        "https://management.core.windows.net/",
    ],
)
def test_both_audiences_of_arm_are_accepted(caller: Any, audience: str) -> None:
    assert caller.get("/subscriptions?api-version=2022-12-01", audience).status_code == 200


def test_the_levers_need_no_token(caller: Any) -> None:
    assert caller.http.get("/_sim/least").status_code == 200
    assert caller.http.get("/_sim/nothing").status_code == 404
