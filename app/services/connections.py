"""Connections: which tenant is collected, as whom, and when."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.errors import UsageError

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A tenant, a credential reference (never a secret), a cloud, a scope and a schedule."""

    id: str
    name: str
    tenant_id: str
    credential: Mapping[str, str]
    """kind (secret_env, certificate_file, managed_identity, workload_identity), client_id, and
    the name of the variable or file that holds the secret."""
    cloud: str
    """public, usgov, china or custom."""
    cloud_file: str | None
    subscriptions: tuple[str, ...]
    """Only these, or every subscription that can be seen when empty."""
    schedule: str

    def detail(self) -> dict[str, Any]:
        """As the log and the index keep it."""
        return {**asdict(self), "subscriptions": list(self.subscriptions)}


def new_connection(
    *,
    name: str,
    tenant_id: str,
    credential: Mapping[str, str],
    cloud: str,
    cloud_file: Path | None,
    subscriptions: tuple[str, ...],
    schedule: str,
) -> Connection:
    """A connection with a fresh id. Raises UsageError for a bad name, id, credential or cloud."""
    if not NAME.match(name):
        raise UsageError(
            f"connection name {name!r} must be lower-case letters, digits and dashes, at most 41"
        )
    for label, value in (("tenant", tenant_id), *(("subscription", s) for s in subscriptions)):
        if not GUID.match(value.lower()):
            raise UsageError(
                f"{label} {value!r} is not an id like 00000000-0000-0000-0000-000000000000; "
                "the Azure portal shows it under Overview"
            )
    _check_application(credential)
    if (cloud == "custom") != (cloud_file is not None):
        raise UsageError("--cloud custom and --cloud-file FILE go together")
    return Connection(
        id=str(uuid.uuid4()),
        name=name,
        tenant_id=tenant_id.lower(),
        credential=dict(credential),
        cloud=cloud,
        cloud_file=str(cloud_file.resolve()) if cloud_file else None,
        subscriptions=tuple(s.lower() for s in subscriptions),
        schedule=schedule,
    )


def _check_application(credential: Mapping[str, str]) -> None:
    client_id = credential.get("client_id")
    if client_id is None and credential.get("kind") != "managed_identity":
        raise UsageError(
            "--client-id is missing: the application (client) id, which the Azure portal shows "
            "under App registrations"
        )
    if client_id is not None and not GUID.match(client_id.lower()):
        raise UsageError(
            f"client id {client_id!r} is not an id like 00000000-0000-0000-0000-000000000000; "
            "the Azure portal shows it under App registrations"
        )
    if "password_env" in credential and credential.get("kind") != "certificate_file":
        raise UsageError("--certificate-password-env goes with --certificate FILE only")


def connection_of(detail: Mapping[str, Any]) -> Connection:
    """The inverse of `Connection.detail`."""
    return Connection(**{**detail, "subscriptions": tuple(detail["subscriptions"])})
