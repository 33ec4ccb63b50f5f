"""What earlier nights of a connection showed, read again from what they sealed.

Tonight's lists are held against it: whatever was seen and is not in them now has to be accounted
for. It is read from the newest record of the same collector and scope, whatever run that was of.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import structlog

from app.controls.removals import Removals
from app.db.engine.database import Database
from app.db.rows.evidence import newest_records, removals, seqs_before
from app.errors import NotFoundError
from app.evidence.canonical import sealed_json, sha256
from app.evidence.record import derived_key, entry_key, raw_key
from app.evidence.replay import exchanges_of, unaccounted_in
from app.services.home.installation import Ports
from app.services.log.sealed_pages import EMPTY
from app.services.nights.absence.asked_estate import Asked, asked_of
from app.services.nights.one_record import Job
from app.services.nights.plan import UNLISTED
from collectors.kit import Exchange, Item
from collectors.kit.access.naming import shown_name
from collectors.kit.interpret import listed
from collectors.kit.level import leans_on, lists_in, parent_read
from collectors.kit.missing.things import Missing
from collectors.kit.values.arm_ids import SUBSCRIPTION, is_arm, is_guid, type_of

LOG = structlog.get_logger()
PREFIX = "subscription/"
BELIEVED_NIGHTS = 14
"""Nights of commit 55d35cf and before that the first night after is held against."""
FIRST, LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
Known = dict[tuple[str, str], Missing]
"""By list and id in lower case."""


class Earlier:
    """The newest records of a connection before a run."""

    def __init__(
        self, ports: Ports, connection_id: str, run_id: str, chosen: Iterable[str] = ()
    ) -> None:
        """`chosen` are the subscriptions that the connection names now; empty: every one."""
        self._store = ports.store
        self._asked = Asked(frozenset(one.lower() for one in chosen))
        self.run_id = run_id
        self._seqs = partial(_seqs_before, ports.database, connection_id)
        with ports.database.read() as session:
            self._newest = newest_records(session, connection_id, but=run_id)
            self._removals = Removals(removals(session, connection_id, FIRST, LAST))

    def subscriptions(self) -> set[str]:
        """Subscriptions that a record ever spoke for and none proves to be gone, in lower case."""
        spoken: dict[str, datetime] = {}
        for (scope, _), newest in self._newest.items():
            own = scope.removeprefix(PREFIX).lower()
            if scope.startswith(PREFIX) and scope != str(UNLISTED):
                spoken[own] = max(newest.slot, spoken.get(own, newest.slot))
        return {one for one, slot in spoken.items() if not self._removals.since(one, slot)}

    def missing(
        self, job: Job, shown: Mapping[str, Sequence[Item]], pages: Sequence[Exchange]
    ) -> list[Missing]:
        """What was in a record's lists, and is not in those shown now by these pages."""
        newest = self._newest.get(job.key)
        if newest is None:
            return []
        there = {(name, item.id.lower()) for name, items in shown.items() for item in items}
        record = self._entry(newest.seq)
        found = self._left(job, record, pages, there)
        if "missing" not in record["what"]:
            # records of 55d35cf and before believed every list, and do not say what they missed
            for seq in self._seqs(*job.key, newest.seq)[:BELIEVED_NIGHTS]:
                found = self._left(job, self._entry(seq), pages, there) | found
        if asked_of(record) not in {None, self._asked}:
            found = self._of_same_choice(job, newest.seq, pages, there) | found
        return list(found.values())

    def _of_same_choice(
        self,
        job: Job,
        before: int,
        pages: Sequence[Exchange],
        there: AbstractSet[tuple[str, str]],
    ) -> Known:
        """The same of the newest record that was asked about what tonight's is asked about.

        A connection that named fewer subscriptions for a while saw nothing of the others.
        """
        for seq in self._seqs(*job.key, before):
            record = self._entry(seq)
            if asked_of(record) == self._asked:
                return self._left(job, record, pages, there)
        return {}

    def _entry(self, seq: int) -> dict[str, Any]:
        entry: dict[str, Any] = sealed_json(self._store.get(entry_key(seq)))
        return entry

    def _left(
        self,
        job: Job,
        record: Mapping[str, Any],
        pages: Sequence[Exchange],
        there: AbstractSet[tuple[str, str]],
    ) -> Known:
        """Items of its lists, and what it missed itself and could not account for, less `there`.

        A list whose pages came again byte for byte is not read again: nothing is missing from it.
        """
        names = lists_in(job.collector, job.scope)
        changed = [name for name in names if _sealed(record, name) != _came(pages, name)]
        known = {_key(one): one for one in unaccounted_in(record) if one.read in names}
        known |= {_key(one): one for one in self._seen(job, record, changed)}
        left = {
            key: one
            for key, one in known.items()
            if key not in there and self._asked.covers(one.id, asked_of(record))
        }
        return self._answered(record, left) if left else {}

    def _seen(self, job: Job, record: Mapping[str, Any], names: Sequence[str]) -> Iterator[Missing]:
        wanted = {of for name in names for of in (name, *leans_on(job.collector.reads[name]))}
        sources = [one for one in record["source"] if one["read"] in wanted]
        try:
            pages = exchanges_of({**record, "source": sources}, self._raw)
        except NotFoundError as error:
            LOG.warning("earlier_page_missing", record=record["record_id"], reason=str(error))
            yield from self._judged(job, record, names)
            return
        items = listed(job.collector, job.scope, names, pages)
        slot = str(record["run"]["slot"])
        for name in names:
            for item in items[name]:
                shown = shown_name(item)
                yield Missing(read=name, id=item.id, name=shown, checks=(), last_seen=slot)

    def _judged(
        self, job: Job, record: Mapping[str, Any], names: Sequence[str]
    ) -> Iterator[Missing]:
        """What had verdicts, where the pages that showed it are no longer in the store."""
        on = {check.id: check.on for check in job.collector.checks if check.judge is not None}
        for check_id, subject, name, *_ in self._rows(record) or ():
            read = on.get(check_id.rsplit(".", 1)[-1], "")
            of = read if read in names else parent_read(job.collector.reads[read]) if read else None
            if of in names and (is_arm(subject) or is_guid(subject)):
                slot = str(record["run"]["slot"])
                yield Missing(read=of or "", id=subject, name=name, checks=(), last_seen=slot)

    def _rows(self, record: Mapping[str, Any]) -> list[Any] | None:
        """A record's verdicts; None where they are no longer in the store."""
        try:
            rows: list[Any] = sealed_json(
                self._store.get(derived_key(record["verdicts"]["sha256"]))
            )
        except NotFoundError as error:
            LOG.warning("earlier_verdicts_missing", record=record["record_id"], reason=str(error))
            return None
        return rows

    def _raw(self, digest: str) -> bytes:
        return b"" if digest == EMPTY else self._store.get(raw_key(digest))

    def _answered(self, record: Mapping[str, Any], missing: Known) -> Known:
        """Each with the checks that answered for it when it was last seen.

        Where that is no longer in the store, any check might have.
        """
        rows = self._rows(record)
        if rows is None:
            return {key: replace(one, checks=one.checks or None) for key, one in missing.items()}
        by_subject: dict[str, list[str]] = {}
        for check_id, subject, *_ in rows:
            by_subject.setdefault(subject.lower(), []).append(check_id.rsplit(".", 1)[-1])
        return {key: _with(one, by_subject) for key, one in missing.items()}


def _key(one: Missing) -> tuple[str, str]:
    return one.read, one.id.lower()


def _with(one: Missing, by_subject: Mapping[str, Sequence[str]]) -> Missing:
    subjects = [one.id.lower()]
    if type_of(one.id) == SUBSCRIPTION:  # questions on a whole set call it by its bare id
        subjects.append(subjects[0].rsplit("/", 1)[-1])
    answered = [check for subject in subjects for check in by_subject.get(subject, ())]
    return replace(one, checks=tuple(sorted({*(one.checks or ()), *answered})))


def _sealed(record: Mapping[str, Any], name: str) -> list[str]:
    return [one["raw_sha256"] for one in record["source"] if one["read"] == name]


def _came(pages: Sequence[Exchange], name: str) -> list[str]:
    return [sha256(page.body) for page in pages if page.read == name]


def _seqs_before(
    database: Database, connection_id: str, scope: str, collector_id: str, seq: int
) -> list[int]:
    with database.read() as session:
        return seqs_before(session, connection_id, scope, collector_id, seq)
