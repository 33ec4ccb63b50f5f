"""Microsoft Entra ID: discovery and the token endpoint (OAuth 2.0 client credentials)."""

import hmac
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl
from uuid import uuid4

from simulator.server import audiences
from simulator.server.entra import assertions
from simulator.server.mint import LIFETIME_SECONDS
from simulator.server.question import Answer, Question, reply

if TYPE_CHECKING:
    from simulator.server.simulation import Simulation

_NO_STORE = {"Cache-Control": "no-store, no-cache", "Pragma": "no-cache"}


def answer(simulation: "Simulation", question: Question) -> Answer:
    """Discovery documents and tokens; everything else does not exist here."""
    path = question.lower_path
    if path.endswith("/.well-known/openid-configuration"):
        return _openid_configuration(simulation, question)
    if path == "/common/discovery/instance":
        return _instance_discovery(simulation, question)
    if path.endswith("/oauth2/v2.0/token") and question.method == "POST":
        return _token(simulation, question)
    return _refuse(question, 404, "invalid_request", 90023, "The endpoint does not exist.")


def _openid_configuration(simulation: "Simulation", question: Question) -> Answer:
    tenant = question.path.split("/")[1]
    if not _is_tenant(simulation, tenant):
        return _unknown_tenant(question, tenant)
    base = f"{question.base_url}/{tenant}"
    return reply(
        {
            "token_endpoint": f"{base}/oauth2/v2.0/token",
            "token_endpoint_auth_methods_supported": [
                "client_secret_post",
                "private_key_jwt",
                "client_secret_basic",
            ],
            "jwks_uri": f"{base}/discovery/v2.0/keys",
            "response_modes_supported": ["query", "fragment", "form_post"],
            "response_types_supported": ["code", "id_token", "token"],
            "scopes_supported": ["openid", "profile", "email", "offline_access"],
            "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "issuer": f"{question.base_url}/{simulation.tenant.tenant_id}/v2.0",
            "authorization_endpoint": f"{base}/oauth2/v2.0/authorize",
            "device_authorization_endpoint": f"{base}/oauth2/v2.0/devicecode",
            "tenant_region_scope": "EU",
        }
    )


def _instance_discovery(simulation: "Simulation", question: Question) -> Answer:
    tenant = simulation.tenant.tenant_id
    host = question.base_url.removeprefix("https://")
    return reply(
        {
            "tenant_discovery_endpoint": (
                f"{question.base_url}/{tenant}/v2.0/.well-known/openid-configuration"
            ),
            "api-version": "1.1",
            "metadata": [
                {"preferred_network": host, "preferred_cache": host, "aliases": [host]},
            ],
        }
    )


def _token(simulation: "Simulation", question: Question) -> Answer:
    tenant = question.path.split("/")[1]
    if not _is_tenant(simulation, tenant):
        return _unknown_tenant(question, tenant)
    form = dict(parse_qsl(question.body.decode("utf-8", "replace")))
    if form.get("grant_type") != "client_credentials":
        return _refuse(
            question,
            400,
            "unsupported_grant_type",
            70003,
            "The app requested an unsupported grant.",
        )
    client = form.get("client_id", "")
    if client.lower() != simulation.client_id:
        return _refuse(
            question,
            400,
            "unauthorized_client",
            700016,
            f"Application with identifier '{client}' was not found in the directory '{tenant}'.",
        )
    refused = _refused_credential(simulation, question, form)
    if refused is not None:
        return refused
    scope = form.get("scope", "").split(" ")[0]
    audience = scope.removesuffix("/.default")
    if audience == scope or not audiences.is_known(audience, simulation.own_hosts):
        return _refuse(
            question,
            400,
            "invalid_scope" if audience == scope else "invalid_resource",
            1002012 if audience == scope else 500011,
            f"The scope or resource principal named '{scope}' was not found in the tenant.",
        )
    token = simulation.mint.issue(
        audience=audience.removesuffix("/"),
        app_id=client.lower(),
        issuer=f"https://sts.windows.net/{simulation.tenant.tenant_id}/",
        now=question.now,
        roles=simulation.rights.granted if audience.rstrip("/") in audiences.GRAPH else (),
    )
    return reply(
        {
            "token_type": "Bearer",
            "expires_in": LIFETIME_SECONDS,
            "ext_expires_in": LIFETIME_SECONDS,
            "access_token": token,
        },
        headers={**_NO_STORE, "x-ms-request-id": question.request_id},
    )


def _refused_credential(
    simulation: "Simulation", question: Question, form: dict[str, str]
) -> Answer | None:
    if "client_assertion" in form:
        problem = assertions.problem(
            form["client_assertion"],
            client_id=simulation.client_id,
            certificate=simulation.certificate,
        )
        if problem is None:
            return None
        return _refuse(question, 401, "invalid_client", problem.number, problem.message)
    if "client_secret" not in form:
        return _refuse(
            question,
            401,
            "invalid_client",
            7000216,
            "'client_assertion', 'client_secret' or 'request' is required for the "
            "'client_credentials' grant type.",
        )
    if not hmac.compare_digest(form["client_secret"].encode(), simulation.client_secret.encode()):
        return _refuse(
            question,
            401,
            "invalid_client",
            7000215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the "
            "client secret value, not the client secret ID, for a secret added to app "
            f"'{simulation.client_id}'.",
        )
    return None


def _is_tenant(simulation: "Simulation", name: str) -> bool:
    return name.lower() == simulation.tenant.tenant_id.lower()


def _unknown_tenant(question: Question, tenant: str) -> Answer:
    return _refuse(
        question,
        400,
        "invalid_request" if question.method == "POST" else "invalid_tenant",
        90002,
        f"Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are "
        "signing into the correct cloud.",
    )


def _refuse(question: Question, status: int, error: str, number: int, message: str) -> Answer:
    correlation = question.headers.get("client-request-id") or str(uuid4())
    stamp = question.now.strftime("%Y-%m-%d %H:%M:%SZ")
    return reply(
        {
            "error": error,
            "error_description": (
                f"AADSTS{number}: {message} Trace ID: {question.request_id} "
                f"Correlation ID: {correlation} Timestamp: {stamp}"
            ),
            "error_codes": [number],
            "timestamp": stamp,
            "trace_id": question.request_id,
            "correlation_id": correlation,
            "error_uri": f"{question.base_url}/error?code={number}",
        },
        status=status,
        headers=_NO_STORE,
    )
