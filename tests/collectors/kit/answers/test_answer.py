"""What one answer of Azure means: elements and a further page, or a gap with its kind."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from collectors.kit import Arm, Attempt, Gap, GapKind, Graph, Logs, Read, ResourceGraph
from collectors.kit.answers.answer import Answer, read_answer
from tests.collectors.case_files import exchange

ROWS = ResourceGraph(table="resources")
LIST = Arm(path="/subscriptions", api_version="2022-12-01", per="tenant")
FACET = Arm(path="{id}/facet", api_version="1", per="resource", of="things")
EACH = Arm(path="{id}/parts", api_version="1", per="resource", of="things", each=True)
GRAPH = Graph(path="/applications")
LOGS = Logs(kql="AuditLogs", timespan=timedelta(days=1), of="things")


def error(code: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": "for people"}}


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "BadRequest", GapKind.UNAVAILABLE),
        (400, "AuthorizationFailed", GapKind.DENIED),
        (404, "SubscriptionNotRegistered", GapKind.NOT_REGISTERED),
        (409, "Conflict", GapKind.UNAVAILABLE),
        (204, "", GapKind.UNAVAILABLE),
        (401, "InvalidAuthenticationToken", GapKind.DENIED),
        (403, "AuthorizationFailed", GapKind.DENIED),
        (403, "AadPremiumLicenseRequired", GapKind.NOT_LICENSED),
        (400, "TenantLicenseRequired", GapKind.NOT_LICENSED),
        (403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", GapKind.NOT_LICENSED),
        (409, "MissingSubscriptionRegistration", GapKind.NOT_REGISTERED),
        (409, "SubscriptionNotRegistered", GapKind.NOT_REGISTERED),
        (404, "ResourceNotFound", GapKind.GONE),
        (410, "Gone", GapKind.GONE),
        (408, "RequestTimeout", GapKind.TIMEOUT),
        (504, "GatewayTimeout", GapKind.TIMEOUT),
        (429, "TooManyRequests", GapKind.THROTTLED),
        (500, "InternalServerError", GapKind.UNAVAILABLE),
        (503, "ServiceUnavailable", GapKind.UNAVAILABLE),
    ],
)
def test_a_refusal_is_a_gap_that_says_why(status: int, code: str, kind: GapKind) -> None:
    answer = read_answer(LIST, exchange("list", error(code), status=status))

    assert isinstance(answer, Gap)
    assert answer.kind is kind
    assert f"HTTP {status} {code}" in answer.detail


@pytest.mark.parametrize("body", ["", "<html>Bad gateway</html>", "[]", '{"error": "flat"}'])
def test_a_refusal_without_a_code_is_still_a_gap(body: str) -> None:
    answer = read_answer(LIST, exchange("list", body, status=502))

    assert isinstance(answer, Gap)
    assert answer.kind is GapKind.UNAVAILABLE
    assert answer.detail == "Azure answered HTTP 502 after 1 try"


def test_a_gap_counts_the_tries() -> None:
    tried = exchange("list", error("TooManyRequests"), status=429)
    attempts = (Attempt(status=429, waited=timedelta(seconds=2)),) * 3

    answer = read_answer(LIST, replace(tried, attempts=attempts))

    assert isinstance(answer, Gap)
    assert answer.detail.endswith("after 4 tries")


@pytest.mark.parametrize("fault", [GapKind.TIMEOUT, GapKind.TRUNCATED, GapKind.UNAVAILABLE])
def test_a_transport_fault_is_its_own_kind_of_gap(fault: GapKind) -> None:
    answer = read_answer(LIST, exchange("list", "", status=None, fault=fault, subject="s"))

    assert isinstance(answer, Gap)
    assert (answer.kind, answer.subject, answer.read) == (fault, "s", "list")


@pytest.mark.parametrize("read", [ROWS, LIST, GRAPH, EACH, LOGS, FACET])
@pytest.mark.parametrize(
    "body", ['{"value": [', "", "[]", "17", '{"value": [], "value": []}', '{"x": NaN}', "\udc80"]
)
def test_bytes_that_are_no_json_object_are_malformed(read: Read, body: str) -> None:
    spoilt = replace(exchange("list", ""), body=body.encode("utf-8", "surrogateescape"))

    answer = read_answer(read, spoilt)

    assert isinstance(answer, Gap)
    assert answer.kind is GapKind.MALFORMED


@pytest.mark.parametrize("read", [ROWS, LIST, GRAPH, EACH, LOGS])
@pytest.mark.parametrize("body", [{}, {"value": None, "data": None}, {"value": {}, "tables": [7]}])
def test_an_answer_without_its_list_is_malformed(read: Read, body: dict[str, Any]) -> None:
    answer = read_answer(read, exchange("list", body))

    assert isinstance(answer, Gap)
    assert answer.kind is GapKind.MALFORMED


@pytest.mark.parametrize(
    ("read", "link"), [(LIST, "nextLink"), (EACH, "nextLink"), (GRAPH, "@odata.nextLink")]
)
def test_a_next_link_says_that_there_is_more(read: Read, link: str) -> None:
    more = read_answer(read, exchange("list", {"value": [1], link: "https://there/2"}))
    done = read_answer(read, exchange("list", {"value": [1], link: ""}))

    assert isinstance(more, Answer)
    assert isinstance(done, Answer)
    assert (more.more, done.more) == (True, False)
    assert more.elements == (1,)


def test_an_object_of_a_resource_is_its_body() -> None:
    answer = read_answer(FACET, exchange("facet", {"properties": {"state": "Enabled"}}))

    assert isinstance(answer, Answer)
    assert (answer.elements, answer.more) == ((), False)
    assert answer.body == {"properties": {"state": "Enabled"}}


def test_resource_graph_announces_its_total() -> None:
    body = {"totalRecords": 3, "count": 1, "data": [{"id": "a"}], "$skipToken": "ew0K"}

    answer = read_answer(ROWS, exchange("rows", body))

    assert isinstance(answer, Answer)
    assert (answer.announced, answer.more, len(answer.elements)) == (3, True, 1)


def test_rows_of_a_result_that_was_cut_off_are_kept_and_the_cut_is_told() -> None:
    body = {"totalRecords": 1, "data": [{"id": "a"}], "resultTruncated": "true"}

    answer = read_answer(ROWS, exchange("rows", body))

    assert isinstance(answer, Answer)
    assert answer.cut is True
    assert answer.elements == ({"id": "a"},)


def test_a_log_row_is_named_by_its_columns() -> None:
    body = {"tables": [{"columns": [{"name": "a"}, {"name": "b"}], "rows": [[1, "x"], [2, "y"]]}]}

    answer = read_answer(LOGS, exchange("logs", body))

    assert isinstance(answer, Answer)
    assert answer.elements == ({"a": 1, "b": "x"}, {"a": 2, "b": "y"})


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"tables": [{"columns": [{"name": "a"}], "rows": [[1, 2]]}]}, GapKind.MALFORMED),
        ({"tables": [{"columns": [{}], "rows": [[1]]}]}, GapKind.MALFORMED),
        ({"tables": [{"columns": 1, "rows": 2}]}, GapKind.MALFORMED),
        ({"tables": []}, GapKind.MALFORMED),
        ({"tables": [], "error": {"code": "PartialError"}}, GapKind.TRUNCATED),
    ],
)
def test_log_rows_that_cannot_be_trusted_are_a_gap(body: dict[str, Any], kind: GapKind) -> None:
    answer = read_answer(LOGS, exchange("logs", body))

    assert isinstance(answer, Gap)
    assert answer.kind is kind


@pytest.mark.parametrize("read", [ROWS, LIST, GRAPH, EACH, FACET])
def test_an_error_beside_a_list_is_no_list(read: Read) -> None:
    body = {"value": [], "data": [], "totalRecords": 0, "properties": {}, **error("Throttled")}

    answer = read_answer(read, exchange("list", body))

    assert isinstance(answer, Gap)
    assert answer.kind is GapKind.MALFORMED
    assert answer.detail == "Azure answered HTTP 200 with the error Throttled"


def test_an_error_that_is_null_is_none() -> None:
    assert isinstance(read_answer(LIST, exchange("list", {"value": [], "error": None})), Answer)


@pytest.mark.parametrize("total", ["5", True, -1, None, 1.5, 2**60])
def test_a_total_that_is_no_number_of_rows_is_no_total(total: object) -> None:
    answer = read_answer(ROWS, exchange("rows", {"totalRecords": total, "data": []}))

    assert isinstance(answer, Answer)
    assert answer.announced is None
