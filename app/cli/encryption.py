"""How a command that serves is spoken to: HTTPS, or plain HTTP where nobody else can listen."""

import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any

import typer

from app.errors import UsageError

TlsCert = Annotated[Path | None, typer.Option("--tls-cert", help="PEM chain to serve HTTPS with.")]
TlsKey = Annotated[Path | None, typer.Option("--tls-key", help="PEM key of that certificate.")]
BehindProxy = Annotated[
    bool,
    typer.Option(
        "--behind-proxy", help="Plain HTTP beyond this machine: a proxy before it speaks TLS."
    ),
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Encryption:
    """A certificate and its key; plain HTTP without."""

    certificate: Path | None = None
    key: Path | None = None

    @property
    def scheme(self) -> str:
        """Of the addresses."""
        return "http" if self.certificate is None else "https"

    @property
    def options(self) -> dict[str, Any]:
        """As uvicorn takes them."""
        return {"ssl_certfile": self.certificate, "ssl_keyfile": self.key}


def encryption(
    host: str, certificate: Path | None, key: Path | None, *, behind_proxy: bool
) -> Encryption:
    """What to serve with on `host`. Raises UsageError.

    Tokens and evidence travel in plain HTTP only on the loopback address, or where it is said that
    a proxy stands before it.
    """
    if (certificate is None) != (key is None):
        raise UsageError("--tls-cert and --tls-key go together")
    if certificate is not None and key is not None:
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(certificate, key, _no_password)
        except (OSError, ssl.SSLError) as error:
            told = error.strerror or error.reason if isinstance(error, ssl.SSLError) else error
            raise UsageError(
                f"{certificate} and {key} are no certificate with its key to serve with ({told}): "
                "give PEM files without a password"
            ) from error
    elif not behind_proxy and not _is_loopback(host):
        raise UsageError(
            f"on {host} others could read tokens and evidence on their way: give --tls-cert and "
            "--tls-key, or --behind-proxy where a proxy before it speaks TLS"
        )
    return Encryption(certificate=certificate, key=key)


def _no_password() -> str:
    return ""  # else OpenSSL asks the terminal


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
