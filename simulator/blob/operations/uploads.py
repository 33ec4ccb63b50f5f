"""Writing blobs: Put Blob, Put Block, Put Block List, Set Blob Metadata."""

import base64
import binascii
import hashlib
import xml.etree.ElementTree as ET

from simulator.blob.call import Call, Reply, http_date
from simulator.blob.conditions import check_write
from simulator.blob.errors import StorageError, invalid_header, missing_header, unsupported
from simulator.blob.operations.leases import check_lease
from simulator.blob.state import Blob, Container, Version, new_etag, new_version_id
from simulator.blob.worm import hold_asked, policy_asked, refuse_change, refuse_overwrite

_UNKNOWN = ("x-ms-structured-body", "x-ms-content-crc64", "x-ms-copy-source")


def put_blob(container: Container, call: Call) -> Reply:
    """PUT of a whole block blob."""
    kind = call.headers.get("x-ms-blob-type")
    if kind is None:
        raise missing_header("x-ms-blob-type")
    if kind != "BlockBlob":
        raise unsupported(f"blobs of type {kind}")
    _check_md5(call)
    stated = call.headers.get("x-ms-blob-content-md5")
    if stated is not None and _md5_of(stated, "x-ms-blob-content-md5") != _digest(call.body):
        raise _md5_mismatch()
    return _commit(container, call, call.body)


def put_block(container: Container, call: Call) -> Reply:
    """PUT ?comp=block: stage a block."""
    _check_md5(call)
    block_id = call.query.get("blockid")
    if not block_id:
        raise StorageError(400, "MissingRequiredQueryParameter", "blockid is not specified.")
    blob = container.blobs.setdefault(call.blob, Blob())
    if blob.current_id is not None:
        check_lease(blob, call)
    blob.blocks[block_id] = call.body
    return Reply(status=201, headers={"Content-MD5": _base64(_digest(call.body))})


def put_block_list(container: Container, call: Call) -> Reply:
    """PUT ?comp=blocklist: make a blob of staged blocks, in this order."""
    _check_md5(call)
    try:
        listed = [(part.tag, part.text or "") for part in ET.fromstring(call.body)]  # noqa: S314 - from our own tests' clients, and Python's expat bounds entities
    except ET.ParseError:
        raise StorageError(400, "InvalidXmlDocument", "XML specified is invalid.") from None
    staged = container.blobs[call.blob].blocks if call.blob in container.blobs else {}
    if any(tag not in {"Latest", "Uncommitted"} or name not in staged for tag, name in listed):
        raise StorageError(400, "InvalidBlockList", "The specified block list is invalid.")
    return _commit(container, call, b"".join(staged[name] for _, name in listed))


def set_metadata(container: Container, call: Call) -> Reply:
    """PUT ?comp=metadata: with versioning a new version of the same bytes."""
    blob = container.blob(call.blob)
    current = blob.current()
    check_write(call.headers, current)
    check_lease(blob, call)
    refuse_change(container, current, call.now)
    return _add(container, blob, call, current.data, current.content_type)


def _commit(container: Container, call: Call, data: bytes) -> Reply:
    for name in _UNKNOWN:
        if name in call.headers:
            raise unsupported(f"the header {name}")
    blob = container.blobs.get(call.blob, Blob())
    current = None if blob.current_id is None else blob.current()
    check_write(call.headers, current)
    if current is not None:
        check_lease(blob, call)
        refuse_overwrite(container, current, call.now)
    kind = call.headers.get("x-ms-blob-content-type") or call.headers.get("Content-Type")
    return _add(container, blob, call, data, kind or "application/octet-stream")


def _add(container: Container, blob: Blob, call: Call, data: bytes, content_type: str) -> Reply:
    version = Version(
        version_id=new_version_id(call.now),
        data=data,
        md5=_digest(data),
        etag=new_etag(call.now),
        modified=call.now,
        created=call.now,
        content_type=content_type,
        metadata=call.metadata(),
        policy=policy_asked(call.headers, container, call.now),
        legal_hold=hold_asked(call.headers, container) or False,
    )
    if container.level != "version":
        blob.versions.clear()
    blob.versions.append(version)
    blob.current_id = version.version_id
    blob.blocks.clear()
    container.blobs[call.blob] = blob
    headers = {
        "ETag": version.etag,
        "Last-Modified": http_date(version.modified),
        "Content-MD5": _base64(version.md5),
        "x-ms-request-server-encrypted": "true",
    }
    if container.level == "version":
        headers["x-ms-version-id"] = version.version_id
    return Reply(status=200 if call.query.get("comp") == "metadata" else 201, headers=headers)


def _check_md5(call: Call) -> None:
    stated = call.headers.get("Content-MD5")
    if stated is not None and _md5_of(stated, "Content-MD5") != _digest(call.body):
        raise _md5_mismatch()


def _md5_of(text: str, name: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise invalid_header(name) from None


def _md5_mismatch() -> StorageError:
    return StorageError(
        400,
        "Md5Mismatch",
        "The MD5 value specified in the request did not match with the MD5 value calculated by"
        " the server.",
    )


def _digest(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
