"""Conditional headers (Learn: "Specifying conditional headers for Blob service operations")."""

from collections.abc import Mapping

from simulator.blob.errors import StorageError
from simulator.blob.state import Version


def check_write(headers: Mapping[str, str], current: Version | None) -> None:
    """Raise StorageError 409 or 412 unless the conditions of a write hold."""
    unless = headers.get("If-None-Match")
    if unless is not None and current is not None:
        if unless == "*":
            raise StorageError(409, "BlobAlreadyExists", "The specified blob already exists.")
        if unless == current.etag:
            raise _not_met()
    wanted = headers.get("If-Match")
    if wanted is not None and (current is None or wanted not in {"*", current.etag}):
        raise _not_met()


def check_read(headers: Mapping[str, str], version: Version) -> None:
    """Raise StorageError 304 or 412 unless the conditions of a read hold."""
    if headers.get("If-None-Match") in {"*", version.etag}:
        raise StorageError(304, "ConditionNotMet", "Not modified.", {"ETag": version.etag})
    if headers.get("If-Match", version.etag) not in {"*", version.etag}:
        raise _not_met()


def _not_met() -> StorageError:
    return StorageError(
        412,
        "ConditionNotMet",
        "The condition specified using HTTP conditional header(s) is not met.",
    )
