"""Azure Resource Manager: reads of subscriptions, resources and what providers say of them."""

import re
from typing import TYPE_CHECKING, Any
from uuid import UUID

from simulator.arm_path import ArmPath, parse
from simulator.server.arm import effective, providers, resource_graph
from simulator.server.arm.versions import KNOWN, refused_version
from simulator.server.paging import BadTokenError, page_of
from simulator.server.question import Answer, Question, json_bytes, next_link, refuse, reply

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_MAX_TOP = 1000
_TYPE_FILTER = re.compile(r"\s*resourceType\s+eq\s+'([^']*)'\s*", re.IGNORECASE)
_ROLE_FILTER = re.compile(r"\s*type\s+eq\s+'([^']*)'\s*", re.IGNORECASE)
_AT_SCOPE = re.compile(r"atScope\(\)", re.IGNORECASE)
_HELD_BY = re.compile(r"(?:assignedTo\(|principalId\s+eq\s+)'([^']*)'\)?", re.IGNORECASE)
_SERVICE = re.compile(r"microsoft\.storage/storageaccounts/(blob|file|queue|table)services")
_WHOLE_LISTS = {"microsoft.insights/diagnosticsettings"}
"""Lists that Azure answers in one page, whatever their length."""


def answer(simulation: "Simulation", question: Question) -> Answer:
    """Answer one ARM request whose token and quota are in order."""
    path = parse(question.lower_path)
    refused = refused_version(path, question.query.get("api-version"))
    if refused is not None:
        return refused
    if path.type == "microsoft.resourcegraph/resources" and question.method == "POST":
        return resource_graph.answer(simulation, question)
    if question.method not in ("GET", "HEAD"):
        return _not_a_reader(simulation, question, path)
    refused = _unknown_subscription(simulation, path) or effective.refused(
        simulation, question, path
    )
    if refused is not None:
        return refused
    key = (question.base_url, question.path, *sorted(f"{k}={v}" for k, v in question.query.items()))
    cached = simulation.pages.get(key)
    if cached is not None:
        return Answer(status=200, body=cached)
    made = _read(simulation, question, path)
    if made.status == 200:
        simulation.pages[key] = made.body
    return made


def _read(simulation: "Simulation", question: Question, path: ArmPath) -> Answer:
    told = effective.permissions(simulation, path) or providers.answer(path)
    if told is not None:
        return told
    found = simulation.arm.find(path)
    if found is None:
        return _nothing_there(simulation, question, path)
    if isinstance(found, dict):
        return Answer(status=200, body=json_bytes(found))
    return _page(simulation, question, path, found)


def _page(
    simulation: "Simulation", question: Question, path: ArmPath, found: list[dict[str, Any]]
) -> Answer:
    filtered = _filtered(question, path, found)
    if isinstance(filtered, Answer):
        return filtered
    rows = simulation.cut("arm", path.whole, filtered)
    size = _page_size(simulation, question, path, len(rows))
    if size is None:
        return refuse(
            400,
            "InvalidTopQueryParameter",
            f"The value of query parameter '$top' must be between 1 and {_MAX_TOP}.",
        )
    try:
        page = page_of(rows, token=question.query.get("$skiptoken"), size=size, of=path.whole)
    except BadTokenError:
        return refuse(400, "InvalidSkipToken", "The $skiptoken query parameter is invalid.")
    document: dict[str, Any] = {"value": page.rows}
    if page.next_token is not None:
        document["nextLink"] = next_link(question, page.next_token)
    return Answer(status=200, body=json_bytes(document))


def _filtered(
    question: Question, path: ArmPath, rows: list[dict[str, Any]]
) -> list[dict[str, Any]] | Answer:
    text = question.query.get("$filter")
    if not text:
        return rows
    if path.type == "resources" and (match := _TYPE_FILTER.fullmatch(text)):
        wanted = match[1].lower()
        return [row for row in rows if str(row.get("type", "")).lower() == wanted]
    if path.type == "microsoft.authorization/roledefinitions" and (
        match := _ROLE_FILTER.fullmatch(text)
    ):
        return [row for row in rows if row.get("properties", {}).get("type") == match[1]]
    if path.type == "microsoft.authorization/roleassignments":
        assigned = _assignments(text, path, rows)
        if assigned is not None:
            return assigned
    return refuse(
        400,
        "InvalidFilterInQueryString",
        f"Invalid $filter '{text}' specified in the query string.",
    )


