"""Reading and deleting blobs: Get Blob, Get Blob Properties, Delete Blob."""

import base64
import re

from simulator.blob.call import METADATA, Call, Reply, http_date
from simulator.blob.conditions import check_read, check_write
from simulator.blob.errors import StorageError
from simulator.blob.operations.leases import check_lease, lease_headers
from simulator.blob.state import Blob, Container, Version
from simulator.blob.worm import refuse_change, shown

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


def read_blob(container: Container, call: Call) -> Reply:
    """GET or HEAD: the current version or the one asked for, whole or a range of it."""
    blob = container.blob(call.blob)
    version = asked_version(blob, call)
    check_read(call.headers, version)
    headers = _properties(container, blob, version, call)
    spoken = call.headers.get("x-ms-range") or call.headers.get("Range")
    asked = None if spoken is None or call.method == "HEAD" else _RANGE.fullmatch(spoken)
    if asked is None:
        headers |= {"Content-MD5": _base64(version.md5), "Content-Length": str(len(version.data))}
        return Reply(status=200, headers=headers, body=version.data)
    first, size = int(asked[1]), len(version.data)
    if first >= size:
        raise StorageError(
            416,
            "InvalidRange",
            "The range specified is invalid for the current size of the resource.",
            {"Content-Range": f"bytes */{size}"},
        )
    last = min(int(asked[2] or size), size - 1)
    headers |= {
        "Content-Range": f"bytes {first}-{last}/{size}",
        "Content-Length": str(last - first + 1),
        "x-ms-blob-content-md5": _base64(version.md5),
    }
    return Reply(status=206, headers=headers, body=version.data[first : last + 1])


def delete_blob(container: Container, call: Call) -> Reply:
    """DELETE: a version for good, or the current one, which versioning only demotes."""
    blob = container.blob(call.blob)
    version = asked_version(blob, call)
    check_write(call.headers, version)
    if "versionid" in call.query:
        if version.version_id == blob.current_id:
            raise StorageError(
                403,
                "OperationNotAllowedOnRootBlob",
                "This operation is not allowed on the root blob.",
            )
        refuse_change(container, version, call.now)
        blob.versions.remove(version)
        return Reply(status=202)
    check_lease(blob, call)
    if container.level == "version":
        blob.current_id = None
        return Reply(status=202, headers={"x-ms-delete-type-permanent": "false"})
    refuse_change(container, version, call.now)
    del container.blobs[call.blob]
    return Reply(status=202, headers={"x-ms-delete-type-permanent": "true"})


def asked_version(blob: Blob, call: Call) -> Version:
    """The version of ?versionid=, else the current one. Raises StorageError 404."""
    version_id = call.query.get("versionid")
    return blob.current() if version_id is None else blob.version(version_id)


def _properties(container: Container, blob: Blob, version: Version, call: Call) -> dict[str, str]:
    headers = {
        "ETag": version.etag,
        "Last-Modified": http_date(version.modified),
        "Content-Type": version.content_type,
        "Accept-Ranges": "bytes",
        "x-ms-blob-type": "BlockBlob",
        "x-ms-creation-time": http_date(version.created),
        "x-ms-server-encrypted": "true",
        "x-ms-access-tier": "Hot",
        "x-ms-access-tier-inferred": "true",
    }
    if container.level == "version":
        headers["x-ms-version-id"] = version.version_id
        if version.version_id == blob.current_id:
            headers["x-ms-is-current-version"] = "true"
    until = None if version.policy is None else http_date(version.policy.until)
    held = {METADATA + name: text for name, text in version.metadata.items()}
    return headers | lease_headers(blob.lease, call.now) | shown(version, until) | held


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
