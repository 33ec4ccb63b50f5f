"""The cloud a connection, a container or a vault is in, and its errors as people meet them."""

from pathlib import Path
from typing import Protocol

from app.errors import AppError, RefusedError, UnavailableError, UsageError
from collectors.azure.clouds import Cloud, cloud_named, load_custom
from collectors.kit.errors import CollectorError, GatewayError

REFUSALS = {"credential_refused", "certificate_expired"}


class InCloud(Protocol):
    """Whatever names its cloud: a connection, or a section of the settings."""

    @property
    def cloud(self) -> str:
        """public, usgov, china or custom."""
        ...

    @property
    def cloud_file(self) -> str | Path | None:
        """The TOML file of a custom cloud."""
        ...


def cloud_of(one: InCloud) -> Cloud:
    """Its cloud. Raises UsageError for a bad cloud file."""
    try:
        if one.cloud_file is not None:
            return load_custom(Path(one.cloud_file))
        return cloud_named(one.cloud)
    except CollectorError as error:
        raise UsageError(str(error), code="cloud_invalid") from error


def app_error(error: GatewayError) -> AppError:
    """The gateway's error as people and machines meet it."""
    if error.code in REFUSALS:
        return RefusedError(str(error), code=error.code)
    return UnavailableError(str(error), code=error.code)
