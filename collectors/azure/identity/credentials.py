"""Credentials, each chosen by name: never a chain that takes whatever it finds."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any, Literal, assert_never

import azure.identity
import azure.identity.aio
from azure.core.credentials import TokenCredential
from azure.core.credentials_async import AsyncTokenCredential

from collectors.azure.clouds import Cloud
from collectors.azure.identity.certificate import read_certificate
from collectors.kit.errors import GatewayError

Kind = Literal["secret_env", "certificate_file", "managed_identity", "workload_identity"]

# azure-identity's own retries of the token request; the run's limits do not reach inside it.
_TOKEN_RETRIES: dict[str, Any] = {"retry_total": 3, "retry_connect": 1, "retry_backoff_factor": 0.4}


@dataclass(frozen=True, kw_only=True, slots=True)
class CredentialSpec:
    """A reference to a credential. It names where a secret is, and never holds one."""

    kind: Kind
    tenant_id: str
    client_id: str | None = None
    """Application id; of a managed identity only when it is user-assigned."""
    secret_env: str | None = None
    """secret_env: environment variable that holds the client secret."""
    file: Path | None = None
    """certificate_file: PEM or PKCS#12 with its key. workload_identity: the federated token."""
    password_env: str | None = None
    """certificate_file: environment variable that holds the file's password, when it has one."""


def open_credential(
    spec: CredentialSpec,
    cloud: Cloud,
    *,
    now: Callable[[], datetime],
    environ: Mapping[str, str] | None = None,
) -> AsyncTokenCredential:
    """The azure-identity credential of a spec, for a cloud; asks nothing of Azure yet.

    Raises GatewayError: `credential_refused` when the variable, file, id or password is missing or
    unusable, `certificate_expired` when the certificate's time is over.
    """
    opened: AsyncTokenCredential = _checked(spec, cloud, now, environ, azure.identity.aio)
    return opened


def open_blocking_credential(
    spec: CredentialSpec,
    cloud: Cloud,
    *,
    now: Callable[[], datetime],
    environ: Mapping[str, str] | None = None,
) -> TokenCredential:
    """As `open_credential`, for clients that block: the store's."""
    opened: TokenCredential = _checked(spec, cloud, now, environ, azure.identity)
    return opened


def _checked(
    spec: CredentialSpec,
    cloud: Cloud,
    now: Callable[[], datetime],
    environ: Mapping[str, str] | None,
    identity: ModuleType,
) -> Any:
    try:
        return _open(spec, cloud, now, os.environ if environ is None else environ, identity)
    except ValueError:
        # azure-identity refuses ids and authorities of the wrong form; its text may quote values.
        raise GatewayError(
            "credential_refused",
            f"The credential of tenant '{spec.tenant_id}' is not usable: check the form of its "
            "tenant id, client id and authority.",
        ) from None


def _open(
    spec: CredentialSpec,
    cloud: Cloud,
    now: Callable[[], datetime],
    environ: Mapping[str, str],
    identity: ModuleType,
) -> Any:
    match spec.kind:
        case "secret_env":
            secret = _from_environment(spec.secret_env, "client secret", environ)
            return identity.ClientSecretCredential(
                spec.tenant_id, _client_id(spec), secret, **_sign_in(cloud)
            )
        case "certificate_file":
            password = None
            if spec.password_env is not None:
                password = _from_environment(spec.password_env, "certificate's password", environ)
            data = read_certificate(_file(spec, "certificate"), password, now())
            return identity.CertificateCredential(
                spec.tenant_id,
                _client_id(spec),
                certificate_data=data,
                password=password,
                **_sign_in(cloud),
            )
        case "managed_identity":
            return identity.ManagedIdentityCredential(client_id=spec.client_id, **_TOKEN_RETRIES)
        case "workload_identity":
            path = _file(spec, "federated token")
            _readable(path)
            return identity.WorkloadIdentityCredential(
                tenant_id=spec.tenant_id,
                client_id=_client_id(spec),
                token_file_path=str(path),
                **_sign_in(cloud),
            )
        case _:
            assert_never(spec.kind)


def _sign_in(cloud: Cloud) -> dict[str, Any]:
    options: dict[str, Any] = {"authority": cloud.authority, **_TOKEN_RETRIES}
    if not cloud.discoverable:
        options["disable_instance_discovery"] = True
    if cloud.ca_file is not None:
        options["connection_verify"] = str(cloud.ca_file)
    return options


def _client_id(spec: CredentialSpec) -> str:
    if not spec.client_id:
        raise GatewayError(
            "credential_refused", "The connection has no client id; add it with --client-id."
        )
    return spec.client_id


def _file(spec: CredentialSpec, what: str) -> Path:
    if spec.file is None:
        raise GatewayError("credential_refused", f"The connection names no {what} file; add it.")
    return spec.file


def _from_environment(name: str | None, what: str, environ: Mapping[str, str]) -> str:
    if not name:
        raise GatewayError(
            "credential_refused", f"The connection names no variable for its {what}; add it."
        )
    value = environ.get(name)
    if not value:
        raise GatewayError(
            "credential_refused",
            f"The environment variable {name} is not set; put the {what} there and start again.",
        )
    return value


def _readable(path: Path) -> None:
    try:
        path.read_bytes()
    except OSError as error:
        raise GatewayError(
            "credential_refused",
            f"The federated token file {path} cannot be read ({type(error).__name__}); check the "
            "path and the rights.",
        ) from None
