"""Earlier nights judged again by today's rules, from the pages sealed then.

"Since when" then speaks of Azure and not of our code. Nothing sealed is changed: a night judged
again is one more entry of the log, beside what its own rules said.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import structlog

from app.db.rows.judged import judged_records, runs_of_other_rules
from app.errors import NotFoundError
from app.evidence.canonical import canonical, sealed_json, sha256
from app.evidence.draft import verdict_rows
from app.evidence.events.fact import event_of
from app.evidence.events.run_events import JudgedAgain, Rejudged
from app.evidence.judged import JudgedRecord
from app.evidence.record import derived_key, entry_key, instant, rules_key
from app.evidence.replay import scope_of
from app.schedule.connection import Connection
from app.services.home.halt import Halt
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.log.evidence_log import EvidenceLog
from app.services.log.sealed_pages import seen_again
from app.services.nights.rules_archive import rules_archive
from collectors.kit import Collector, Expectations
from collectors.kit.answers.answer import forget_pages
from collectors.kit.judge import judge

LOG = structlog.get_logger()


def judge_earlier_nights(ports: Ports, log: EvidenceLog, connection: Connection, halt: Halt) -> int:
    """Judge nights of other rules again, newest first, for as long as `rejudging` and `halt` allow.

    Returns how many were. Only inside `ports.writer(…)`, on an indexed log. A night with a missing
    object is left as it is and told in the log of this machine. Raises UnavailableError.
    """
    rules = rules_archive()
    digest, until = sha256(rules), ports.now() + ports.settings.rejudging
    with ports.database.read() as session:
        nights = runs_of_other_rules(session, connection.id, digest)
    if nights:
        ports.store.put_once(rules_key(digest), rules)  # before any entry names them
    done = 0
    for slot, run_id in nights:
        if halt.said or ports.now() >= until:
            break
        done += _judge_night(ports, log, connection, slot, run_id, digest)
    if done:
        log.seal(ports.now, ports.authorities)
        catch_up(ports, log)
    return done


def _judge_night(
    ports: Ports,
    log: EvidenceLog,
    connection: Connection,
    slot: datetime,
    run_id: str,
    rules: str,
) -> bool:
    with ports.database.read() as session:
        records = judged_records(session, run_id)
    by_id = {collector.id: collector for collector in ports.collectors}
    try:
        again = [
            _judge_record(ports, one, by_id[one.collector_id])
            for one in records
            if one.effective.rules != rules and one.collector_id in by_id
        ]
    except NotFoundError as error:
        LOG.warning("not_judged_again", run=run_id, reason=str(error))
        return False
    finally:
        forget_pages()
    if not again:
        return False
    night = Rejudged(
        run_id=run_id, connection_id=connection.id, slot=slot, rules=rules, records=tuple(again)
    )
    log.append(event_of(night, at=ports.now(), actor="annexa").sealed)
    return True


def _judge_record(ports: Ports, one: JudgedRecord, collector: Collector) -> JudgedAgain:
    """Raises NotFoundError when one of its objects is missing."""
    store = ports.store
    record = sealed_json(store.get(entry_key(one.seq)))
    values = _expectations(ports, record)
    expected = Expectations(values=values, as_of=instant(record["time"]["as_of"]))
    seen = seen_again(record, collector, store)
    rows = verdict_rows(judge(collector, scope_of(record), seen, expected))
    measured = canonical(values)
    for data in (rows, measured):
        store.put_once(derived_key(sha256(data)), data)
    return JudgedAgain(seq=one.seq, verdicts=sha256(rows), expectations=sha256(measured))


def _expectations(ports: Ports, record: Mapping[str, Any]) -> dict[str, Any]:
    """What was expected that night; for what no check measured then, what is expected today."""
    then: dict[str, Any] = sealed_json(
        ports.store.get(derived_key(record["expectations"]["sha256"]))
    )
    return {**ports.expectation_values, **then}
