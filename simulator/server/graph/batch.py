"""Microsoft Graph asked for many things at once: getByIds and JSON batching.

https://learn.microsoft.com/graph/api/directoryobject-getbyids
https://learn.microsoft.com/graph/json-batching
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias
from urllib.parse import parse_qsl, unquote, urlsplit

from simulator.levers.graph_permissions import OBJECT_PERMISSIONS, permission_for_object
from simulator.server.errors import graph_error
from simulator.server.faults.answers import fault_answer
from simulator.server.faults.silent import SILENT, alter
from simulator.server.question import Answer, Question, reply

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

Answering: TypeAlias = Callable[["Simulation", Question], Answer]

OBJECTS, BATCH = "/v1.0/directoryobjects/getbyids", "/v1.0/$batch"
PATHS = frozenset({OBJECTS, BATCH})
MOST_IDS, MOST_REQUESTS = 1000, 20


def answer(simulation: "Simulation", question: Question, single: Answering) -> Answer:
    """Answer a POST to one of PATHS; `single` answers each request of a batch."""
    try:
        body = json.loads(question.body)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        return _bad(question, "Unable to read JSON request payload.")
    if question.lower_path == OBJECTS:
        return _objects(simulation, question, body.get("ids"))
    return _batch(simulation, question, body.get("requests"), single)


def _objects(simulation: "Simulation", question: Question, ids: Any) -> Answer:
    """The objects that exist; an id that nobody has is left out without a word."""
    if not isinstance(ids, list) or not 1 <= len(ids) <= MOST_IDS:
        return _bad(question, f"The ids collection must hold between 1 and {MOST_IDS} ids.")
    wanted = {str(one).lower() for one in ids}
    if not any(simulation.rights.grants(one) for one in OBJECT_PERMISSIONS):
        said = "Insufficient privileges to complete the operation."
        return graph_error(question, 403, "Authorization_RequestDenied", said)
    held = simulation.tenant.graph.get("/directoryobjects", [])
    found = [
        _shown(simulation, one)
        for one in held
        if isinstance(one, dict) and one["id"].lower() in wanted
    ]
    context = f"{question.base_url}/v1.0/$metadata#directoryObjects"
    return reply({"@odata.context": context, "value": found})


def _shown(simulation: "Simulation", one: dict[str, Any]) -> dict[str, Any]:
    """Of a kind of object that the caller may not read there is its type and its id.

    https://learn.microsoft.com/graph/permissions-overview (limited information)
    """
    needed = permission_for_object(one["@odata.type"])
    if needed is None or simulation.rights.grants(needed):
        return one
    return {"@odata.type": one["@odata.type"], "id": one["id"]}


def _batch(
    simulation: "Simulation", question: Question, requests: Any, single: Answering
) -> Answer:
    """Every answer with its own status, in no particular order: here the last comes first."""
    if not isinstance(requests, list) or not 1 <= len(requests) <= MOST_REQUESTS:
        return _bad(question, f"A batch holds between 1 and {MOST_REQUESTS} requests.")
    names = [one.get("id") if isinstance(one, dict) else None for one in requests]
    if None in names or len({str(name).lower() for name in names}) != len(names):
        return _bad(question, "Every request of a batch needs an id of its own.")
    answers = [_response(simulation, question, one, single) for one in requests]
    return reply({"responses": answers[::-1]})


def _response(
    simulation: "Simulation", question: Question, request: Mapping[str, Any], single: Answering
) -> dict[str, Any]:
    link = urlsplit(str(request.get("url") or ""))
    inner = replace(
        question,
        method=str(request.get("method") or "GET").upper(),
        path=f"/v1.0{unquote(link.path)}",
        query={name.lower(): text for name, text in parse_qsl(link.query)},
        body=b"",
    )
    made = _struck(simulation, inner, request, single)
    return {
        "id": request["id"],
        "status": made.status,
        "headers": {"Content-Type": "application/json", **made.headers},
        "body": json.loads(made.body),
    }


def _struck(
    simulation: "Simulation", inner: Question, request: Mapping[str, Any], single: Answering
) -> Answer:
    """Faults strike the requests of a batch as they would strike them alone."""
    path = f"/v1.0{unquote(str(request.get('url') or ''))}"
    rule = simulation.faults.strike(service="graph", method=inner.method, path=path, body=b"")
    if rule is None or rule.kind in ("delay", "drop", "truncate", "malformed"):
        return single(simulation, inner)
    if rule.kind in SILENT:
        made = single(simulation, inner)
        return replace(made, body=alter(made.body, rule))
    return fault_answer(rule, "graph", inner)


def _bad(question: Question, message: str) -> Answer:
    return graph_error(question, 400, "BadRequest", message)
