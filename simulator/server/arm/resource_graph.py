"""Azure Resource Graph: POST /providers/Microsoft.ResourceGraph/resources."""

import json
from collections.abc import Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from simulator.server.kql.engine import Result, run
from simulator.server.kql.words import QueryError
from simulator.server.paging import BadTokenError, Page, page_of
from simulator.server.question import Answer, Question, json_bytes, refuse

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_DEFAULT_TOP = 100
_MAX_TOP = 1000
_MAX_BODY = 16_777_216
"""Bytes; a larger answer is refused, as Azure does (ResponsePayloadTooLarge)."""


class _BadRequestError(ValueError):
    """A request body that is not understood."""

    code = "InvalidRequest"


class _NobodyError(_BadRequestError):
    """A query about no subscription that the caller may see."""

    code = "NoValidSubscriptionsInQueryRequest"


def answer(simulation: "Simulation", question: Question) -> Answer:
    """Run the query of the body; a query that is not understood is a 400, never a wrong answer."""
    key = ("arg", sha256(question.body).hexdigest())
    cached = simulation.pages.get(key)
    if cached is not None:
        return Answer(status=200, body=cached)
    try:
        body = _answer_body(simulation, question)
    except QueryError as error:
        return _invalid(question, "InvalidQuery", str(error), error.position)
    except BadTokenError:
        return _invalid(question, "InvalidSkipToken", "$skipToken is not of this query")
    except _BadRequestError as error:
        return _invalid(question, error.code, str(error))
    if len(body) > _MAX_BODY:
        return _invalid(
            question,
            "ResponsePayloadTooLarge",
            f"Response payload size is {len(body)}, and has exceeded the limit of {_MAX_BODY}. "
            "Consider querying less data at a time and make paginated call if needed.",
        )
    simulation.pages[key] = body
    return Answer(status=200, body=body)


def _answer_body(simulation: "Simulation", question: Question) -> bytes:
    asked = _asked(question.body)
    options = asked.get("options") or {}
    top = _whole_number(options, "$top", _DEFAULT_TOP)
    if not 1 <= top <= _MAX_TOP:
        raise _BadRequestError(f"$top must be between 1 and {_MAX_TOP}")
    shape = options.get("resultFormat") or "objectArray"
    if shape not in ("objectArray", "table"):
        raise _BadRequestError("resultFormat is objectArray or table")
    if asked.get("facets"):
        raise _BadRequestError("facets are not simulated")
    result = _result(simulation, asked)
    rows = result.rows[_whole_number(options, "$skip", 0) :]
    mark = sha256(asked["query"].encode()).hexdigest()[:16]
    page = page_of(rows, token=options.get("$skipToken"), size=top, of=mark)
    return json_bytes(_document(result, page, shape))


def _document(result: Result, page: Page, shape: str) -> dict[str, Any]:
    document: dict[str, Any] = {
        "totalRecords": len(result.rows),
        "count": len(page.rows),
        "data": page.rows if shape == "objectArray" else _as_table(result, page),
        "facets": [],
        "resultTruncated": "true" if page.next_token else "false",
    }
    # Azure pages only what can be told apart: without an id there is no token to go on with.
    if page.next_token and "id" in result.columns:
        document["$skipToken"] = page.next_token
    return document


def _as_table(result: Result, page: Page) -> dict[str, Any]:
    nested = {"properties", "tags", "sku", "plan", "identity", "zones", "extendedLocation"}
    kinds = {"count_": "integer", "Count": "integer"}
    return {
        "columns": [
            {"name": name, "type": "object" if name in nested else kinds.get(name, "string")}
            for name in result.columns
        ],
        "rows": [[row.get(name) for name in result.columns] for row in page.rows],
    }


def _result(simulation: "Simulation", asked: dict[str, Any]) -> Result:
    """The rows of a query, worked out once a night and kept for its next pages."""
    scope = [str(each).lower() for each in asked.get("subscriptions") or ()]
    groups = asked.get("managementGroups")
    if groups and any(
        str(group).lower() != simulation.tenant.tenant_id.lower() for group in groups
    ):
        raise _BadRequestError("the only management group here is the tenant root")
    _eligible(simulation, asked.get("subscriptions") or ())
    above = "Above" in str((asked.get("options") or {}).get("authorizationScopeFilter"))
    key = (asked["query"], str(above), *sorted(scope))
    if key not in simulation.results:
        tables = {
            name: list(simulation.cut("resource_graph", name, rows))
            for name, rows in simulation.tables.items()
        }
        seen = _seen_from(tables, scope) | _authorization(tables, scope, above=above)
        simulation.results[key] = run(asked["query"], seen)
    return simulation.results[key]


def _eligible(simulation: "Simulation", asked: Sequence[str]) -> None:
    """Seen in Azure/aztfexport issue 331: who sees no subscription is refused, not shown none."""
    seen = simulation.arm.subscriptions.keys() - simulation.arm.shells
    if not (seen & {str(one).lower() for one in asked} if asked else seen):
        given = "', '".join(map(str, asked))
        raise _NobodyError(
            "There must be at least one subscription that is eligible to contain resources. "
            f"Given: '{given}'."
        )


def _seen_from(
    tables: dict[str, list[dict[str, Any]]], scope: list[str]
) -> dict[str, list[dict[str, Any]]]:
    if not scope:
        return tables
    return {
        name: [row for row in rows if str(row.get("subscriptionId", "")).lower() in scope]
        for name, rows in tables.items()
    }


def _authorization(
    tables: dict[str, list[dict[str, Any]]], scope: list[str], *, above: bool
) -> dict[str, list[dict[str, Any]]]:
    """Role assignments above what is asked about are shown to who asks for them only.

    Above the tenant's own management group is the root; definitions belong to every scope.
    https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources/resources
    """
    name = "authorizationresources"
    seen = [
        row
        for row in tables.get(name, [])
        if not scope
        or row["subscriptionId"].lower() in scope
        or (not row["subscriptionId"] and (above or "scope" not in row["properties"]))
    ]
    return {name: [row for row in seen if above or row["properties"].get("scope") != "/"]}


def _asked(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body)
    except ValueError as error:
        raise _BadRequestError("the body is not JSON") from error
    if not isinstance(asked, dict) or not isinstance(asked.get("query"), str):
        raise _BadRequestError("the body has no query")
    return asked


def _whole_number(options: dict[str, Any], name: str, otherwise: int) -> int:
    value = options.get(name)
    if value is None:
        return otherwise
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _BadRequestError(f"{name} is a whole number")
    return value


def _invalid(question: Question, code: str, message: str, position: int | None = None) -> Answer:
    stamp = question.now.strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
    detail: dict[str, Any] = {"code": code, "message": message}
    if position is not None:
        detail |= {"line": 1, "characterPositionInLine": position}
    return refuse(
        400,
        "BadRequest",
        f"Please provide below info when asking for support: timestamp = {stamp}, "
        f"correlationId = {question.request_id}.",
        details=[detail],
    )
