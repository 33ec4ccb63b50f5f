"""What the blob service holds: accounts, containers, blobs and their versions. In memory."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Literal, TypeAlias

from simulator.blob.errors import StorageError, not_found

Level: TypeAlias = Literal["none", "container", "version"]
"""Where immutability stands: nowhere, on the whole container, or on each version (with versioning
of blobs, which the two others are without)."""

_TICKS = count(1)
"""Makes ETags and version ids unique; a version id counts 100 ns, as Azure's do."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """Retention of one version."""

    until: datetime
    locked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Retention:
    """Time-based retention of a container, or the default of its versions."""

    days: int
    locked: bool


@dataclass(kw_only=True, slots=True)
class Version:
    """The bytes of a blob at one time, and what protects them."""

    version_id: str
    data: bytes
    md5: bytes
    etag: str
    modified: datetime
    created: datetime
    content_type: str
    metadata: dict[str, str] = field(default_factory=dict)
    policy: Policy | None = None
    legal_hold: bool = False


@dataclass(kw_only=True, slots=True)
class Lease:
    """A lease on a blob."""

    id: str = ""
    duration: int = 0
    """Seconds; -1 without end."""
    ends: datetime | None = None
    """None while it has no end, or there is no lease."""
    broken: bool = False


@dataclass(kw_only=True, slots=True)
class Blob:
    """A name, its versions (oldest first) and which of them is current."""

    versions: list[Version] = field(default_factory=list)
    current_id: str | None = None
    lease: Lease = field(default_factory=Lease)
    blocks: dict[str, bytes] = field(default_factory=dict)
    """Staged and not yet committed."""

    def current(self) -> Version:
        """The current version. Raises StorageError 404."""
        if self.current_id is None:
            raise not_found("Blob")
        return self.version(self.current_id)

    def version(self, version_id: str) -> Version:
        """The version with this id. Raises StorageError 404."""
        for version in self.versions:
            if version.version_id == version_id:
                return version
        raise not_found("Blob")


@dataclass(kw_only=True, slots=True)
class Container:
    """A container, and its rules of immutability."""

    name: str
    created: datetime
    etag: str
    metadata: dict[str, str]
    level: Level = "version"
    retention: Retention | None = None
    legal_hold: bool = False
    add_only: bool = False
    """Callers have the data actions blobs/read and blobs/add/action and no other."""
    blobs: dict[str, Blob] = field(default_factory=dict)

    def blob(self, name: str) -> Blob:
        """The blob of this name. Raises StorageError 404."""
        if name not in self.blobs:
            raise not_found("Blob")
        return self.blobs[name]


@dataclass(kw_only=True, slots=True)
class Storage:
    """Everything, by account and container."""

    containers: dict[tuple[str, str], Container] = field(default_factory=dict)

    def container(self, account: str, name: str) -> Container:
        """The container of this name. Raises StorageError 404."""
        if (account, name) not in self.containers:
            raise not_found("Container")
        return self.containers[account, name]

    def create(
        self, account: str, name: str, now: datetime, metadata: dict[str, str] | None = None
    ) -> Container:
        """A new container. Raises StorageError 409 when it exists."""
        if (account, name) in self.containers:
            raise StorageError(
                409, "ContainerAlreadyExists", "The specified container already exists."
            )
        made = Container(name=name, created=now, etag=new_etag(now), metadata=metadata or {})
        self.containers[account, name] = made
        return made


def new_etag(now: datetime) -> str:
    """An ETag that no other version has."""
    return f'"0x8D{int(now.timestamp()):09X}{next(_TICKS) % 0xFFFFF:05X}"'


def new_version_id(now: datetime) -> str:
    """A version id that no other version has, ascending with time."""
    instant = now.astimezone(UTC) + timedelta(microseconds=next(_TICKS))
    return instant.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0Z"
