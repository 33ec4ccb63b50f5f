"""From a connection to a gateway into its tenant. The SDKs are imported once one is opened."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from app.schedule.connection import Connection
from app.services.home.azure_cloud import app_error, cloud_of
from app.settings import Settings
from collectors.kit.errors import GatewayError

if TYPE_CHECKING:
    from azure.core.credentials_async import AsyncTokenCredential

    from collectors.azure.identity.credentials import CredentialSpec
    from collectors.azure.live import LiveGateway


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
        raise app_error(error) from error


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
