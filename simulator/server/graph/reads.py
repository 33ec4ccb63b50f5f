"""Microsoft Graph v1.0: collections and objects of the directory."""

import re
from typing import TYPE_CHECKING, Any

from simulator.levers.graph_permissions import permission_for
from simulator.server.errors import graph_error
from simulator.server.graph import batch
from simulator.server.graph.odata import ODataError, parse_filter, select
from simulator.server.paging import BadTokenError, page_of
from simulator.server.question import Answer, Question, json_bytes, next_link, reply

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_MAX_TOP = 999
_OPTIONS = {"$select", "$top", "$filter", "$expand", "$skiptoken", "$count", "$format"}
_EXPANDED = {"policy", "principal", "roleDefinition", "activatedUsing"}
"""Navigation properties: shown only when `$expand` asks for them."""
_BY_APP = re.compile(r"(/applications|/serviceprincipals)\(appid='([^']*)'\)(.*)")
_OBJECTS = {"/directoryobjects": ("/serviceprincipals", "/applications")}
"""Lists whose elements are found under another's address as well."""
_EXPAND = re.compile(r"(\w+)(\(\$expand=\w+(,\w+)*\))?")


def answer(simulation: "Simulation", question: Question) -> Answer:
    """Answer one read whose token is in order."""
    if question.method == "POST" and question.lower_path in batch.PATHS:
        return batch.answer(simulation, question, answer)
    if question.method not in ("GET", "HEAD"):
        return denied(question)
    key = (question.base_url, question.path, *sorted(f"{k}={v}" for k, v in question.query.items()))
    cached = simulation.pages.get(key)
    if cached is not None:
        return Answer(status=200, body=cached)
    try:
        made = _read(simulation, question)
    except (ODataError, BadTokenError) as error:
        return graph_error(question, 400, "BadRequest", str(error) or "Invalid $skiptoken.")
    if made.status == 200:
        simulation.pages[key] = made.body
    return made


def _read(simulation: "Simulation", question: Question) -> Answer:
    strange = sorted(name for name in set(question.query) - _OPTIONS if name.startswith("$"))
    if strange:
        raise ODataError(f"The query option {strange[0]} is not supported here.")
    path = question.lower_path.removeprefix("/v1.0")
    refused = _refused(simulation, question, path)
    if refused is not None:
        return refused
    path = _by_id(simulation, path)
    found = simulation.tenant.graph.get(path)
    if isinstance(found, list):
        return _page(simulation, question, path, found)
    single = found if found is not None else _element(simulation, path)
    if single is None:
        return _not_found(simulation, question, path)
    context = f"{question.base_url}/v1.0/$metadata#{path.strip('/')}/$entity"
    return reply({"@odata.context": context, **_shown(question, single)})


def _page(
    simulation: "Simulation", question: Question, path: str, rows: list[dict[str, Any]]
) -> Answer:
    text = question.query.get("$filter")
    if text is not None:
        holds = parse_filter(text)
        rows = [row for row in rows if holds(row)]
    rows = list(simulation.cut("graph", path, rows))
    page = page_of(
        rows,
        token=question.query.get("$skiptoken"),
        size=_page_size(simulation, question),
        of=path,
    )
    document: dict[str, Any] = {
        "@odata.context": f"{question.base_url}/v1.0/$metadata#{path.strip('/')}",
    }
    if question.query.get("$count", "").lower() == "true":
        document["@odata.count"] = len(rows)
    if page.next_token is not None:
        document["@odata.nextLink"] = next_link(question, page.next_token)
    document["value"] = [_shown(question, row) for row in page.rows]
    return Answer(status=200, body=json_bytes(document))


def _page_size(simulation: "Simulation", question: Question) -> int:
    top = question.query.get("$top")
    if top is None:
        return simulation.settings.page_size
    if not top.isdigit() or not 1 <= int(top) <= _MAX_TOP:
        raise ODataError(f"Invalid page size specified: '{top}'. Must be between 1 and 999.")
    return int(top)


def _shown(question: Question, row: dict[str, Any]) -> dict[str, Any]:
    wanted = _wanted(question.query.get("$expand"))
    shown = {
        key: value for key, value in row.items() if key not in _EXPANDED or key.lower() in wanted
    }
    names = question.query.get("$select")
    if not names:
        return shown
    return select(shown, tuple(name.strip() for name in names.split(",")) + tuple(_EXPANDED))


def _wanted(expand: str | None) -> set[str]:
    if not expand:
        return set()
    match = _EXPAND.fullmatch(expand.strip())
    if match is None or match[1] not in _EXPANDED:
        raise ODataError(f"Parsing OData Select and Expand failed: {expand!r}.")
    return {match[1].lower()}


def _element(simulation: "Simulation", path: str) -> dict[str, Any] | None:
    parent, _, name = path.rpartition("/")
    found = None
    for listed in (parent, *_OBJECTS.get(parent, ())):
        rows = simulation.tenant.graph.get(listed)
        if isinstance(rows, list) and found is None:
            found = next((row for row in rows if str(row.get("id", "")).lower() == name), None)
    return found


def _refused(simulation: "Simulation", question: Question, path: str) -> Answer | None:
    needed = permission_for(path)
    if needed is None or simulation.rights.grants(needed):
        return None
    return denied(question)


def _by_id(simulation: "Simulation", path: str) -> str:
    """`/applications(appId='…')/more` with the object id in the place of the other key.

    https://learn.microsoft.com/graph/api/serviceprincipal-get
    """
    match = _BY_APP.fullmatch(path)
    rows = simulation.tenant.graph.get(match[1], []) if match else []
    if match is None or not isinstance(rows, list):
        return path
    found = (str(row["id"]) for row in rows if str(row.get("appId", "")).lower() == match[2])
    return f"{match[1]}/{next(found, match[2])}{match[3]}".lower()


def denied(question: Question) -> Answer:
    """Microsoft Graph's 403 for a permission that nobody consented to."""
    said = "Insufficient privileges to complete the operation."
    return graph_error(question, 403, "Authorization_RequestDenied", said)


def _not_found(simulation: "Simulation", question: Question, path: str) -> Answer:
    parent, _, name = path.rpartition("/")
    if isinstance(simulation.tenant.graph.get(parent), list):
        return graph_error(
            question,
            404,
            "Request_ResourceNotFound",
            f"Resource '{name}' does not exist or one of its queried reference-property objects "
            "are not present.",
        )
    segment = path.strip("/").split("/")[0]
    return graph_error(
        question,
        404,
        "Request_ResourceNotFound",
        f"Resource not found for the segment '{segment}'.",
    )
