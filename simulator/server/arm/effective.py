"""What the collecting identity may do at a scope: asked for, and refused where it may not.

https://learn.microsoft.com/rest/api/authorization/permissions
"""

from typing import TYPE_CHECKING

from simulator.arm_path import ArmPath, parse
from simulator.levers.document import arm_id
from simulator.server.question import Answer, Question, refuse, reply

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

PERMISSIONS = "microsoft.authorization/permissions"
_RESOURCES = "Microsoft.Resources/subscriptions"
_DEFINITIONS = "microsoft.authorization/roledefinitions"
_CORE = {
    "subscriptions": f"{_RESOURCES}/read",
    "resources": f"{_RESOURCES}/resources/read",
    "resourcegroups": f"{_RESOURCES}/resourceGroups/read",
    "providers": f"{_RESOURCES}/providers/read",
}


def refused(simulation: "Simulation", question: Question, path: ArmPath) -> Answer | None:
    """Azure's 403 for a read that was withdrawn, whether or not there is anything to read."""
    if not simulation.rights.withdrawn or path.whole == "/subscriptions":
        return None
    if path.type == PERMISSIONS:
        return _blind(simulation, path)
    if path.type == "microsoft.resourcegraph/resources":
        return None
    scope, actions = _needed(path)
    if path.type == _DEFINITIONS and not path.collection:
        scope = _assignable(simulation, path) or scope
    for action in actions:
        if not simulation.rights.allows(action, scope):
            return forbidden(simulation, action, _told(question, scope))
    return None


def permissions(simulation: "Simulation", path: ArmPath) -> Answer | None:
    """The identity's permissions at a scope that exists; None when something else was asked."""
    if path.type != PERMISSIONS or not path.collection:
        return None
    if path.scope and not simulation.existing.exists(path.scope):
        return None
    return reply({"value": simulation.rights.permissions(path.scope)})


def forbidden(simulation: "Simulation", action: str, scope: str) -> Answer:
    """AuthorizationFailed, in Azure's words."""
    return refuse(
        403,
        "AuthorizationFailed",
        f"The client '{simulation.client_id}' with object id '{simulation.object_id}' does not "
        f"have authorization to perform action '{action}' over scope '{scope}' or the scope is "
        "invalid. If access was recently granted, please refresh your credentials.",
    )


def _blind(simulation: "Simulation", path: ArmPath) -> Answer | None:
    """Who has nothing in a subscription is refused; in a group of one it is shown that."""
    rights = simulation.rights
    whole = path.scope if path.subscription is None else f"/subscriptions/{path.subscription}"
    asks = "Microsoft.Authorization/permissions/read"
    left = rights.permissions(whole)
    here = rights.permissions(path.scope)
    if left and (not here or rights.allows(asks, path.scope)):
        return None
    return forbidden(simulation, asks, path.scope or "/")


def _needed(path: ArmPath) -> tuple[str, tuple[str, ...]]:
    """Where, and all the actions, that reading a path takes.

    Of an extension (diagnostic settings, locks) providers register a further action below the
    type it extends: who may not read the type may not read that either.
    """
    if path.namespace is None:
        kind = path.type if path.collection or path.type in _CORE else "resourcegroups"
        return path.whole.removesuffix(f"/{kind}"), (_CORE.get(kind, f"{_RESOURCES}/read"),)
    if "/" not in path.type:
        return path.scope, (_CORE["providers"],)
    parent = parse(path.scope)
    actions = [f"{path.type}/read"]
    if parent.namespace is not None and not parent.collection:
        actions.append(f"{parent.type}/providers/{path.type}/read")
    if path.collection:
        return path.whole.rpartition("/")[0] if path.names else path.scope, tuple(actions)
    return path.whole, tuple(actions)


def _assignable(simulation: "Simulation", path: ArmPath) -> str | None:
    """Where a role can be given is where it must be readable."""
    found = simulation.existing.find(path)
    scopes = found["properties"]["assignableScopes"] if isinstance(found, dict) else ["/"]
    return None if scopes == ["/"] else arm_id(scopes[0])


def _told(question: Question, scope: str) -> str:
    """The scope in the letters that were asked."""
    at = question.path.lower().find(scope) if scope else -1
    return question.path[at : at + len(scope)] if at >= 0 else arm_id(scope) or "/"
