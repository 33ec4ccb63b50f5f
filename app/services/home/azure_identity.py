"""The identities that write to a blob container and sign in Key Vault: not the collectors'."""

from collections.abc import Callable
from datetime import datetime

from azure.core.credentials import TokenCredential

from app.errors import UsageError
from app.services.connections.tenant_gateway import said
from app.settings import StoreSettings, VaultSettings
from collectors.azure.clouds import Cloud, cloud_named, load_custom
from collectors.azure.identity.credentials import CredentialSpec, open_blocking_credential
from collectors.kit.errors import CollectorError, GatewayError


def cloud_of(settings: StoreSettings | VaultSettings) -> Cloud:
    """The cloud that a container or a vault is in. Raises UsageError for a bad cloud file."""
    try:
        if settings.cloud_file is not None:
            return load_custom(settings.cloud_file)
        return cloud_named(settings.cloud)
    except CollectorError as error:
        raise UsageError(str(error), code="cloud_invalid") from error


def credential_of(
    settings: StoreSettings | VaultSettings, cloud: Cloud, now: Callable[[], datetime]
) -> TokenCredential:
    """The credential the settings refer to. Raises RefusedError when it cannot be used."""
    try:
        spec = CredentialSpec(**settings.credential.model_dump())
        return open_blocking_credential(spec, cloud, now=now)
    except GatewayError as error:
        raise said(error) from error
