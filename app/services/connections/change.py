"""Change or retire a connection: events of the log, from which the next tick goes on."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from app.errors import RefusedError, UsageError
from app.evidence.events.connection_events import ConnectionChanged, ConnectionRetired
from app.evidence.events.fact import Fact
from app.schedule.connection import Connection, check_application, check_ids
from app.schedule.cron import Meaning
from app.services.connections.register import find_connection, need_active, need_collectable
from app.services.home.installation import Ports
from app.services.index.claims import need_forward_clock
from app.services.index.events import record_event


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What is to be otherwise; None leaves it as it is. Tenant and cloud never change."""

    schedule: str | None = None
    follow_settings: bool = False
    """Have no schedule of its own any more."""
    time_zone: str | None = None
    subscriptions: tuple[str, ...] | None = None
    """Empty: every one that can be seen."""
    credential: Mapping[str, str] | None = None
    cloud_file: Path | None = None


def change_connection(ports: Ports, name: str, change: Change) -> tuple[Connection, Connection]:
    """Seal the change. Returns the connection before and after it.

    A night in work ends as it began; the schedule holds from now on. Raises NotFoundError,
    RefusedError for a retired connection or a clock behind the log's, UsageError when nothing
    would change or the connection could not be collected with any more.
    """
    before = need_active(find_connection(ports, name))
    after = changed(before, change, ports.settings.schedule)
    need_collectable(ports, after)
    if after == before:
        raise UsageError(
            f"nothing of {before.name} would change; say what, for example --schedule '0 2 * * *'"
        )
    _seal(ports, before, after.told_as(ConnectionChanged), "annexa connection change")
    return before, after


def retire_connection(ports: Ports, name: str) -> Connection:
    """Plan no more nights of it; what was sealed stays readable. Returns it, retired.

    Raises NotFoundError, RefusedError when it is retired already, and by a clock behind the log's.
    """
    before = need_active(find_connection(ports, name))
    retired = ConnectionRetired(id=before.id, name=before.name)
    _seal(ports, before, retired, "annexa connection retire")
    return find_connection(ports, before.id)


def changed(before: Connection, change: Change, of_settings: str) -> Connection:
    """The connection after the change. Raises UsageError for what does not fit together."""
    if change.schedule is not None and change.follow_settings:
        raise UsageError("--schedule and --follow-settings contradict each other: give one")
    check_ids("subscription", *(change.subscriptions or ()))
    if change.credential is not None:
        check_application(change.credential)
    if change.cloud_file is not None and before.cloud != "custom":
        raise UsageError(f"{before.name} is no custom cloud: it has no --cloud-file")
    after = _rescheduled(before, change, of_settings)
    if change.subscriptions is not None:
        scope = tuple(subscription.lower() for subscription in change.subscriptions)
        after = replace(after, subscriptions=scope)
    if change.credential is not None:
        after = replace(after, credential=dict(change.credential))
    if change.cloud_file is not None:
        after = replace(after, cloud_file=str(change.cloud_file.resolve()))
    return after


def _rescheduled(before: Connection, change: Change, of_settings: str) -> Connection:
    """Whoever touches the schedule or its zone gets the Unix meaning with it."""
    if change.schedule is None and change.time_zone is None and not change.follow_settings:
        return before
    own = before.schedule if change.schedule is None else change.schedule
    follows = change.follow_settings or (before.follows_settings and change.schedule is None)
    return replace(
        before,
        schedule=of_settings if follows else own,
        follows_settings=follows,
        time_zone=change.time_zone or before.time_zone,
        schedule_meaning=Meaning.UNIX,
    )


def _seal(ports: Ports, before: Connection, fact: Fact, actor: str) -> None:
    def unchanged() -> None:
        need_forward_clock(ports)
        if find_connection(ports, before.id) != before:
            raise RefusedError(
                f"{before.name} was changed by somebody else meanwhile; look at "
                "`annexa connection list` and try again",
                code="connection_changed",
            )

    record_event(ports, fact, actor=actor, allowed=unchanged)
