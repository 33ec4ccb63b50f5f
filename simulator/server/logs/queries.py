"""Azure Monitor Logs: POST /v1/workspaces/{id}/query."""

import json
import re
from typing import TYPE_CHECKING, Any

from simulator.server.errors import logs_error
from simulator.server.kql.words import QueryError
from simulator.server.logs import language
from simulator.server.logs.spans import TimespanError, parse_timespan, visible_from, within
from simulator.server.question import Answer, Question, reply
from simulator.tenant.model import TableSpan

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_BY_WORKSPACE = re.compile(r"/v1/workspaces/([^/]+)/query")
_BY_RESOURCE = re.compile(
    r"/v1(/subscriptions/[^/]+/resourcegroups/[^/]+/providers/"
    r"microsoft\.operationalinsights/workspaces/[^/]+)/query"
)
_REFUSED = {"Basic", "Auxiliary"}
"""Plans whose tables this API does not answer for.

https://learn.microsoft.com/azure/azure-monitor/logs/basic-logs-query, as seen in grafana/grafana
issue 89818.
"""


class RefusedError(Exception):
    """A query that is understood and refused; `inner` says why."""

    def __init__(self, inner: dict[str, object]) -> None:
        super().__init__(str(inner["code"]))
        self.inner = inner


def answer(simulation: "Simulation", question: Question) -> Answer:
    """Answer one query whose token is in order."""
    tables = _tables(simulation, question.lower_path)
    if tables is None:
        return logs_error(
            question, 404, "WorkspaceNotFoundError", "The workspace could not be found"
        )
    if not _readable(simulation, question.lower_path):
        said = "The provided credentials have insufficient access to perform the operation"
        return logs_error(question, 403, "InsufficientAccessError", said)
    return _queried(question, tables)


def _queried(question: Question, tables: dict[str, TableSpan]) -> Answer:
    asked = _asked(question)
    if asked is None:
        return _bad_argument(question, "SyntaxError", "The body has no query.", 0)
    try:
        return _result(question, tables, *asked)
    except QueryError as error:
        return _bad_argument(question, "SyntaxError", str(error), error.position)
    except TimespanError as error:
        return _bad_argument(question, "InvalidTimespan", str(error), 0)
    except RefusedError as error:
        said = "The request had some invalid properties"
        return logs_error(question, 400, "BadArgumentError", said, inner=error.inner)


def _result(
    question: Question, tables: dict[str, TableSpan], text: str, timespan: str | None
) -> Answer:
    query = language.parse(text)
    start, end = parse_timespan(timespan, question.now)
    seen = [
        (name, part)
        for name, span in _spans(query, tables)
        if (part := within(span, visible_from(span, start, question.now), end)) is not None
    ]
    primary = {
        "name": "PrimaryResult",
        "columns": language.columns(query),
        "rows": language.rows(query, seen),
    }
    return reply({"tables": [primary]})


def _tables(simulation: "Simulation", path: str) -> dict[str, TableSpan] | None:
    workspace = _workspace(simulation, path)
    return None if workspace is None else simulation.whole.logs.get(_customer(workspace))


def _workspace(simulation: "Simulation", path: str) -> dict[str, Any] | None:
    """The workspace that a path names, by customer id or by its own."""
    wanted, by_resource = _BY_WORKSPACE.fullmatch(path), _BY_RESOURCE.fullmatch(path)
    for row in simulation.whole.tables.get("resources", []):
        if wanted is not None and _customer(row).lower() == wanted[1]:
            return row
        if by_resource is not None and str(row["id"]).lower() == by_resource[1]:
            return row
    return None


def _customer(row: dict[str, Any]) -> str:
    return str((row.get("properties") or {}).get("customerId", ""))


def _readable(simulation: "Simulation", path: str) -> bool:
    """Whether the identity may query it.

    https://learn.microsoft.com/azure/azure-monitor/logs/manage-access
    """
    workspace = _workspace(simulation, path) or {"id": ""}
    action = "Microsoft.OperationalInsights/workspaces/query/read"
    return simulation.rights.allows(action, str(workspace["id"]))


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


def _spans(query: language.LogQuery, tables: dict[str, TableSpan]) -> list[tuple[str, TableSpan]]:
    """The tables that are asked. A fuzzy union leaves out what is not there, but for the last."""
    known = {name.lower(): name for name in tables}
    found: list[tuple[str, TableSpan]] = []
    for name, _ in query.tables:
        own = known.get(name.lower())
        if own is not None:
            if tables[own].plan in _REFUSED:
                raise _wrong_plan(tables[own].plan)
            found.append((own, tables[own]))
        elif not query.fuzzy:
            raise _no_table(name)
    if not found:
        raise _no_table(query.tables[0][0])
    return found


def _no_table(name: str) -> RefusedError:
    """Seen in MicrosoftDocs/azure-docs issue 38928 and Azure/Azure-Sentinel issue 12792."""
    said = f"Failed to resolve table or column expression named '{name}'"
    return RefusedError(
        {
            "code": "SemanticError",
            "message": "A semantic error occurred.",
            "innererror": {"code": "SEM0100", "message": said},
        }
    )


def _wrong_plan(plan: str) -> RefusedError:
    said = f"Query of {plan} Logs table is not supported with this API."
    return RefusedError({"code": "UnsupportedApiQueryValidationError", "message": said})


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
