"""What a faulty service answers, in the shape of the service that is asked."""

import json
from typing import Any

from simulator.server.audiences import Service
from simulator.server.errors import error_answer
from simulator.server.faults.rules import FaultRule, Kind, Place
from simulator.server.question import Answer, Question, reply

_STATUS_CODES = {
    400: "BadRequest",
    403: "AuthorizationFailed",
    404: "ResourceNotFound",
    409: "Conflict",
    410: "Gone",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}

_MEANINGS: dict[tuple[Kind, Service | None], tuple[int, str, str]] = {
    ("throttle", None): (429, "TooManyRequests", "Too many requests. Try again later."),
    ("license", "graph"): (
        403,
        "AadPremiumLicenseRequired",
        (
            "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance "
            "license."
        ),
    ),
    ("license", None): (
        400,
        "AadPremiumLicenseRequired",
        "The tenant needs an AAD Premium 2 license.",
    ),
    ("denied", "graph"): (
        403,
        "Authorization_RequestDenied",
        "Insufficient privileges to complete the operation.",
    ),
    ("denied", "logs"): (
        403,
        "InsufficientAccessError",
        "The provided credentials have insufficient access to perform the requested operation",
    ),
    ("throttle", "blob"): (503, "ServerBusy", "The server is busy."),
    ("denied", "blob"): (
        403,
        "AuthorizationPermissionMismatch",
        "This request is not authorized to perform this operation using this permission.",
    ),
    ("denied", None): (
        403,
        "AuthorizationFailed",
        (
            "The client does not have authorization to perform action '{namespace}/read' over "
            "scope '{path}' or the scope is invalid. If access was recently granted, please "
            "refresh your credentials."
        ),
    ),
    ("not_registered", None): (
        409,
        "MissingSubscriptionRegistration",
        (
            "The subscription is not registered to use namespace '{namespace}'. See "
            "https://aka.ms/rps-not-found for how to register subscriptions."
        ),
    ),
}


def fault_answer(rule: FaultRule, service: Service, question: Question) -> Answer:
    """The answer of a rule that replaces the real one."""
    status, code, message = _meaning(rule, service, question)
    headers = dict(rule.headers)
    if rule.retry_after is not None:
        headers["Retry-After"] = str(rule.retry_after)
    code, message = rule.code or code, rule.message or message
    if service == "arm" and rule.place != "error":
        document = _placed(rule.place, {"code": code, "message": message})
        return reply(document, status=rule.status or status, headers=headers)
    return error_answer(service, question, rule.status or status, code, message, headers=headers)


def _placed(place: Place, error: dict[str, str]) -> dict[str, Any]:
    """The error where this or that provider writes it."""
    outer = {"code": "ProviderError", "message": "The provider refused."}
    match place:
        case "top":
            return dict(error)
        case "detail":
            return {"error": outer | {"details": [error]}}
        case "inner":
            return {"error": outer | {"innererror": error}}
        case _:
            return {"error": outer | {"message": json.dumps({"error": error})}}


def spoil(body: bytes) -> bytes:
    """The front half of a body: never valid JSON, yet sent as a complete answer."""
    return body[: max(1, len(body) // 2)].rstrip(b"]}") + b',"'


def _meaning(rule: FaultRule, service: Service, question: Question) -> tuple[int, str, str]:
    told = _MEANINGS.get((rule.kind, service)) or _MEANINGS.get((rule.kind, None))
    if told is not None:
        status, code, message = told
        return status, code, message.format(path=question.path, namespace=_namespace(question.path))
    status = rule.status or 500
    return status, _STATUS_CODES.get(status, "InternalServerError"), "Injected fault."


def _namespace(path: str) -> str:
    _, found, rest = path.rpartition("/providers/")
    return rest.split("/")[0] if found else "Microsoft.Resources"
