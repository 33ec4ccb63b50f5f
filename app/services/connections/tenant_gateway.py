"""From a connection to a gateway into its tenant. The SDKs are imported once one is opened."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import AppError, RefusedError, UnavailableError, UsageError
from app.schedule.connection import Connection
from app.settings import Settings
from collectors.azure.clouds import Cloud, cloud_named, load_custom
from collectors.kit.errors import CollectorError, GatewayError

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from collectors.azure.identity.credentials import CredentialSpec
    from collectors.azure.live import LiveGateway

REFUSALS = {"credential_refused", "certificate_expired"}


def cloud_of(connection: Connection) -> Cloud:
    """The cloud a connection lives in. Raises UsageError for a bad cloud file."""
    try:
        if connection.cloud_file is not None:
            return load_custom(Path(connection.cloud_file))
        return cloud_named(connection.cloud)
    except CollectorError as error:
        raise UsageError(str(error), code="cloud_invalid") from error


def credential_spec(connection: Connection) -> "CredentialSpec":
    """The reference to the connection's credential."""
    from collectors.azure.identity.credentials import CredentialSpec

    reference = dict(connection.credential)
    file = reference.pop("file", None)
    return CredentialSpec(
        tenant_id=connection.tenant_id,
        file=Path(file) if file else None,
        **reference,  # type: ignore[arg-type]  # checked by `new_connection`
    )


def usable_credential(
    connection: Connection, now: Callable[[], datetime]
) -> "AsyncTokenCredential":
    """The connection's credential, as far as this machine can tell without asking Azure.

    Raises RefusedError for a variable or file that is missing, or an expired certificate.
    """
    from collectors.azure.identity.credentials import open_credential

    try:
        return open_credential(credential_spec(connection), cloud_of(connection), now=now)
    except GatewayError as error:
        raise said(error) from error


def open_gateway(
    connection: Connection, settings: Settings, now: Callable[[], datetime]
) -> "LiveGateway":
    """A gateway into the tenant. Asks nothing yet. Raises AppError for a bad credential."""
    from collectors.azure.live import LiveGateway
    from collectors.azure.transport.limits import Limits

    return LiveGateway(
        cloud_of(connection),
        usable_credential(connection, now),
        connection.tenant_id,
        now=now,
        subscriptions=connection.subscriptions,
        concurrency=settings.concurrency,
        limits=Limits(**settings.patience.model_dump()),
    )


def said(error: GatewayError) -> AppError:
    """The gateway's error as people and machines meet it."""
    if error.code in REFUSALS:
        return RefusedError(str(error), code=error.code)
    return UnavailableError(str(error), code=error.code)
