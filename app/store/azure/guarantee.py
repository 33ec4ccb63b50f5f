"""What a container tells of its immutability, and what it tells of evidence that lies in it."""

from collections.abc import Iterable, Sequence

from azure.storage.blob import ContainerProperties

from app.store.base import Guarantee, Protection, weakest


def guarantee_of(
    told: ContainerProperties, read_back: Sequence[Protection], label: str
) -> Guarantee:
    """From a container's properties and what protects evidence that was read back of it."""
    found = weakest(read_back)
    return Guarantee(
        label=label,
        write_once=found is not None and found.mode in {"unlocked", "locked"},
        detail=f"Container {told.name}: {_container(told)}; {_evidence(found, read_back)}.",
    )


def probes(entries: Iterable[str], checkpoints: Iterable[str]) -> list[str]:
    """The objects to be read back: the oldest entry and the newest checkpoint."""
    oldest, newest = next(iter(entries), None), max(checkpoints, default=None)
    return [key for key in (oldest, newest) if key is not None]


def _container(told: ContainerProperties) -> str:
    policy = "a policy" if told.has_immutability_policy else "no policy"
    if told.immutable_storage_with_versioning_enabled:
        said = f"versioning and version-level immutability are on, with {policy} by default"
    elif told.has_immutability_policy:
        said = "a policy of the whole container (the storage API does not tell if it is locked)"
    else:
        said = "immutability is not enabled"
    return said + (", and a legal hold on the container" if told.has_legal_hold else "")


def _evidence(found: Protection | None, read_back: Sequence[Protection]) -> str:
    if found is None:
        return "nothing is written yet, so no object's protection was read back"
    held = "under legal hold" if all(one.legal_hold for one in read_back) else "without legal hold"
    until = "" if found.until is None else f" until {found.until:%Y-%m-%d %H:%M} UTC"
    said = {
        "locked": f"evidence read back is locked{until}",
        "unlocked": f"evidence read back is protected{until}, and not locked: an administrator "
        "can still remove that",
        "none": "evidence read back has no policy: it is tamper-evident only",
    }[found.mode]
    versions = "in versions" if all(one.version_id for one in read_back) else "without versions"
    return f"{said}, {held}, {versions}"
