"""What there is: nights, gaps and the log, at a glance."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from app.controls.nights import Tally, tally
from app.db.rows.evidence import gaps, records
from app.db.rows.judged import runs_of_other_rules
from app.db.rows.log import events
from app.db.rows.runs import nights
from app.db.rows.verdicts import judged_otherwise, night_counts
from app.evidence.basis import CODE, RULES
from app.evidence.canonical import sha256
from app.evidence.events.run_events import BasisChanged, Changed
from app.evidence.observed import Night, SeenGap
from app.schedule.connection import Connection
from app.services.connections.missed_slots import overdue, unbegun
from app.services.connections.register import find_connection, list_connections
from app.services.connections.timetable import NextNight, former_nights, next_nights, planned_line
from app.services.home.installation import Ports
from app.services.index.lost_sight import lost_sight
from app.services.nights.clock.skew import widest_skew
from app.services.nights.rules_archive import rules_archive
from app.services.protection.guarantee import store_guarantee
from app.services.reading.policy_states import newest_agreement
from app.services.reading.scope_limits import scope_limits
from app.services.reading.time_status import TimeStatus, time_status
from app.services.reading.witness_status import WitnessStatus, witness_statuses
from collectors.kit import Status as Verdict

BEGINNING = datetime.min.replace(tzinfo=UTC)
SHOWN = timedelta(days=14)
"""Nights that `status` lists; packs and the API reach further back."""

GAPS_OF_A_KIND = 3
"""Gaps of one list and kind that are told one by one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class LogStatus:
    """The log as it is now."""

    origin: str
    size: int
    sealed: int
    time: str
    assurance: str
    dating: TimeStatus
    store: str
    guarantee: str
    """What the store told of its protection now, and of the last attempt to break it."""
    witnesses: tuple[WitnessStatus, ...]
    """How far each has cosigned; empty when none is configured."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ConnectionStatus:
    """A connection's last nights."""

    id: str
    name: str
    tenant_id: str
    schedule: str
    time_zone: str
    retired_at: datetime | None
    nights: tuple[Night, ...]
    """Of the last two weeks; older ones are in the API and the packs."""
    counted: Tally
    """The same, slot by slot."""
    last_night: Night | None
    """The newest that has passed, whatever became of it and however long ago."""
    overdue: int
    """Slots that are due and that nobody has begun: 0 while an annexa serves."""
    standing: str
    """How far the nights have come, in a sentence; empty when all is as planned."""
    next_nights: tuple[NextNight, ...]
    notice: str
    """That its schedule is read as it was before the Unix meaning, where that differs."""
    gaps: tuple[str, ...]
    """Of the last collected night, with what each hides."""
    verdicts: Mapping[str, int]
    """Counts of the last collected night."""
    other_rules: tuple[str, ...]
    """Verdicts of that night that other rules gave otherwise: how many, in which way."""
    changes: tuple[str, ...]
    """Software, rules and expectations that changed with one of these nights, and by whom."""
    lost_sight: tuple[str, ...]
    """What that night could no longer see of what nights before saw, since when, and why."""
    scope_limits: tuple[str, ...]
    """What of the tenant cannot be known at all."""
    azure_policy: str
    """How far Azure Policy's own states agree with the verdicts of the newest night that asked it;
    empty when none did. What differs is listed by `annexa disagreements`."""
    clock: str
    """How far our clock was from Azure's in that night; empty when Azure did not tell."""
    clock_suspect: bool
    """True when that is more than the setting `clock_skew` accepts."""


@dataclass(frozen=True, kw_only=True, slots=True)
class InstallationStatus:
    """Everything `annexa status` says."""

    log: LogStatus
    connections: tuple[ConnectionStatus, ...]


def status_of(ports: Ports, name: str | None = None) -> InstallationStatus:
    """The state of the log and of one or all connections."""
    chosen = [find_connection(ports, name)] if name else list_connections(ports)
    return InstallationStatus(
        log=log_status(ports),
        connections=tuple(_connection(ports, connection) for connection in chosen),
    )


def log_status(ports: Ports) -> LogStatus:
    """How far the log is sealed, and what its last tokens say."""
    log = ports.open_log()
    dating = time_status(ports, log.checkpoint)
    guarantee = store_guarantee(ports)
    return LogStatus(
        origin=ports.trust.origin,
        size=log.size,
        sealed=log.sealed_size,
        time=dating.sentence,
        assurance=dating.assurance,
        dating=dating,
        store=guarantee.label,
        guarantee=guarantee.detail,
        witnesses=witness_statuses(ports),
    )


