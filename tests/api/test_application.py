"""Nothing but health answers without a valid token, and every answer is guarded."""

import pytest
from fastapi.testclient import TestClient

from tests.api.conftest import Served

FILLED = {
    "{run_id}": "00000000-0000-0000-0000-000000000000",
    "{record_id}": "00000000-0000-0000-0000-000000000000",
    "{sha256}": "0" * 64,
    "{control_id}": "A.8.24",
    "{pack_id}": "AXP-000000000000",
}


def operations(client: TestClient) -> list[tuple[str, str]]:
    """Every method and path the application documents, and some that it does not."""
    found = [("GET", "/v1/openapi.json"), ("GET", "/docs"), ("GET", "/v1/nothing"), ("GET", "/")]
    for path, methods in client.get("/v1/openapi.json").json()["paths"].items():
        filled = path
        for parameter, value in FILLED.items():
            filled = filled.replace(parameter, value)
        found += [(method.upper(), filled) for method in methods]
    return found


def test_nothing_but_health_answers_without_a_token(
    client: TestClient, stranger: TestClient
) -> None:
    answers = {
        (method, path): stranger.request(method, path) for method, path in operations(client)
    }

    opened = {place for place, answer in answers.items() if answer.status_code != 401}
    assert opened == {("GET", "/health")}
    assert len(answers) > 25
    for (method, _), answer in answers.items():
        if answer.status_code == 401:
            assert answer.headers["www-authenticate"] == "Bearer"
            assert answer.headers["content-type"] == "application/problem+json"
            assert method == "HEAD" or answer.json()["type"] == "/problems/unauthorized"


@pytest.mark.parametrize("kind", ["unknown", "expired", "revoked"])
def test_a_token_that_opens_nothing_gets_always_the_same_answer(
    served: Served, stranger: TestClient, kind: str
) -> None:
    secret = served.tokens.get(kind, "aev_0123456789ab_" + "x" * 43)

    answer = stranger.get("/v1/status", headers={"Authorization": f"Bearer {secret}"})

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
    assert answer.json() == {
        "type": "/problems/unauthorized",
        "title": "Unauthorized",
        "status": 401,
        "detail": "a valid bearer token is needed; make one with `annexa token create`",
        "instance": "/v1/status",
    }


@pytest.mark.parametrize(
    "header", ["", "Bearer", "Basic dXNlcjpwYXNz", "Bearer \u00e9\u00e9", "Bearer " + "x" * 5000]
)
def test_credentials_that_are_none_are_refused(stranger: TestClient, header: str) -> None:
    answer = stranger.get("/v1/status", headers={b"Authorization": header.encode("latin-1")})

    assert answer.status_code == 401


SCOPED = [
    ("GET", "/v1/status", "runs:read"),
    ("GET", "/v1/connections", "runs:read"),
    ("GET", "/v1/runs", "runs:read"),
    ("POST", "/v1/runs", "runs:create"),
    ("GET", "/v1/evidence", "evidence:read"),
    ("GET", "/v1/verification", "evidence:read"),
    ("GET", "/v1/log/checkpoint", "evidence:read"),
    ("GET", "/v1/controls", "evidence:read"),
    ("GET", "/v1/packs", "packs:read"),
    ("POST", "/v1/packs", "packs:create"),
    ("GET", "/v1/packs/AXP-000000000000/bundle", "packs:read"),
]


@pytest.mark.parametrize(("method", "path", "scope"), SCOPED)
def test_a_token_opens_only_what_its_scope_names(
    served: Served, stranger: TestClient, method: str, path: str, scope: str
) -> None:
    others = [name for name in served.tokens if ":" in name and name != scope]

    for name in others:
        bearer = {"Authorization": f"Bearer {served.tokens[name]}"}
        answer = stranger.request(method, path, headers=bearer)
        assert answer.status_code == 403
        assert answer.json()["type"] == "/problems/insufficient_scope"
        assert f'scope="{scope}"' in answer.headers["www-authenticate"]
    allowed = stranger.request(
        method, path, headers={"Authorization": f"Bearer {served.tokens[scope]}"}
    )
    assert allowed.status_code in {200, 404, 422}


