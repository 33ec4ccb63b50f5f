"""Which operation a request asks for."""

from collections.abc import Callable
from typing import TypeAlias

from simulator.blob.call import Call, Reply
from simulator.blob.errors import StorageError, unsupported
from simulator.blob.operations import containers
from simulator.blob.operations.downloads import delete_blob, read_blob
from simulator.blob.operations.leases import lease_blob
from simulator.blob.operations.listing import list_blobs
from simulator.blob.operations.policies import delete_policy, set_legal_hold, set_policy
from simulator.blob.operations.uploads import put_blob, put_block, put_block_list, set_metadata
from simulator.blob.state import Container, Storage

_Operation: TypeAlias = Callable[[Container, Call], Reply]

_ON_BLOBS: dict[tuple[str, str], _Operation] = {
    ("PUT", ""): put_blob,
    ("PUT", "block"): put_block,
    ("PUT", "blocklist"): put_block_list,
    ("PUT", "metadata"): set_metadata,
    ("PUT", "lease"): lease_blob,
    ("PUT", "immutabilitypolicies"): set_policy,
    ("DELETE", "immutabilitypolicies"): delete_policy,
    ("PUT", "legalhold"): set_legal_hold,
    ("GET", ""): read_blob,
    ("HEAD", ""): read_blob,
    ("DELETE", ""): delete_blob,
}

_ON_CONTAINERS: dict[tuple[str, str], Callable[[Storage, Call], Reply]] = {
    ("PUT", ""): containers.create_container,
    ("GET", ""): containers.read_container,
    ("HEAD", ""): containers.read_container,
    ("DELETE", ""): containers.delete_container,
}


def perform(storage: Storage, call: Call) -> Reply:
    """Answer a call. Raises StorageError."""
    asked = (call.method, call.query.get("comp", "").lower())
    if call.blob:
        if asked not in _ON_BLOBS:
            raise unsupported(f"{call.method} ?comp={asked[1]} of a blob")
        container = storage.container(call.account, call.container)
        if container.add_only:
            _refuse_more_than_adding(container, call, asked)
        return _ON_BLOBS[asked](container, call)
    if call.container and asked == ("GET", "list"):
        return list_blobs(storage.container(call.account, call.container), call)
    if call.container and asked in _ON_CONTAINERS:
        return _ON_CONTAINERS[asked](storage, call)
    if not call.container and asked == ("GET", "list"):
        return containers.list_containers(storage, call)
    raise unsupported(f"{call.method} ?comp={asked[1]} of a container or account")


def _refuse_more_than_adding(container: Container, call: Call, asked: tuple[str, str]) -> None:
    """Raise StorageError 403 for what a role of read and add does not cover."""
    blob = container.blobs.get(call.blob)
    if asked == ("PUT", "") and blob is not None and blob.current_id is not None:
        raise StorageError(
            403,
            "UnauthorizedBlobOverwrite",
            "This request is not authorized to perform blob overwrites.",
        )
    if asked not in {("GET", ""), ("HEAD", ""), ("PUT", "")}:
        raise StorageError(
            403,
            "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission.",
        )
