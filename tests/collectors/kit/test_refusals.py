"""The cause of a refusal is its code, wherever Azure writes it."""

import json
from typing import Any

import pytest

from collectors.kit import Arm, Exchange, Gap, GapKind, NotApplicable
from collectors.kit.answers import read_answer
from collectors.kit.refusals import codes_in, kind_of, named
from tests.collectors.case_files import exchange

READ = Arm(path="{id}/x", api_version="2021-01-01", per="resource", of="list")
RESOURCE = "/subscriptions/1/resourceGroups/g/providers/Microsoft.Storage/storageAccounts/a"

PLACES: dict[str, Any] = {
    "under error": {"error": {"code": "AuthorizationFailed", "message": "no"}},
    "at the top": {"code": "AuthorizationFailed", "message": "no"},
    "with capitals": {"Code": "AuthorizationFailed", "Message": "no"},
    "in OData's way": {"odata.error": {"code": "AuthorizationFailed"}},
    "in a detail": {"error": {"code": "Failed", "details": [{"code": "AuthorizationFailed"}]}},
    "inside": {"error": {"code": "BadRequest", "innererror": {"code": "AuthorizationFailed"}}},
    "in a message": {
        "error": {"code": "Odd", "message": json.dumps({"error": {"code": "AuthorizationFailed"}})}
    },
}


def answered(status: int, body: Any, subject: str | None = RESOURCE) -> Exchange:
    return exchange("x", body, subject=subject, status=status)


@pytest.mark.parametrize("body", PLACES.values(), ids=PLACES.keys())
@pytest.mark.parametrize("status", [400, 404, 409])
def test_a_code_outweighs_the_status_wherever_it_stands(status: int, body: Any) -> None:
    answer = read_answer(READ, answered(status, body))

    assert isinstance(answer, Gap)
    assert answer.kind is GapKind.DENIED


@pytest.mark.parametrize("code", ["FeatureNotSupportedForAccount", "ResourceTypeNotSupported"])
@pytest.mark.parametrize(
    "place", [lambda code: {"error": {"code": code}}, lambda code: {"code": code}]
)
def test_a_question_that_makes_no_sense_for_a_resource_is_no_gap(code: str, place: Any) -> None:
    assert isinstance(read_answer(READ, answered(400, place(code))), NotApplicable)


def test_a_whole_list_that_makes_no_sense_is_a_gap() -> None:
    body = {"error": {"code": "ResourceTypeNotSupported"}}

    assert isinstance(read_answer(READ, answered(400, body, subject=None)), Gap)


@pytest.mark.parametrize(
    "body", ["", "no JSON", "[]", "null", '"text"', "[" * 5000, '{"error": []}']
)
def test_what_names_no_code_is_told_by_its_status_alone(body: str) -> None:
    assert codes_in(body.encode()) == ()
    assert kind_of(403, ()) is GapKind.DENIED
    assert kind_of(400, ()) is GapKind.UNAVAILABLE
    assert kind_of(None, ()) is GapKind.UNAVAILABLE


def test_codes_are_told_outermost_first_and_once() -> None:
    inner = {"code": "SEM0100", "innererror": {"code": "BadArgumentError"}}
    body = {"error": {"code": "BadArgumentError", "innererror": inner}}

    assert codes_in(json.dumps(body).encode()) == ("BadArgumentError", "SEM0100")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("AuthorizationFailed", GapKind.DENIED),
        ("PermissionScopeNotGranted", GapKind.DENIED),
        ("DenyAssignmentAuthorizationFailed", GapKind.DENIED),
        ("InvalidTokenError", GapKind.DENIED),
        ("MissingSubscriptionRegistration", GapKind.NOT_REGISTERED),
        ("FeatureNotRegistered", GapKind.NOT_REGISTERED),
        ("InvalidResourceNamespace", GapKind.NOT_REGISTERED),
        ("ResourceNotFound", GapKind.GONE),
        ("NotFound", GapKind.GONE),
        ("SubscriptionRequestsThrottled", GapKind.THROTTLED),
        ("activityLimitReached", GapKind.THROTTLED),
        ("ServerBusy", GapKind.THROTTLED),
        ("DisallowedOperation", GapKind.UNAVAILABLE),
        ("InvalidResourceType", GapKind.UNAVAILABLE),
        ("BadRequest", GapKind.UNAVAILABLE),
    ],
)
@pytest.mark.parametrize("status", [400, 409])
def test_the_code_says_the_kind(status: int, code: str, kind: GapKind) -> None:
    assert kind_of(status, (code,)) is kind


MISSING_TABLE = ("BadArgumentError", "SemanticError", "SEM0100")
BASIC_TABLE = ("BadArgumentError", "UnsupportedApiQueryValidationError")


def test_a_sentence_names_the_code_that_tells_and_what_it_means() -> None:
    assert named(()) == ""
    assert named(("AuthorizationFailed",)) == "AuthorizationFailed"
    assert named(("Outer", "Inner")) == "Outer"
    assert named(MISSING_TABLE).startswith("BadArgumentError, SEM0100 (a table")
    assert "Basic or Auxiliary" in named(BASIC_TABLE)
    assert named(MISSING_TABLE) != named(BASIC_TABLE)
    assert len(named(("x" * 900,))) == 60


def test_an_empty_success_is_no_answer_and_says_so() -> None:
    answer = read_answer(READ, answered(204, ""))

    assert isinstance(answer, Gap)
    assert answer.kind is GapKind.UNAVAILABLE
    assert "HTTP 204 without content" in answer.detail
