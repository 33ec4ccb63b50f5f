"""Where an Azure cloud lives: sign-in, Resource Manager, Graph, logs, and token audiences."""

import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from collectors.kit.errors import CollectorError

CUSTOM = "custom"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cloud:
    """Endpoints of one cloud, each `https://host[:port]` without a trailing slash."""

    name: str
    authority: str
    resource_manager: str
    resource_manager_audience: str
    graph: str
    graph_audience: str
    logs: str
    logs_audience: str
    storage_audience: str
    vault_audience: str
    ca_file: Path | None = None
    """PEM file of the only authorities trusted for this cloud; None trusts the system's."""

    @property
    def discoverable(self) -> bool:
        """Whether Microsoft's instance discovery knows this cloud's sign-in host."""
        return self.name != CUSTOM


PUBLIC = Cloud(
    name="public",
    authority="https://login.microsoftonline.com",
    resource_manager="https://management.azure.com",
    resource_manager_audience="https://management.azure.com",
    graph="https://graph.microsoft.com",
    graph_audience="https://graph.microsoft.com",
    logs="https://api.loganalytics.io",
    logs_audience="https://api.loganalytics.io",
    storage_audience="https://storage.azure.com",
    vault_audience="https://vault.azure.net",
)
USGOV = Cloud(
    name="usgov",
    authority="https://login.microsoftonline.us",
    resource_manager="https://management.usgovcloudapi.net",
    resource_manager_audience="https://management.core.usgovcloudapi.net",
    graph="https://graph.microsoft.us",
    graph_audience="https://graph.microsoft.us",
    logs="https://api.loganalytics.us",
    logs_audience="https://api.loganalytics.us",
    storage_audience="https://storage.azure.com",
    vault_audience="https://vault.usgovcloudapi.net",
)
CHINA = Cloud(
    name="china",
    authority="https://login.chinacloudapi.cn",
    resource_manager="https://management.chinacloudapi.cn",
    resource_manager_audience="https://management.chinacloudapi.cn",
    graph="https://microsoftgraph.chinacloudapi.cn",
    graph_audience="https://microsoftgraph.chinacloudapi.cn",
    logs="https://api.loganalytics.azure.cn",
    logs_audience="https://api.loganalytics.azure.cn",
    storage_audience="https://storage.azure.com",
    vault_audience="https://vault.azure.cn",
)
BUILT_IN = {cloud.name: cloud for cloud in (PUBLIC, USGOV, CHINA)}

_ADDRESSES = tuple(f.name for f in fields(Cloud) if f.name not in {"name", "ca_file"})


def cloud_named(name: str) -> Cloud:
    """The built-in cloud of that name. Raises CollectorError for any other name."""
    try:
        return BUILT_IN[name]
    except KeyError:
        known = ", ".join(BUILT_IN)
        raise CollectorError(
            f"There is no cloud named '{name}'; use {known}, or custom with a cloud file."
        ) from None


def load_custom(path: Path) -> Cloud:
    """Read a private cloud (or the simulator) from a TOML file with exactly the keys of `Cloud`.

    A relative `ca_file` is relative to the file. Raises CollectorError: unreadable file, an unknown
    or missing key, an address that is not https.
    """
    values = _read(path)
    ca_file = values.pop("ca_file", None)
    _refuse_keys(path, values)
    addresses = {key: _https(path, key, values[key]) for key in _ADDRESSES}
    return Cloud(name=CUSTOM, **addresses, ca_file=_ca_file(path, ca_file))


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise CollectorError(
            f"The cloud file {path} cannot be read ({type(error).__name__}); check the path."
        ) from error
    except tomllib.TOMLDecodeError as error:
        raise CollectorError(f"The cloud file {path} is not TOML: {error}; correct it.") from error


def _refuse_keys(path: Path, values: dict[str, Any]) -> None:
    if unknown := sorted(values.keys() - set(_ADDRESSES)):
        raise CollectorError(
            f"The cloud file {path} has keys nobody knows: {', '.join(unknown)}; remove them."
        )
    if missing := [key for key in _ADDRESSES if key not in values]:
        raise CollectorError(f"The cloud file {path} lacks {', '.join(missing)}; add them.")


def _https(path: Path, key: str, value: Any) -> str:
    parts = urlsplit(value) if isinstance(value, str) else None
    if parts is None or parts.scheme != "https" or not parts.hostname or parts.username:
        raise CollectorError(
            f"'{key}' in the cloud file {path} must be an https address: a token is sent there."
        )
    return str(value).rstrip("/")


def _ca_file(path: Path, value: Any) -> Path | None:
    if value is None:
        return None
    if not isinstance(value, str) or not value:
        raise CollectorError(f"'ca_file' in the cloud file {path} must be the path of a PEM file.")
    return path.parent / value