def _assignments(
    text: str, path: ArmPath, rows: list[dict[str, Any]]
) -> list[dict[str, Any]] | None:
    """Filters of role assignments, joined by `and`; None for one that is not understood.

    https://learn.microsoft.com/azure/role-based-access-control/role-assignments-list-rest
    """
    for clause in re.split(r"\s+and\s+", text.strip(), flags=re.IGNORECASE):
        if _AT_SCOPE.fullmatch(clause):
            rows = [row for row in rows if not _below(row, path.scope)]
        elif match := _HELD_BY.fullmatch(clause):
            rows = [row for row in rows if _holder(row) == match[1].lower()]
        else:
            return None
    return rows


def _holder(row: dict[str, Any]) -> str:
    return str(row.get("properties", {}).get("principalId", "")).lower()


def _below(row: dict[str, Any], scope: str) -> bool:
    return str(row.get("properties", {}).get("scope", "")).lower().startswith(f"{scope}/")


def _page_size(
    simulation: "Simulation", question: Question, path: ArmPath, length: int
) -> int | None:
    if path.type in _WHOLE_LISTS:
        return max(1, length)
    top = question.query.get("$top")
    if top is None:
        return _MAX_TOP if path.namespace is None else simulation.settings.page_size
    if not top.isdigit() or not 1 <= int(top) <= _MAX_TOP:
        return None
    return int(top)


def _unknown_subscription(simulation: "Simulation", path: ArmPath) -> Answer | None:
    name = path.subscription
    if name in simulation.existing.shells and path.whole != f"/subscriptions/{name}":
        # Seen in SpecterOps/AzureHound issue 65; the status is a guess.
        said = (
            "The current subscription type is not permitted to perform operations on any provider "
            "namespace. Please use a different subscription."
        )
        return refuse(403, "DisallowedOperation", said)
    if name is None or name in simulation.existing.subscriptions:
        return None
    if not _is_guid(name):
        return refuse(
            400,
            "InvalidSubscriptionId",
            f"The provided subscription identifier '{name}' is malformed or invalid.",
        )
    return refuse(404, "SubscriptionNotFound", f"The subscription '{name}' could not be found.")


def _nothing_there(simulation: "Simulation", question: Question, path: ArmPath) -> Answer:
    if path.namespace is None or not _group_exists(simulation, path):
        return _nowhere(question, path)
    if path.type == "microsoft.insights/diagnosticsettings" and simulation.arm.exists(path.scope):
        kind = parse(path.scope).type
        # Azure Monitor writes its code at the top and not under `error` (JimGBritt/AzurePolicy 38).
        said = f"The resource type '{kind}' does not support diagnostic settings."
        return reply({"code": "ResourceTypeNotSupported", "message": said}, status=400)
    service = _SERVICE.fullmatch(path.type)
    if service is not None and simulation.arm.exists(path.whole.rsplit("/", 2)[0]):
        # The account is of a kind that lacks the service (turbot/steampipe-plugin-azure 404).
        said = f"{service[1].capitalize()} is not supported for the account."
        return refuse(400, "FeatureNotSupportedForAccount", said)
    if path.type in KNOWN or simulation.arm.has_type(path.type):
        if (
            path.collection
            and not path.names
            and path.scope == f"/subscriptions/{path.subscription}"
        ):
            return Answer(status=200, body=b'{"value":[]}')
        return _resource_not_found(path)
    short = path.type.partition("/")[2]
    return refuse(
        404,
        "InvalidResourceType",
        f"The resource type '{short}' could not be found in the namespace '{path.namespace}' for "
        f"api version '{question.query['api-version']}'.",
    )


def _group_exists(simulation: "Simulation", path: ArmPath) -> bool:
    group = f"/subscriptions/{path.subscription}/resourcegroups/{path.resource_group}"
    return path.resource_group is None or simulation.existing.exists(group)


def _nowhere(question: Question, path: ArmPath) -> Answer:
    if path.resource_group is None:
        said = f"No HTTP resource was found that matches the request URI '{question.path}'."
        return refuse(404, "NotFound", said)
    said = f"Resource group '{path.resource_group}' could not be found."
    return refuse(404, "ResourceGroupNotFound", said)


def _resource_not_found(path: ArmPath) -> Answer:
    what = path.whole.rpartition("/providers/")[2]
    group = path.resource_group or "<null>"
    return refuse(
        404,
        "ResourceNotFound",
        f"The Resource '{what}' under resource group '{group}' was not found. For more details "
        "please go to https://aka.ms/ARMResourceNotFoundFix",
    )


def _not_a_reader(simulation: "Simulation", question: Question, path: ArmPath) -> Answer:
    verb = {"DELETE": "delete", "POST": "action"}.get(question.method, "write")
    return effective.forbidden(simulation, f"{path.type}/{verb}", question.path)


def _is_guid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
