"""The cause of a refusal is its code, wherever Azure writes it."""

import json
from dataclasses import replace
from typing import Any

import pytest

from collectors.kit import Arm, Exchange, Gap, GapKind, NotApplicable, Read
from collectors.kit.answers.answer import Answer, read_answer
from collectors.kit.answers.refusals import codes_in, kind_of, named
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


BLOBS = Arm(path="{id}/blobServices/default", api_version="2023-05-01", per="resource", of="list")
DIAGNOSTICS = Arm(
    path="{id}/providers/Microsoft.Insights/diagnosticSettings",
    api_version="2021-05-01-preview",
    per="resource",
    of="list",
)
BLOB_LOGS = replace(
    DIAGNOSTICS, path="{id}/blobServices/default/providers/Microsoft.Insights/diagnosticSettings"
)
TDE = Arm(path="{id}/transparentDataEncryption/current", api_version="1", per="resource", of="list")
NO_FEATURE, NO_TYPE = "FeatureNotSupportedForAccount", "ResourceTypeNotSupported"
SENSELESS = [
    (BLOBS, NO_FEATURE),
    (BLOB_LOGS, NO_FEATURE),
    (BLOB_LOGS, NO_TYPE),
    (DIAGNOSTICS, NO_TYPE),
]


@pytest.mark.parametrize(("read", "code"), SENSELESS)
@pytest.mark.parametrize("status", [400, 404, 409])
@pytest.mark.parametrize(
    "place", [lambda code: {"error": {"code": code}}, lambda code: {"code": code}]
)
def test_a_question_that_makes_no_sense_for_a_resource_is_no_gap(
    read: Read, code: str, status: int, place: Any
) -> None:
    assert isinstance(read_answer(read, answered(status, place(code))), NotApplicable)


@pytest.mark.parametrize(
    ("read", "code"),
    [(BLOBS, NO_TYPE), (DIAGNOSTICS, NO_FEATURE), (TDE, NO_TYPE), (TDE, NO_FEATURE)],
)
def test_only_the_provider_that_was_asked_says_what_makes_no_sense(read: Read, code: str) -> None:
    answer = read_answer(read, answered(400, {"error": {"code": code}}))

    assert isinstance(answer, Gap)
    assert answer.kind is GapKind.UNAVAILABLE


@pytest.mark.parametrize(("read", "code"), SENSELESS)
@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, GapKind.DENIED),
        (403, GapKind.DENIED),
        (429, GapKind.THROTTLED),
        (500, GapKind.UNAVAILABLE),
        (504, GapKind.TIMEOUT),
    ],
)
def test_what_was_refused_or_not_looked_at_may_well_make_sense(
    read: Read, code: str, status: int, kind: GapKind
) -> None:
    answer = read_answer(read, answered(status, {"error": {"code": code}}))

    assert isinstance(answer, Gap)
    assert answer.kind is kind


@pytest.mark.parametrize(("read", "code"), SENSELESS)
@pytest.mark.parametrize(
    ("outer", "kind"),
    [
        ("AuthorizationFailed", GapKind.DENIED),
        ("TooManyRequests", GapKind.THROTTLED),
        ("BadRequest", GapKind.UNAVAILABLE),
    ],
)
@pytest.mark.parametrize("status", [400, 403, 404, 409])
def test_a_code_inside_another_refusal_says_nothing_of_the_resource(
    read: Read, code: str, outer: str, kind: GapKind, status: int
) -> None:
    inner = json.dumps({"error": {"code": code}})
    for inside in (
        {"message": inner},
        {"innererror": {"code": code}},
        {"details": [{"code": code}]},
    ):
        answer = read_answer(read, answered(status, {"error": {"code": outer, **inside}}))

        assert isinstance(answer, Gap)
        assert answer.kind is (kind if outer != "BadRequest" else kind_of(status, ()))


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


@pytest.mark.parametrize(
    ("status", "codes", "kind"),
    [
        (403, ("Forbidden", "AadPremiumLicenseRequired"), GapKind.NOT_LICENSED),
        (403, ("Unauthorized", "TenantLicenseRequired"), GapKind.NOT_LICENSED),
        (403, ("AccessDenied", "MissingSubscriptionRegistration"), GapKind.NOT_REGISTERED),
        (404, ("NotFound", "AuthorizationFailed"), GapKind.DENIED),
        (404, ("ResourceNotFound", "LinkedAuthorizationFailed"), GapKind.DENIED),
        (404, ("ResourceNotFound", "Forbidden"), GapKind.DENIED),
        (404, ("NotFound", "SubscriptionNotRegistered"), GapKind.NOT_REGISTERED),
        (404, ("ResourceNotFound", "TooManyRequests"), GapKind.THROTTLED),
        (404, ("NotFound", "ResourceNotFound"), GapKind.GONE),
        (403, ("ResourceNotFound",), GapKind.DENIED),
        (401, ("NotFound",), GapKind.DENIED),
        (500, ("ResourceNotFound",), GapKind.UNAVAILABLE),
        (403, ("ReadOnlyDisabledSubscription",), GapKind.UNAVAILABLE),
        (403, ("AccountIsDisabled",), GapKind.UNAVAILABLE),
        (429, ("AuthorizationFailed",), GapKind.THROTTLED),
        (429, ("ResourceNotFound",), GapKind.THROTTLED),
        (504, ("AuthorizationFailed",), GapKind.TIMEOUT),
        (403, ("AuthorizationFailed", "ResourceNotFound"), GapKind.DENIED),
    ],
)
def test_the_code_that_tells_most_decides_and_gone_needs_that_nothing_speaks_against_it(
    status: int, codes: tuple[str, ...], kind: GapKind
) -> None:
    assert kind_of(status, codes) is kind


@pytest.mark.parametrize("mark", ["\ufeff", "\ufeff "])
def test_a_byte_order_mark_before_an_answer_is_passed_over(mark: str) -> None:
    inner = json.dumps({"error": {"code": "AuthorizationFailed"}})
    refused = read_answer(READ, answered(400, f"{mark}{inner}"))
    nested = read_answer(READ, answered(400, {"error": {"code": "Odd", "message": mark + inner}}))

    assert isinstance(refused, Gap)
    assert isinstance(nested, Gap)
    assert refused.kind is nested.kind is GapKind.DENIED
    assert isinstance(read_answer(READ, answered(200, f'{mark}{{"properties": {{}}}}')), Answer)


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
