"""The identities that write to a blob container and sign in Key Vault: not the collectors'."""

from collections.abc import Callable
from datetime import datetime

from azure.core.credentials import TokenCredential

from app.services.home.azure_cloud import app_error
from app.settings import StoreSettings, VaultSettings
from collectors.azure.clouds import Cloud
from collectors.azure.identity.credentials import CredentialSpec, open_blocking_credential
from collectors.kit.errors import GatewayError


def credential_of(
    settings: StoreSettings | VaultSettings, cloud: Cloud, now: Callable[[], datetime]
) -> TokenCredential:
    """The credential the settings refer to. Raises RefusedError when it cannot be used."""
    try:
        spec = CredentialSpec(**settings.credential.model_dump())
        return open_blocking_credential(spec, cloud, now=now)
    except GatewayError as error:
        raise app_error(error) from error
