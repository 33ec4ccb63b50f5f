"""Each night's checkpoint goes to whoever is to hold one, so that no rewriting goes unseen."""

import base64
from collections.abc import Iterable
from dataclasses import dataclass

import structlog

from app.db.engine.database import Database
from app.db.rows.log import events, newest_event
from app.errors import WriterBusyError
from app.evidence.events.fact import Fact, event_of
from app.evidence.events.log_events import CheckpointNotSent, CheckpointSent, OfNotice
from app.evidence.events.run_events import OfRun, RunCompleted, RunFailed
from app.evidence.record import Event, utc
from app.services.home.installation import Clock, Ports
from app.services.index.catch_up import catch_up
from app.services.index.lost_sight import newest_losses
from app.services.log.checkpoint_time import dated, signed_at
from app.services.log.checkpoints import checkpoint_sizes, read_checkpoint
from app.services.upkeep.notice_channels import Notice, NotSentError, send
from app.settings import EmailSettings, WebhookSettings

LOG = structlog.get_logger()
NIGHTS: tuple[type[OfRun], ...] = (RunCompleted, RunFailed)


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What became of one notice."""

    notice: str
    size: int
    reason: str = ""
    """Why it was not sent; empty when it was."""


def send_notices(ports: Ports) -> list[Delivery]:
    """Send the last night's checkpoint to everybody who was not sent it yet, and log it.

    Whoever cannot be reached is asked again by the next tick; nothing else waits for it. A notice
    may arrive twice when the process dies between sending and logging.
    """
    if not ports.settings.notices:
        return []
    size = night_checkpoint(ports)
    if size is None:
        return []
    sent, told = (
        _already(ports.database, CheckpointSent, size),
        _already(ports.database, CheckpointNotSent, size),
    )
    waiting = [one for one in ports.settings.notices if one.name not in sent]
    if not waiting:
        return []
    notice = notice_of(ports, size)
    outcomes = [_sent(one, notice) for one in waiting]
    _log(ports, [one for one in outcomes if not one.reason or one.notice not in told])
    return outcomes


def notice_of(ports: Ports, size: int) -> Notice:
    """A checkpoint as it is sent. Raises NotFoundError, RefusedError."""
    checkpoint = read_checkpoint(ports.store, ports.trust.log, size)
    facts = dated(checkpoint, ports.known_authorities)
    tokens = {f"checkpoint-{size}{token.ending}": token.response for token in checkpoint.tokens}
    envelope = {
        "schema": "urn:annexa:checkpoint-notice:v1",
        "organisation": ports.settings.organisation,
        "origin": ports.trust.origin,
        "size": size,
        "root": checkpoint.root.hex(),
        "note": checkpoint.note.decode(),
        "signed_at": utc(signed_at(ports.store, size)),
        "stamped_at": facts.exact or None,
        "authorities": [facts.authority, *facts.also] if facts.at else [],
        "assurance": facts.assurance,
        "lost_sight": newest_losses(ports),
        "tokens": {name: base64.b64encode(data).decode() for name, data in tokens.items()},
    }
    return Notice(size=size, note=checkpoint.note, envelope=envelope, tokens=tokens)


def night_checkpoint(ports: Ports) -> int | None:
    """Size of the first checkpoint over the end of the last night.

    Later checkpoints cover events such as these notices themselves: they wait for the next night.
    """
    with ports.database.read() as session:
        ends = [newest_event(session, kind) for kind in NIGHTS]
    last = max((end.seq for end in ends if end is not None), default=None)
    if last is None:
        return None
    return next((size for size in checkpoint_sizes(ports.store) if size > last), None)


def _already(database: Database, kind: type[OfNotice], size: int) -> set[str]:
    with database.read() as session:
        found = [logged.fact for logged in events(session, kind)]
    return {fact.notice for fact in found if fact.checkpoint_size >= size}


def _sent(settings: WebhookSettings | EmailSettings, notice: Notice) -> Delivery:
    try:
        send(settings, notice)
    except NotSentError as error:
        LOG.warning("checkpoint_not_sent", notice=settings.name, size=notice.size, why=str(error))
        return Delivery(notice=settings.name, size=notice.size, reason=str(error))
    LOG.info("checkpoint_sent", notice=settings.name, size=notice.size)
    return Delivery(notice=settings.name, size=notice.size)


def _log(ports: Ports, outcomes: Iterable[Delivery]) -> None:
    new = [_event(ports.now, one) for one in outcomes]
    if not new:
        return
    try:
        with ports.writer("recording notices"):
            log = ports.open_log()
            for event in new:
                log.append(event.sealed)
            log.seal(ports.now, ports.authorities)
            catch_up(ports, log)
    except WriterBusyError:
        LOG.info("notices_not_logged", notices=len(new))  # sent again, and logged, by the next tick


def _event(now: Clock, one: Delivery) -> Event:
    fact: Fact = CheckpointSent(notice=one.notice, checkpoint_size=one.size)
    if one.reason:
        fact = CheckpointNotSent(notice=one.notice, checkpoint_size=one.size, reason=one.reason)
    return event_of(fact, at=now(), actor="annexa notices")
