"""Connections: which tenant is collected, as whom, and when."""

import re
import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from app.errors import UsageError
from app.evidence.events.connection_events import WholeConnection
from app.evidence.events.shape import MalformedEventError, sealed_fields
from app.evidence.record import instant, utc
from app.schedule.cron import CronLine, Meaning

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}\Z")
RETIRED_AT = "retired_at"
Told = TypeVar("Told", bound=WholeConnection)
GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class Connection:
    """A tenant, a credential reference (never a secret), a cloud, a scope and a schedule."""

    id: str
    name: str
    tenant_id: str
    credential: Mapping[str, str]
    """kind (secret_env, certificate_file, managed_identity, workload_identity), client_id, and
    the name of the variable or file that holds the secret."""
    cloud: str
    """public, usgov, china or custom."""
    cloud_file: str | None
    subscriptions: tuple[str, ...]
    """Only these, or every subscription that can be seen when empty."""
    schedule: str
    """Cron line of its nights; where it follows the settings, what they said last."""
    time_zone: str = "UTC"
    """IANA name of the zone the schedule is written in. Slots are UTC whatever it is."""
    schedule_meaning: Meaning = Meaning.FORMER
    """How the schedule is read; what an entry of the log does not say is of the former kind."""
    follows_settings: bool = False
    """True when it has no schedule of its own: the setting `schedule` is taken over."""
    retired_at: datetime | None = None
    """Since then it has no nights; its evidence stays."""

    def told_as(self, kind: type[Told]) -> Told:
        """The event that tells of it as it is now."""
        return kind.of({**self.detail(), "schedule_meaning": self.schedule_meaning.value})

    def detail(self) -> dict[str, Any]:
        """As the index keeps it."""
        plain = {**asdict(self), "subscriptions": list(self.subscriptions)}
        del plain["retired_at"]
        return plain if self.retired_at is None else {**plain, RETIRED_AT: utc(self.retired_at)}

    @property
    def cron(self) -> CronLine:
        """When its nights are due."""
        return CronLine(line=self.schedule, time_zone=self.time_zone, meaning=self.schedule_meaning)


def new_connection(
    *,
    name: str,
    tenant_id: str,
    credential: Mapping[str, str],
    cloud: str,
    cloud_file: Path | None,
    subscriptions: tuple[str, ...],
    schedule: str,
) -> Connection:
    """A connection with a fresh id. Raises UsageError for a bad name, id, credential or cloud."""
    if not NAME.match(name):
        raise UsageError(
            f"connection name {name!r} must be lower-case letters, digits and dashes, at most 41"
        )
    if GUID.match(name):
        raise UsageError(f"connection name {name!r} looks like an id; give it a word of its own")
    check_ids("tenant", tenant_id)
    check_ids("subscription", *subscriptions)
    check_application(credential)
    if (cloud == "custom") != (cloud_file is not None):
        raise UsageError("--cloud custom and --cloud-file FILE go together")
    return Connection(
        id=str(uuid.uuid4()),
        name=name,
        tenant_id=tenant_id.lower(),
        credential=dict(credential),
        cloud=cloud,
        cloud_file=str(cloud_file.resolve()) if cloud_file else None,
        subscriptions=tuple(s.lower() for s in subscriptions),
        schedule=schedule,
        schedule_meaning=Meaning.UNIX,
    )


def check_ids(label: str, *values: str) -> None:
    """Raise UsageError for what is no id of Azure."""
    for value in values:
        if not GUID.match(value.lower()):
            raise UsageError(
                f"{label} {value!r} is not an id like 00000000-0000-0000-0000-000000000000; "
                "the Azure portal shows it under Overview"
            )


def check_application(credential: Mapping[str, str]) -> None:
    """Raise UsageError for a credential that lacks its application or does not fit together."""
    client_id = credential.get("client_id")
    if client_id is None and credential.get("kind") != "managed_identity":
        raise UsageError(
            "--client-id is missing: the application (client) id, which the Azure portal shows "
            "under App registrations"
        )
    if client_id is not None and not GUID.match(client_id.lower()):
        raise UsageError(
            f"client id {client_id!r} is not an id like 00000000-0000-0000-0000-000000000000; "
            "the Azure portal shows it under App registrations"
        )
    if "password_env" in credential and credential.get("kind") != "certificate_file":
        raise UsageError("--certificate-password-env goes with --certificate FILE only")


def connection_in(fact: WholeConnection) -> Connection:
    """The connection that an event describes. Raises MalformedEventError."""
    values = {one.name: getattr(fact, one.name) for one in sealed_fields(type(fact))}
    try:
        meaning = Meaning(fact.schedule_meaning)
    except ValueError as error:
        said = f"the schedule of {fact.name} is read as {fact.schedule_meaning!r}"
        raise MalformedEventError(f"{said}, which is none of {', '.join(Meaning)}") from error
    return Connection(**{**values, "schedule_meaning": meaning})


def connection_of(detail: Mapping[str, Any]) -> Connection:
    """The inverse of `Connection.detail`, also of what earlier versions kept in the index.

    Raises MalformedEventError.
    """
    retired = detail.get(RETIRED_AT)
    return replace(
        connection_in(WholeConnection.of(detail)),
        retired_at=instant(retired) if retired else None,
    )
