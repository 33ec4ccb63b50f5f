"""From the verdicts of nights to intervals and counts, in memory and pure.

The index folds the same way in SQL (`app.db.rows.verdicts`); tests hold the two together.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from app.controls.observed import Former, Interval, NightCount
from app.evidence.judged import FormerAnswer, Key
from collectors.kit import Status

WORST = {Status.PASS: 0, Status.UNKNOWN: 1, Status.FAIL: 2}


class Answer(NamedTuple):
    """A verdict as records keep it."""

    check_id: str
    subject: str
    subject_name: str
    status: Status
    reason: str


Formers = Callable[[datetime], Mapping[Key, FormerAnswer]]
"""What other rules said, of a slot: `app.evidence.judged.former_answers`."""


def folded(
    nights: Mapping[datetime, Iterable[Answer]],
    formers: Formers = lambda _: {},
) -> tuple[list[Interval], list[NightCount]]:
    """Intervals and counts of collected nights, given by slot.

    Of two verdicts on one subject in one night the worse stands. An interval goes on over the
    nights that follow one another here, whatever lies between them. Where other rules said
    something else, the interval says so: the newest such night counts.
    """
    ended: list[Interval] = []
    standing: dict[tuple[str, str], Interval] = {}
    counts: list[NightCount] = []
    for slot in sorted(nights):
        answers = _one_each(nights[slot])
        if not answers:  # a night without a single verdict parts nothing
            continue
        counts += _counts(slot, answers)
        other = formers(slot)
        now = {
            _key(answer): _marked(
                _held(standing.get(_key(answer)), answer, slot), other.get(_key(answer)), slot
            )
            for answer in answers
        }
        ended += [old for key, old in standing.items() if _ends(old, now.get(key))]
        standing = now
    return [*ended, *standing.values()], counts


def _one_each(answers: Iterable[Answer]) -> list[Answer]:
    chosen: dict[tuple[str, str], Answer] = {}
    for answer in answers:
        other = chosen.get(_key(answer))
        if other is None or WORST[answer.status] > WORST[other.status]:
            chosen[_key(answer)] = answer
    return list(chosen.values())


def _key(answer: Answer) -> tuple[str, str]:
    return answer.check_id, answer.subject.lower()  # Azure changes the case of ids


def _held(before: Interval | None, answer: Answer, slot: datetime) -> Interval:
    if before is not None and before.status is answer.status:
        return replace(
            before,
            last_slot=slot,
            reason=answer.reason,
            subject=answer.subject,
            subject_name=answer.subject_name,
        )
    return Interval(
        check_id=answer.check_id,
        subject=answer.subject,
        subject_name=answer.subject_name,
        status=answer.status,
        reason=answer.reason,
        first_slot=slot,
        last_slot=slot,
    )


def _marked(held: Interval, other: FormerAnswer | None, slot: datetime) -> Interval:
    if other is None or other.status is held.status:
        return held
    since = slot if other.since_here else None
    return replace(held, former=Former(status=other.status, reason=other.reason, since=since))


def _ends(old: Interval, now: Interval | None) -> bool:
    return now is None or now.first_slot != old.first_slot


def _counts(slot: datetime, answers: Sequence[Answer]) -> list[NightCount]:
    by_check: dict[str, Counter[Status]] = {}
    for answer in answers:
        by_check.setdefault(answer.check_id, Counter())[answer.status] += 1
    return [
        NightCount(
            slot=slot,
            check_id=check_id,
            passed=found[Status.PASS],
            failed=found[Status.FAIL],
            unknown=found[Status.UNKNOWN],
        )
        for check_id, found in sorted(by_check.items())
    ]
