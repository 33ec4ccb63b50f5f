"""Who may ask: bearer tokens, and the 401 of each service for those without a good one."""

import time
from typing import TYPE_CHECKING

from simulator.server import audiences, vault
from simulator.server.audiences import Service
from simulator.server.errors import error_answer
from simulator.server.mint import Principal
from simulator.server.question import Answer, Question

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_CODES: dict[Service, str] = {
    "graph": "InvalidAuthenticationToken",
    "logs": "AuthorizationRequiredError",
    "vault": "Unauthorized",
}


def admit(
    simulation: "Simulation", service: Service, question: Question
) -> tuple[Principal | None, Answer | None]:
    """The principal of a good token for this service, or the service's 401."""
    scheme, _, token = question.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        return None, _unauthorised(
            simulation,
            service,
            question,
            "AuthenticationFailed",
            "Authentication failed. The 'Authorization' header is missing.",
        )
    principal = simulation.mint.recognise(token.strip())
    if principal is None:
        return None, _unauthorised(
            simulation, service, question, "InvalidAuthenticationToken", "The token is invalid."
        )
    if principal.expires < time.time():
        return None, _unauthorised(
            simulation,
            service,
            question,
            "ExpiredAuthenticationToken",
            "The access token expiry is in the past.",
        )
    if not audiences.accepts(service, principal.audience, simulation.own_hosts):
        return None, _unauthorised(
            simulation,
            service,
            question,
            "InvalidAuthenticationTokenAudience",
            "The access token has been obtained for wrong audience or resource "
            f"'{principal.audience}'.",
        )
    return principal, None


def _unauthorised(
    simulation: "Simulation", service: Service, question: Question, code: str, message: str
) -> Answer:
    if service == "vault":
        return vault.challenge(simulation, question)
    tenant = f"{question.base_url}/{simulation.tenant.tenant_id}"
    return error_answer(
        service,
        question,
        401,
        _CODES.get(service, code),
        message,
        headers={
            "WWW-Authenticate": (
                f'Bearer authorization_uri="{tenant}", error="invalid_token", '
                f'error_description="{message}"'
            )
        },
    )
