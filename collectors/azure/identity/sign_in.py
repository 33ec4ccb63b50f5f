"""Why no token could be had, and what to do about it: Azure's code, never Azure's text.

The text may quote what we sent. What to do depends on the kind of credential: a machine's identity
has no secret to check. https://learn.microsoft.com/entra/identity-platform/reference-error-codes
"""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Literal

from azure.core.exceptions import ClientAuthenticationError
from azure.identity import CredentialUnavailableError
from azure.identity.aio import (
    CertificateCredential,
    ManagedIdentityCredential,
    WorkloadIdentityCredential,
)

from collectors.azure.clouds import Cloud
from collectors.kit.errors import GatewayError

Kind = Literal["secret", "certificate", "managed", "federated"]

_CODE = re.compile(r"AADSTS\d+")
_KINDS: tuple[tuple[type, Kind], ...] = (
    (CertificateCredential, "certificate"),
    (ManagedIdentityCredential, "managed"),
    (WorkloadIdentityCredential, "federated"),
)
_WHY: Mapping[str, str] = {
    "AADSTS7000215": "the client secret is wrong",
    "AADSTS7000222": "the client secret has expired",
    "AADSTS700016": "the application is not known in this tenant",
    "AADSTS7000112": "the application is disabled in this tenant",
    "AADSTS700027": "the certificate is not one the application trusts",
    "AADSTS90002": "the tenant does not exist",
    "AADSTS900023": "the tenant's id is malformed",
    "AADSTS500011": "the service is not known in this tenant",
    "AADSTS53003": "a Conditional Access policy blocks the application",
    "AADSTS700024": "the federated token is outside its time",
    "AADSTS70021": "no federated credential of the application matches the token",
    "AADSTS700211": "no federated credential of the application matches the token's issuer",
    "AADSTS700213": "no federated credential of the application matches the token's subject",
}
_DO: Mapping[str, str] = {
    "AADSTS7000215": "put the secret's value, not its id, into the connection's variable",
    "AADSTS7000222": "make a new secret and put it into the connection's variable",
    "AADSTS700016": "check the connection's tenant and client id",
    "AADSTS7000112": "have the application enabled",
    "AADSTS700027": "upload the certificate of the connection's file to the application",
    "AADSTS90002": "check the connection's tenant",
    "AADSTS900023": "check the connection's tenant",
    "AADSTS53003": "have the policy leave out this application, or run from an allowed place",
    "AADSTS700024": "check the machine's clock and that the token file is renewed",
}
_CHECK: Mapping[Kind, str] = {
    "secret": "check the connection's tenant, client id and secret",
    "certificate": "check the connection's tenant, client id and certificate",
    "managed": "check which identity is assigned to this machine",
    "federated": "check the connection's tenant, client id and the application's federated "
    "credentials",
}
_BUSY = {"AADSTS90033", "AADSTS90055", "AADSTS50196"}
"""Entra asks to come again: https://learn.microsoft.com/entra/identity-platform/reference-error-codes."""


def kind_of(credential: object) -> Kind:
    """What kind of credential it is; a secret where it is none of the others."""
    return next((kind for known, kind in _KINDS if isinstance(credential, known)), "secret")


def code_of(error: ClientAuthenticationError) -> str | None:
    """Entra's code of a refusal."""
    found = _CODE.search(str(error))
    return found.group(0) if found else None


def is_busy(error: ClientAuthenticationError) -> bool:
    """Does the sign-in service only ask to come again later?"""
    return error.status_code == HTTPStatus.TOO_MANY_REQUESTS or code_of(error) in _BUSY


def did_not_answer(error: ClientAuthenticationError) -> bool:
    """Is nothing known of the credential, because the endpoint failed or answered no sense?

    azure-identity tells a fault of the endpoint as it tells a refusal; a refusal has a status of
    4xx or Entra's code.
    """
    if isinstance(error, CredentialUnavailableError):
        return False
    status = error.status_code
    if status is None:
        return code_of(error) is None
    refusal = HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    return not refusal or status == HTTPStatus.REQUEST_TIMEOUT


def refused(error: ClientAuthenticationError, cloud: Cloud, kind: Kind) -> GatewayError:
    """The sentence for a credential that got no token."""
    status = error.status_code
    code = code_of(error)
    if is_busy(error):
        where = "this machine's identity service" if kind == "managed" else cloud.authority
        return GatewayError(
            "sign_in_throttled",
            f"No token from {where}: it is asked too often{_told(code)}; nothing is wrong with "
            "the credential, try again later.",
        )
    if did_not_answer(error) or (status or 0) >= HTTPStatus.INTERNAL_SERVER_ERROR:
        answered = f"HTTP {status}" if status else "nothing that makes sense"
        return GatewayError(
            "unreachable",
            f"No token from {cloud.authority}: the token endpoint did not answer ({answered}); "
            "nothing is known to be wrong with the credential, try again later.",
        )
    if isinstance(error, CredentialUnavailableError):
        return GatewayError("credential_refused", _unavailable(error, kind))
    why = _WHY.get(code or "", "Azure refused the credential")
    advice = _DO.get(code or "", _CHECK[kind])
    return GatewayError(
        "credential_refused", f"No token from {cloud.authority}: {why}{_told(code)}; {advice}."
    )


def _unavailable(error: CredentialUnavailableError, kind: Kind) -> str:
    if kind == "federated":
        return (
            "This machine offers no federated token; run Annexa where the workload identity is "
            "set up, or give the connection a certificate."
        )
    if "has not been assigned" in str(error):
        return (
            "The managed identity with the connection's client id is not assigned to this machine; "
            "assign it, or correct the client id."
        )
    return (
        "This machine offers no managed identity; run Annexa where the identity is assigned, or "
        "give the connection a certificate."
    )


def _told(code: str | None) -> str:
    return f" ({code})" if code else ""
