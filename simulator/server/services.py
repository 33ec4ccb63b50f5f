"""The way of a request through the simulated Azure: token, quota, service, headers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from simulator.server import vault
from simulator.server.arm import reads as arm
from simulator.server.audiences import Service
from simulator.server.entra import access, token_endpoint
from simulator.server.faults.quotas import Grant
from simulator.server.graph import reads as graph
from simulator.server.logs import queries as logs
from simulator.server.question import Answer, Question, refuse

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_RESOURCE_GRAPH = "/providers/microsoft.resourcegraph/"
_API = {"arm": arm.answer, "graph": graph.answer, "logs": logs.answer, "vault": vault.answer}


def answer(simulation: "Simulation", service: Service, question: Question) -> Answer:
    """Answer one request as the service it is meant for."""
    if service == "entra":
        return token_endpoint.answer(simulation, question)
    principal, refused = access.admit(simulation, service, question)
    if refused is not None or principal is None:
        return _stamped(service, question, refused or refuse(401, "Unauthorized", "No token."), {})
    question = replace(question, principal=principal)
    throttled, quota = _throttle(simulation, service, question)
    made = throttled or _API[service](simulation, question)
    return _stamped(service, question, made, quota)


def _throttle(
    simulation: "Simulation", service: Service, question: Question
) -> tuple[Answer | None, Mapping[str, str]]:
    if service != "arm" or question.principal is None:
        return None, {}
    caller = question.principal.app_id
    if question.lower_path.startswith(_RESOURCE_GRAPH):
        if not simulation.settings.arg_quota:
            return None, {
                "x-ms-user-quota-remaining": "15",
                "x-ms-user-quota-resets-after": "00:00:05",
            }
        return _graph_throttle(question, simulation.arg_queries.take(caller))
    parts = question.lower_path.split("/")
    subscription = parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else None
    kind = "subscription" if subscription else "tenant"
    if not simulation.settings.arm_quota:
        return None, {f"x-ms-ratelimit-remaining-{kind}-reads": "250"}
    grant = simulation.arm_reads.take(f"{caller}/{subscription or 'tenant'}")
    return _arm_throttle(grant, kind, subscription)


def _arm_throttle(
    grant: Grant, kind: str, subscription: str | None
) -> tuple[Answer | None, Mapping[str, str]]:
    left = {f"x-ms-ratelimit-remaining-{kind}-reads": str(grant.remaining)}
    if subscription:
        left["x-ms-ratelimit-remaining-subscription-global-reads"] = "3749"
    if grant.allowed:
        return None, left
    code = "SubscriptionRequestsThrottled" if subscription else "TenantRequestsThrottled"
    return (
        refuse(
            429,
            code,
            f"Number of 'read' requests for {kind} '{subscription or ''}' exceeded. Please try "
            f"again after '{grant.wait_seconds}' seconds after additional tokens are available.",
            headers={"Retry-After": str(grant.wait_seconds)},
        ),
        left,
    )


def _graph_throttle(question: Question, grant: Grant) -> tuple[Answer | None, Mapping[str, str]]:
    left = {
        "x-ms-user-quota-remaining": str(grant.remaining),
        "x-ms-user-quota-resets-after": f"00:00:{grant.wait_seconds:02d}",
    }
    if grant.allowed:
        return None, left
    return (
        refuse(
            429,
            "RateLimiting",
            f"Please provide below info when asking for support: timestamp = {question.now}, "
            f"correlationId = {question.request_id}.",
            headers={"Retry-After": str(grant.wait_seconds)},
            details=[
                {
                    "code": "RateLimiting",
                    "message": "Client application has been throttled and should not attempt to "
                    "repeat the request until an amount of time has elapsed. Please see "
                    "https://aka.ms/resourcegraph-throttling for help.",
                }
            ],
        ),
        left,
    )


def _stamped(
    service: Service, question: Question, made: Answer, quota: Mapping[str, str]
) -> Answer:
    headers = {**provenance(service, question), **quota, **made.headers}
    return replace(made, headers=headers)


def provenance(service: Service, question: Question) -> dict[str, str]:
    """The headers by which support finds a request again."""
    client = question.headers.get("client-request-id") or question.headers.get(
        "x-ms-client-request-id", question.request_id
    )
    if service == "graph":
        return {
            "request-id": question.request_id,
            "client-request-id": client,
            "OData-Version": "4.0",
        }
    headers = {"x-ms-request-id": question.request_id}
    if service == "arm":
        correlation = question.headers.get("x-ms-correlation-request-id", question.request_id)
        stamp = question.now.strftime("%Y%m%dT%H%M%SZ")
        headers |= {
            "x-ms-correlation-request-id": correlation,
            "x-ms-routing-request-id": f"WESTEUROPE:{stamp}:{question.request_id}",
            "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
            "X-Content-Type-Options": "nosniff",
        }
    return headers
