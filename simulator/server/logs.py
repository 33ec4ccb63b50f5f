"""Azure Monitor Logs: POST /v1/workspaces/{id}/query."""

import json
import re
from typing import TYPE_CHECKING

from simulator.server import log_query
from simulator.server.errors import logs_error
from simulator.server.kql_tokens import QueryError
from simulator.server.log_spans import TimespanError, parse_timespan, within
from simulator.server.question import Answer, Question, reply
from simulator.tenant.model import TableSpan

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_BY_WORKSPACE = re.compile(r"/v1/workspaces/([^/]+)/query")
_BY_RESOURCE = re.compile(
    r"/v1(/subscriptions/[^/]+/resourcegroups/[^/]+/providers/"
    r"microsoft\.operationalinsights/workspaces/[^/]+)/query"
)
_ALWAYS_THERE = {
    name.lower(): name
    for name in (
        "AADNonInteractiveUserSignInLogs",
        "AppRequests",
        "AuditLogs",
        "AzureActivity",
        "AzureDiagnostics",
        "AzureMetrics",
        "Heartbeat",
        "SecurityEvent",
        "SigninLogs",
        "StorageBlobLogs",
        "Usage",
    )
}
"""Tables whose schema every workspace knows, with or without records."""


def answer(simulation: "Simulation", question: Question) -> Answer:
    """Answer one query whose token is in order."""
    tables = _tables(simulation, question.lower_path)
    if tables is None:
        return logs_error(
            question, 404, "WorkspaceNotFoundError", "The workspace could not be found"
        )
    asked = _asked(question)
    if asked is None:
        return _bad_argument(question, "SyntaxError", "The body has no query.", 0)
    text, timespan = asked
    try:
        query = log_query.parse(text)
        start, end = parse_timespan(timespan, question.now)
        spans = _spans(query, tables)
    except QueryError as error:
        return _bad_argument(question, "SyntaxError", str(error), error.position)
    except TimespanError as error:
        return _bad_argument(question, "InvalidTimespan", str(error), 0)
    seen = [(name, part) for name, span in spans if (part := within(span, start, end)) is not None]
    primary = {
        "name": "PrimaryResult",
        "columns": log_query.columns(query),
        "rows": log_query.rows(query, seen),
    }
    return reply({"tables": [primary]})


def _tables(simulation: "Simulation", path: str) -> dict[str, TableSpan] | None:
    wanted = _BY_WORKSPACE.fullmatch(path)
    if wanted is not None:
        known = {name.lower(): tables for name, tables in simulation.tenant.logs.items()}
        return known.get(wanted[1])
    by_resource = _BY_RESOURCE.fullmatch(path)
    if by_resource is None:
        return None
    for row in simulation.tenant.tables.get("resources", []):
        if str(row["id"]).lower() == by_resource[1]:
            customer = str((row.get("properties") or {}).get("customerId", ""))
            return simulation.tenant.logs.get(customer)
    return None


def _asked(question: Question) -> tuple[str, str | None] | None:
    if question.method == "GET":
        text = question.query.get("query")
        return None if text is None else (text, question.query.get("timespan"))
    try:
        body = json.loads(question.body)
    except ValueError:
        return None
    if not isinstance(body, dict) or not isinstance(body.get("query"), str):
        return None
    return body["query"], body.get("timespan")


def _spans(query: log_query.LogQuery, tables: dict[str, TableSpan]) -> list[tuple[str, TableSpan]]:
    known = {name.lower(): name for name in tables}
    found: list[tuple[str, TableSpan]] = []
    for name, position in query.tables:
        own = known.get(name.lower())
        if own is not None:
            found.append((own, tables[own]))
        elif name.lower() not in _ALWAYS_THERE and not query.fuzzy:
            raise QueryError(
                f"Failed to resolve table or column expression named '{name}'", position
            )
    return found


def _bad_argument(question: Question, code: str, message: str, position: int) -> Answer:
    return logs_error(
        question,
        400,
        "BadArgumentError",
        "The request had some invalid properties",
        inner={
            "code": code,
            "message": "A recognition error occurred in the query.",
            "innererror": {
                "code": "SYN0002",
                "message": f"Query could not be parsed at line [1,{position + 1}]: {message}",
                "line": 1,
                "pos": position,
            },
        },
    )
