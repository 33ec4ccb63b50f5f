"""Containers: create, read, delete, and the list of them."""

import re
from xml.etree.ElementTree import Element, SubElement

from simulator.blob.call import METADATA, Call, Reply, http_date
from simulator.blob.errors import StorageError
from simulator.blob.state import Container, Storage
from simulator.blob.xml import document

_NAME = re.compile(r"(?!.*--)[a-z0-9][a-z0-9-]{1,61}[a-z0-9]|\$(root|web|logs)")


def create_container(storage: Storage, call: Call) -> Reply:
    """PUT ?restype=container."""
    if not _NAME.fullmatch(call.container):
        raise StorageError(
            400, "InvalidResourceName", "The specified resource name contains invalid characters."
        )
    made = storage.create(call.account, call.container, call.now, call.metadata())
    return Reply(status=201, headers=_told(made))


def read_container(storage: Storage, call: Call) -> Reply:
    """GET or HEAD ?restype=container."""
    container = storage.container(call.account, call.container)
    headers = _told(container) | {
        "x-ms-lease-status": "unlocked",
        "x-ms-lease-state": "available",
        "x-ms-has-immutability-policy": str(container.retention is not None).lower(),
        "x-ms-has-legal-hold": str(container.legal_hold).lower(),
        "x-ms-immutable-storage-with-versioning-enabled": str(container.level == "version").lower(),
    }
    held = {METADATA + name: text for name, text in container.metadata.items()}
    return Reply(status=200, headers=headers | held)


def delete_container(storage: Storage, call: Call) -> Reply:
    """DELETE ?restype=container: refused while anything in it may be immutable."""
    container = storage.container(call.account, call.container)
    if container.level == "version":
        raise StorageError(
            409,
            "ContainerImmutableStorageWithVersioningEnabled",
            "The requested operation is not allowed as the container has a immutable storage with"
            " versioning enabled.",
        )
    if container.blobs and (container.retention is not None or container.legal_hold):
        raise StorageError(
            409,
            "ContainerImmutableDueToPolicy",
            "The requested operation is not allowed on an immutable container.",
        )
    del storage.containers[call.account, call.container]
    return Reply(status=202)


def list_containers(storage: Storage, call: Call) -> Reply:
    """GET ?comp=list on the account."""
    prefix = call.query.get("prefix", "")
    root = Element("EnumerationResults", ServiceEndpoint=f"{call.base_url}/{call.account}/")
    listed = SubElement(root, "Containers")
    for (account, name), container in sorted(storage.containers.items()):
        if account == call.account and name.startswith(prefix):
            shown = SubElement(listed, "Container")
            SubElement(shown, "Name").text = name
            properties = SubElement(shown, "Properties")
            SubElement(properties, "Last-Modified").text = http_date(container.created)
            SubElement(properties, "Etag").text = container.etag
    SubElement(root, "NextMarker")
    return document(root)


def _told(container: Container) -> dict[str, str]:
    return {"ETag": container.etag, "Last-Modified": http_date(container.created)}
