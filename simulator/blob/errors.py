"""Refusals of the blob service.

Codes are Azure's (Blob service error codes; the SDKs' own lists and live tests for those of
immutability). Where Azure documents none, the raising line says so.
"""

from collections.abc import Mapping
from xml.sax.saxutils import escape


class StorageError(Exception):
    """One refusal: status, code and message as the service words them."""

    def __init__(
        self, status: int, code: str, message: str, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})

    def xml(self, request_id: str, time: str) -> bytes:
        """The body of the answer."""
        message = escape(f"{self.message}\nRequestId:{request_id}\nTime:{time}")
        return (
            '<?xml version="1.0" encoding="utf-8"?>'
            f"<Error><Code>{self.code}</Code><Message>{message}</Message></Error>"
        ).encode()


def not_found(what: str) -> StorageError:
    """404 of a container or a blob: `what` is Container or Blob."""
    return StorageError(404, f"{what}NotFound", f"The specified {what.lower()} does not exist.")


def invalid_header(name: str) -> StorageError:
    """400 of a header whose value is out of its form."""
    return StorageError(
        400,
        "InvalidHeaderValue",
        f"The value for one of the HTTP headers is not in the correct format: {name}.",
    )


def missing_header(name: str) -> StorageError:
    """400 of a header that must be there."""
    return StorageError(
        400,
        "MissingRequiredHeader",
        f"An HTTP header that's mandatory for this request is not specified: {name}.",
    )


def unsupported(what: str) -> StorageError:
    """400 of what Azure can and this simulator cannot: never a wrong answer."""
    return StorageError(400, "UnsupportedQueryParameter", f"The simulator does not know {what}.")
