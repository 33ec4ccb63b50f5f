"""What is set through ARM in Azure and by hand here: the immutability of a container."""

from aiohttp import web

from simulator.blob.call import Call, Reply
from simulator.blob.errors import StorageError
from simulator.blob.state import Retention, Storage

PREFIX = "/_sim/containers/"


def set_immutability(storage: Storage, call: Call, wanted: dict[str, object]) -> Reply:
    """Set a container's level, retention and legal hold; makes the container when it is missing.

    `wanted`: `level` none|container|version, `retention_days` or null, `locked`, `legal_hold`,
    `add_only` (the caller's role on the container).
    A locked retention can only grow. Raises StorageError.
    """
    container = storage.containers.get((call.account, call.container))
    if container is None:
        container = storage.create(call.account, call.container, call.now)
    level, days = wanted.get("level", container.level), wanted.get("retention_days")
    if level not in ("none", "container", "version") or not isinstance(days, int | None):
        raise StorageError(400, "InvalidInput", "level is none, container or version")
    held = container.retention
    if held is not None and held.locked and (days is None or days < held.days):
        raise StorageError(
            409, "ImmutabilityPolicyLocked", "A locked retention can only be extended."
        )
    container.level = level
    container.legal_hold = wanted.get("legal_hold") is True
    container.add_only = wanted.get("add_only") is True
    locked = wanted.get("locked") is True or (held is not None and held.locked)
    container.retention = None if days is None else Retention(days=days, locked=locked)
    return Reply(status=200)


def is_lever(request: web.Request) -> bool:
    """Whether a request is for the simulator and not for the service it plays."""
    return request.method == "PUT" and request.path.startswith(PREFIX)