def test_every_answer_forbids_browsers_to_make_anything_of_it(
    client: TestClient, stranger: TestClient
) -> None:
    for answer in (
        stranger.get("/health"),
        stranger.get("/v1/status"),
        client.get("/v1/status"),
        client.get("/v1/nothing"),
        client.post("/v1/runs", content=b"x" * 100_000),
    ):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "private, no-store"


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/nothing", 404, "not_found"),
        ("DELETE", "/v1/runs", 405, "method_not_allowed"),
        ("GET", "/v1/runs?limit=0", 422, "request_invalid"),
        ("GET", "/v1/runs?cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAA", 422, "cursor_invalid"),
        ("GET", "/v1/runs?connection=nobody", 404, "connection_unknown"),
        ("GET", "/v1/runs/00000000-0000-0000-0000-000000000000", 404, "run_unknown"),
        ("GET", "/v1/runs/seven", 422, "request_invalid"),
        ("GET", "/v1/evidence/none", 404, "record_unknown"),
        ("GET", "/v1/evidence/none/proof", 404, "record_unknown"),
        ("GET", "/v1/evidence/none/verification", 404, "record_unknown"),
        ("GET", "/v1/evidence?from=2026-13-01", 422, "request_invalid"),
        ("GET", "/v1/evidence?from=1700000000", 422, "request_invalid"),
        ("GET", "/v1/log/consistency?from=999999", 400, "usage"),
        ("GET", "/v1/log/consistency?from=7", 404, "checkpoint_unknown"),
        ("GET", "/v1/log/consistency?from=3&to=1", 400, "usage"),
        ("GET", "/v1/controls/A.8.99", 404, "control_unknown"),
        ("GET", "/v1/controls?from=2026-01-02&to=2026-01-01", 400, "usage"),
        ("GET", "/v1/controls?from=9999-01-01", 400, "usage"),
        ("GET", "/v1/controls?from=1999-01-01", 400, "usage"),
        ("GET", "/v1/packs/AXP-000000000000", 404, "pack_unknown"),
        ("GET", "/v1/packs/AXP-000000000000/bundle", 404, "pack_unknown"),
        ("GET", "/v1/packs/00000000-0000-0000-0000-000000000000", 404, "pack_unknown"),
    ],
)
def test_what_is_wrong_is_a_named_problem(
    client: TestClient, method: str, path: str, status: int, code: str
) -> None:
    answer = client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    told = answer.json()
    assert told["type"] == f"/problems/{code}"
    assert told["status"] == status
    assert told["instance"] == path.partition("?")[0]


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/v1/runs", "GET, POST"),
        ("/v1/packs/AXP-000000000000/pdf", "GET, HEAD"),
        ("/health", "GET"),
    ],
)
def test_a_method_that_is_not_allowed_is_told_which_are(
    client: TestClient, path: str, allowed: str
) -> None:
    answer = client.delete(path)

    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


def test_a_body_too_long_is_refused_whether_announced_or_not(client: TestClient) -> None:
    def unannounced() -> list[bytes]:
        return [b"x" * 10_000] * 10

    for body in (b"x" * 100_000, iter(unannounced())):
        answer = client.post("/v1/runs", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 413
        assert answer.json()["type"] == "/problems/body_too_large"


def test_a_wrong_part_of_a_body_is_pointed_at(client: TestClient) -> None:
    answer = client.post("/v1/runs", json={"connection": "NO", "more": 1})

    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/body/connection",
        "/body/more",
    }
    assert "NO" not in answer.text


def test_a_fault_of_ours_tells_nothing_of_its_insides(
    client: TestClient, served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"secret path {served.home}")

    monkeypatch.setattr("app.api.routes.status.status_of", broken)

    answer = client.get("/v1/status")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert answer.json()["type"] == "/problems/error"
    assert str(served.home) not in answer.text


def test_documentation_pages_with_foreign_scripts_are_off(client: TestClient) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404
