"""List Blobs: flat or by delimiter, with versions, in pages."""

import base64
from collections.abc import Iterator
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement

from simulator.blob.call import Call, Reply, http_date
from simulator.blob.errors import StorageError
from simulator.blob.operations.leases import lease_headers
from simulator.blob.state import Blob, Container, Version
from simulator.blob.xml import document

_LARGEST = 5000


class _Row(NamedTuple):
    name: str
    version: Version | None
    """None for a folder of a hierarchical listing."""
    blob: Blob | None


def list_blobs(container: Container, call: Call) -> Reply:
    """GET ?restype=container&comp=list. The marker is the place of the next row."""
    include = set(filter(None, call.query.get("include", "").lower().split(",")))
    start, size = _number(call, "marker", 0), _number(call, "maxresults", _LARGEST)
    size = min(size, _LARGEST)
    rows = list(_rows(container, call, versions="versions" in include))
    endpoint = f"{call.base_url}/{call.account}/"
    root = Element("EnumerationResults", ServiceEndpoint=endpoint, ContainerName=container.name)
    for name in ("prefix", "marker", "maxresults", "delimiter"):
        if name in call.query:
            tag = {"maxresults": "MaxResults"}.get(name, name.capitalize())
            SubElement(root, tag).text = call.query[name]
    listed = SubElement(root, "Blobs")
    for row in rows[start : start + size]:
        _show(listed, container, row, call, include)
    more = start + size < len(rows)
    SubElement(root, "NextMarker").text = str(start + size) if more else None
    return document(root)


def _rows(container: Container, call: Call, *, versions: bool) -> Iterator[_Row]:
    prefix, delimiter = call.query.get("prefix", ""), call.query.get("delimiter", "")
    folders: set[str] = set()
    for name, blob in sorted(container.blobs.items()):
        if not name.startswith(prefix):
            continue
        rest = name[len(prefix) :]
        if delimiter and delimiter in rest:
            folder = prefix + rest.partition(delimiter)[0] + delimiter
            if folder not in folders and (versions or blob.current_id is not None):
                folders.add(folder)
                yield _Row(folder, None, None)
            continue
        for version in blob.versions:
            if versions or version.version_id == blob.current_id:
                yield _Row(name, version, blob)


def _show(listed: Element, container: Container, row: _Row, call: Call, include: set[str]) -> None:
    if row.version is None or row.blob is None:
        SubElement(SubElement(listed, "BlobPrefix"), "Name").text = row.name
        return
    shown = SubElement(listed, "Blob")
    SubElement(shown, "Name").text = row.name
    if container.level == "version":
        SubElement(shown, "VersionId").text = row.version.version_id
        if row.version.version_id == row.blob.current_id:
            SubElement(shown, "IsCurrentVersion").text = "true"
    properties = SubElement(shown, "Properties")
    for name, text in _properties(row.version, row.blob, call, include).items():
        SubElement(properties, name).text = text
    if "metadata" in include:
        metadata = SubElement(shown, "Metadata")
        for name, text in row.version.metadata.items():
            SubElement(metadata, name).text = text


def _properties(version: Version, blob: Blob, call: Call, include: set[str]) -> dict[str, str]:
    told = {
        "Creation-Time": http_date(version.created),
        "Last-Modified": http_date(version.modified),
        "Etag": version.etag.strip('"'),
        "Content-Length": str(len(version.data)),
        "Content-Type": version.content_type,
        "Content-MD5": base64.b64encode(version.md5).decode(),
        "BlobType": "BlockBlob",
        "AccessTier": "Hot",
        "AccessTierInferred": "true",
        "ServerEncrypted": "true",
    }
    lease = lease_headers(blob.lease, call.now)
    told |= {
        "LeaseStatus": lease["x-ms-lease-status"],
        "LeaseState": lease["x-ms-lease-state"],
    }
    if "immutabilitypolicy" in include and version.policy is not None:
        told["ImmutabilityPolicyUntilDate"] = http_date(version.policy.until)
        told["ImmutabilityPolicyMode"] = "locked" if version.policy.locked else "unlocked"
    if "legalhold" in include and version.legal_hold:
        told["LegalHold"] = "true"
    return told


def _number(call: Call, name: str, otherwise: int) -> int:
    text = call.query.get(name) or str(otherwise)
    if not text.isdecimal() or (name == "maxresults" and int(text) == 0):
        raise StorageError(
            400, "OutOfRangeQueryParameterValue", f"The value of {name} is out of range."
        )
    return int(text)
