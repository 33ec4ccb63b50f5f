"""When the log was signed and stamped, by whom, and what is to be done about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from app.services.home.installation import Ports
from app.services.log.checkpoint_time import Dated, dated, signed_at
from app.services.log.checkpoints import Checkpoint
from app.services.log.stamps import last_checkable
from app.services.upkeep.restamp import Awaiting, awaiting
from app.trust.time.authorities import WANTED, independent
from app.trust.time.timestamp import TimeAuthority


@dataclass(frozen=True, kw_only=True, slots=True)
class TimeStatus:
    """The times of the last checkpoint, and what is still awaited."""

    sentence: str
    assurance: str
    signed_at: datetime | None
    """When the last checkpoint was signed, by our own clock."""
    stamped_at: datetime | None
    """When a time authority saw it."""
    stamped_exact: str
    """The same as RFC 3339 text, with every digit that the authority gave; empty without one."""
    authorities: tuple[str, ...]
    """All that date the last checkpoint."""
    checkable_until: datetime | None
    """When the certificates behind its newest token expire."""
    awaiting: tuple[Awaiting, ...]
    """Checkpoints that no authority has stamped yet."""
    warnings: tuple[str, ...]


def time_status(ports: Ports, last: Checkpoint | None) -> TimeStatus:
    """What is known of time, `last` being the last checkpoint."""
    if last is None:
        return _unsealed()
    facts = dated(last, ports.known_authorities)
    signed = signed_at(ports.store, last.size)
    roots = [root for authority in ports.known_authorities for root in authority.roots]
    until = last_checkable(last, roots)
    waiting = tuple(awaiting(ports))
    return TimeStatus(
        sentence=_sentence(signed, facts),
        assurance=facts.assurance,
        signed_at=signed,
        stamped_at=facts.at,
        stamped_exact=facts.exact,
        authorities=(facts.authority, *facts.also) if facts.at else (),
        checkable_until=until,
        awaiting=waiting,
        warnings=(
            *_missing(waiting),
            *_single(ports.authorities, facts),
            *_expiring(ports, until),
        ),
    )


def _unsealed() -> TimeStatus:
    return TimeStatus(
        sentence="no checkpoint yet",
        assurance="none",
        signed_at=None,
        stamped_at=None,
        stamped_exact="",
        authorities=(),
        checkable_until=None,
        awaiting=(),
        warnings=(),
    )


def _sentence(signed: datetime, facts: Dated) -> str:
    said = f"last checkpoint signed {_utc(signed)}"
    if facts.at is None:
        return f"{said}, {facts.authority}"
    exact = facts.exact.replace("T", " ").replace("Z", " UTC")
    said += f", stamped {exact} by {' and '.join((facts.authority, *facts.also))}"
    warned = facts.assurance == "development"
    return said + (" (a development authority proves nothing about time)" if warned else "")


def _missing(waiting: tuple[Awaiting, ...]) -> Iterator[str]:
    if waiting:
        yield (
            f"{len(waiting)} checkpoint(s) await a timestamp, the first signed "
            f"{_utc(waiting[0].signed_at)}; each tick asks again, `annexa restamp` does now"
        )


def _single(authorities: tuple[TimeAuthority, ...], facts: Dated) -> Iterator[str]:
    if len(independent(authorities)) < WANTED:
        yield (
            "one time authority dates the log; a second one with a root of its own under "
            "[[time_authorities]] would be independent"
        )
    elif facts.at is not None and not facts.also:
        yield (
            "only one of the time authorities has stamped the last checkpoint; each tick asks "
            "the other again"
        )


def _expiring(ports: Ports, until: datetime | None) -> Iterator[str]:
    if until is not None and until - ports.now() < ports.settings.renew_within:
        yield (
            f"the certificates behind the last timestamp expire {_utc(until)}; "
            "renew in time with `annexa restamp`"
        )


def _utc(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"