def _connection(ports: Ports, connection: Connection) -> ConnectionStatus:
    now = ports.now()
    with ports.database.read() as session:
        every = nights(session, connection.id, BEGINNING, now + timedelta(days=1))
        collected = [night.slot for night in every if night.collected]
        last = collected[-1] if collected else BEGINNING
        missing = gaps(session, connection.id, last, last) if collected else []
        counts = night_counts(session, connection.id, None, last, last) if collected else []
        sealed = records(session, connection.id, last, last) if collected else []
        otherwise = judged_otherwise(session, connection.id, last) if collected else []
        pending = runs_of_other_rules(session, connection.id, sha256(rules_archive()))
    found = [night for night in every if night.slot >= now + timedelta(days=1) - SHOWN]
    last_night = every[-1] if every else None
    waiting = unbegun(overdue(ports, connection, now), now)
    skew = widest_skew(ports, sealed)
    totals: Counter[str] = Counter()
    for count in counts:
        totals += Counter({"pass": count.passed, "fail": count.failed, "unknown": count.unknown})
    return ConnectionStatus(
        id=connection.id,
        name=connection.name,
        tenant_id=connection.tenant_id,
        schedule=planned_line(ports, connection).line,
        time_zone=connection.time_zone,
        retired_at=connection.retired_at,
        nights=tuple(found),
        gaps=tuple(_gaps(missing)),
        counted=tally(found),
        last_night=last_night,
        overdue=waiting,
        standing=_standing(connection, last_night, waiting, shown=bool(found)),
        next_nights=next_nights(ports, connection),
        notice=former_nights(ports, connection),
        verdicts=dict(totals),
        other_rules=(*_other_rules(otherwise), *_pending(len(pending), found)),
        changes=tuple(_changes(ports, connection, now - SHOWN)),
        lost_sight=_lost_sight(ports, connection, last) if collected else (),
        scope_limits=scope_limits(ports, connection, last) if collected else (),
        azure_policy=_azure_policy(ports, connection),
        clock=skew.sentence if skew else "",
        clock_suspect=skew is not None and skew.suspect,
    )


def _lost_sight(ports: Ports, connection: Connection, slot: datetime) -> tuple[str, ...]:
    return tuple(one.sentence for one in lost_sight(ports, connection.id, slot))


def _changes(ports: Ports, connection: Connection, since: datetime) -> Iterator[str]:
    with ports.database.read() as session:
        told = [logged.fact for logged in events(session, BasisChanged)]
    for fact in told:
        if fact.connection_id == connection.id and fact.slot >= since:
            names = ", ".join(_renewed(one) for one in fact.changes)
            by = fact.released_by or "a person or process that was not told"
            yield f"since {fact.slot:%Y-%m-%d %H:%M} UTC other {names}; released by {by}"


def _renewed(one: Changed) -> str:
    if one.what in {CODE, RULES}:
        return one.what
    return f"{one.what} ({one.before} before, now {one.now})"


def _standing(connection: Connection, last: Night | None, overdue: int, *, shown: bool) -> str:
    due = f"{overdue:,} night{'s were' if overdue != 1 else ' was'} due"
    if connection.retired_at is not None:
        return f"retired on {connection.retired_at:%Y-%m-%d %H:%M} UTC: no more nights"
    if last is None:
        if overdue:
            return f"no night yet, though {due}: is `annexa serve` running?"
        return "no night yet; collect one with `annexa collect`"
    was = f"the last night was {last.slot:%Y-%m-%d %H:%M} UTC ({last.state.replace('_', ' ')})"
    if overdue:
        return f"{was}; none came since, though {due}: is `annexa serve` running?"
    return "" if shown else f"{was}; none came since"


def _azure_policy(ports: Ports, connection: Connection) -> str:
    found = newest_agreement(ports, connection)
    if found is None:
        return ""
    causes = Counter(one.cause for one in found.disagreements)
    told = "; ".join(f"{count:,}: {cause}" for cause, count in causes.most_common())
    if not told:
        return found.sentence
    return f"{found.sentence}; {len(found.disagreements):,} differ ({told})"


def _other_rules(
    ways: Iterable[tuple[datetime | None, Verdict, Verdict, int]],
) -> Iterator[str]:
    """One sentence for each way in which verdicts differ by the rules alone."""
    for since, then, now, count in ways:
        when = f"since {since:%Y-%m-%d}" if since else "on earlier nights"
        verdicts = "verdict" if count == 1 else "verdicts"
        yield (
            f"{count:,} {verdicts} judged by other rules {when}: now {now}, by the former {then}; "
            "Azure's answers did not change"
        )


def _pending(nights: int, found: Sequence[Night]) -> Iterator[str]:
    if nights and found:
        yield (
            f"{nights:,} earlier {'night is' if nights == 1 else 'nights are'} not yet judged by "
            "today's rules; that follows after the next night"
        )


def _gaps(missing: Iterable[SeenGap]) -> Iterator[str]:
    """A sentence for each, of many of one list and kind for the first ones and the number."""
    kinds: dict[tuple[str, ...], list[SeenGap]] = {}
    for gap in missing:
        kinds.setdefault((gap.collector_id, gap.scope, gap.read, gap.kind), []).append(gap)
    for own in kinds.values():
        yield from (_gap(gap) for gap in own[:GAPS_OF_A_KIND])
        left = len(own) - GAPS_OF_A_KIND
        if left > 0:
            first = own[0]
            yield f"{first.collector_id} in {first.scope}: {left:,} more of {first.read} likewise"


def _gap(gap: SeenGap) -> str:
    where = f" for {gap.subject}" if gap.subject else ""
    return (
        f"{gap.collector_id} in {gap.scope}: {gap.read}{where} was not seen "
        f"({gap.kind.value}: {gap.detail}); its checks answer unknown"
    )
