"""Faults on demand, as a client sees them."""

import hashlib
import json
import time
from typing import Any

import httpx2
import pytest

from simulator.server.faults.rules import FaultBox, FaultRuleError, parse_rules, parse_rules_text

SUBSCRIPTIONS = "/subscriptions?api-version=2022-12-01"


def test_a_rule_strikes_as_often_as_it_says_and_no_more(unfaulted: Any) -> None:
    unfaulted.process.post_faults(
        {"path": "^/subscriptions", "status": 503, "times": 2, "retry_after": 1}
    )
    answers = [unfaulted.get(SUBSCRIPTIONS) for _ in range(3)]
    assert [each.status_code for each in answers] == [503, 503, 200]
    assert answers[0].headers["Retry-After"] == "1"
    assert answers[0].json()["error"]["code"] == "ServiceUnavailable"


@pytest.mark.parametrize(
    ("rule", "path", "audience", "status", "code"),
    [
        ({"kind": "throttle"}, SUBSCRIPTIONS, "arm", 429, "TooManyRequests"),
        ({"kind": "denied"}, SUBSCRIPTIONS, "arm", 403, "AuthorizationFailed"),
        (
            {"kind": "denied"},
            "/v1.0/applications",
            "graph",
            403,
            "Authorization_RequestDenied",
        ),
        ({"kind": "license"}, "/v1.0/applications", "graph", 403, "AadPremiumLicenseRequired"),
        ({"kind": "license"}, SUBSCRIPTIONS, "arm", 400, "AadPremiumLicenseRequired"),
        (
            {"kind": "not_registered"},
            SUBSCRIPTIONS,
            "arm",
            409,
            "MissingSubscriptionRegistration",
        ),
        (
            {"kind": "not_registered", "status": 404},
            SUBSCRIPTIONS,
            "arm",
            404,
            "MissingSubscriptionRegistration",
        ),
        ({"status": 410}, SUBSCRIPTIONS, "arm", 410, "Gone"),
        ({"status": 500, "code": "Odd"}, SUBSCRIPTIONS, "arm", 500, "Odd"),
    ],
)
def test_each_refusal_has_its_services_shape(
    unfaulted: Any, rule: dict[str, Any], path: str, audience: str, status: int, code: str
) -> None:
    unfaulted.token(audience)
    unfaulted.process.post_faults({"path": ".", "service": audience, **rule})
    answer = unfaulted.get(path, audience)
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    assert ("innerError" in error) is (audience == "graph")
    assert "Retry-After" not in answer.headers
    logged = unfaulted.process.log()[-1]
    assert (logged["status"], logged["fault"]) == (status, rule.get("kind", "status"))


def test_a_truncated_answer_is_shorter_than_announced(unfaulted: Any) -> None:
    unfaulted.process.post_faults({"path": "^/subscriptions", "kind": "truncate", "times": 1})
    with pytest.raises(httpx2.RemoteProtocolError):
        unfaulted.get(SUBSCRIPTIONS)
    whole = unfaulted.get(SUBSCRIPTIONS)
    cut, full = unfaulted.process.log()[-2:]
    assert cut["fault"] == "truncate"
    assert cut["bytes"] == full["bytes"] // 2
    assert cut["sha256"] == hashlib.sha256(whole.content[: cut["bytes"]]).hexdigest()


def test_a_malformed_answer_is_complete_but_not_json(unfaulted: Any) -> None:
    unfaulted.process.post_faults({"path": "^/subscriptions", "kind": "malformed", "times": 1})
    answer = unfaulted.get(SUBSCRIPTIONS)
    assert answer.status_code == 200
    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.content)
    assert unfaulted.process.log()[-1]["sha256"] == hashlib.sha256(answer.content).hexdigest()


def test_a_dropped_connection_has_no_answer(unfaulted: Any) -> None:
    unfaulted.process.post_faults({"path": "^/subscriptions", "kind": "drop", "times": 1})
    with pytest.raises(httpx2.TransportError):
        unfaulted.get(SUBSCRIPTIONS)
    assert unfaulted.process.log()[-1]["status"] is None
    assert unfaulted.get(SUBSCRIPTIONS).status_code == 200


def test_a_delay_only_delays(unfaulted: Any) -> None:
    unfaulted.process.post_faults(
        {"path": "^/subscriptions", "kind": "delay", "delay_ms": 200, "times": 1}
    )
    started = time.monotonic()
    assert unfaulted.get(SUBSCRIPTIONS).status_code == 200
    assert time.monotonic() - started >= 0.2


def test_a_rule_may_look_into_the_question(unfaulted: Any) -> None:
    unfaulted.process.post_faults(
        {"path": "resourcegraph", "body": "storageaccounts", "kind": "denied"}
    )
    assert unfaulted.graph_rows("resources | count").status_code == 200
    query = "resources | where type =~ 'Microsoft.Storage/storageAccounts'"
    assert unfaulted.graph_rows(query).status_code == 403


def test_rules_that_make_no_sense_are_refused() -> None:
    for wrong in (
        {},
        {"path": "("},
        {"path": "x"},
        {"path": "x", "kind": "storm"},
        {"path": "x", "status": 500, "color": "red"},
        [3],
    ):
        with pytest.raises(FaultRuleError):
            parse_rules(wrong)
    with pytest.raises(FaultRuleError, match="not JSON"):
        parse_rules_text("{")


def test_chance_is_seeded() -> None:
    def struck(seed: int) -> list[bool]:
        box = FaultBox()
        rule = {"path": ".", "status": 500, "probability": 0.5, "seed": seed}
        box.add(parse_rules([rule]))
        return [
            box.strike(service="arm", method="GET", path="/x", body=b"") is not None
            for _ in range(50)
        ]

    assert struck(1) == struck(1)
    assert struck(1) != struck(2)
    assert 10 < sum(struck(1)) < 40


@pytest.mark.parametrize("place", ["error", "top", "detail", "inner", "message"])
def test_a_code_stands_where_the_rule_wants_it(place: str, unfaulted: Any) -> None:
    unfaulted.process.post_faults({"path": "^/subscriptions", "kind": "denied", "place": place})
    answer = unfaulted.get(SUBSCRIPTIONS)
    assert answer.status_code == 403
    assert "AuthorizationFailed" in answer.text
    assert (answer.json().get("code") == "AuthorizationFailed") is (place == "top")
    outermost = answer.json().get("error", {}).get("code")
    assert (outermost == "AuthorizationFailed") is (place == "error")


def test_a_place_that_is_none_is_refused() -> None:
    with pytest.raises(FaultRuleError, match="place"):
        parse_rules({"path": "x", "kind": "denied", "place": "nowhere"})
