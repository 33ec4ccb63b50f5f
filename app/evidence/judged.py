"""By which rules a record's verdicts were given: those sealed with it, and later ones beside them.

When the rules change, earlier nights are judged again from their sealed pages, so that "since when"
speaks of Azure and not of our code. What was sealed then stays: it is the former answer.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from collectors.kit import Status

Row: TypeAlias = Sequence[str]
"""A verdict as the store keeps it: check, subject, name of the subject, status, reason."""
Rows: TypeAlias = Callable[[str], Iterable[Row]]
"""Verdicts by the SHA-256 of the object that holds them."""
Key: TypeAlias = tuple[str, str]
"""Check id and subject in lower case: Azure changes the case of ids."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Judging:
    """Verdicts, and the rules that gave them; both named by SHA-256."""

    rules: str
    verdicts: str


@dataclass(frozen=True, kw_only=True, slots=True)
class JudgedRecord:
    """A record as far as verdicts go."""

    seq: int
    collector_id: str
    scope: str
    sealed: Judging
    """As sealed in its night."""
    again: Judging | None = None
    """As judged later from the same pages by other rules; None when it was not."""

    @property
    def effective(self) -> Judging:
        """The newest rules' answer."""
        return self.again or self.sealed


class FormerAnswer(NamedTuple):
    """What other rules said where today's may say something else."""

    status: Status
    reason: str
    since_here: bool
    """True: of the night before, by the rules until then. False: of this very night."""


def key_of(row: Row) -> Key:
    """What a verdict goes on under, in whatever case Azure spells its subject tonight."""
    return row[0], row[1].lower()


def answers(records: Iterable[JudgedRecord], rows: Rows) -> Iterator[Row]:
    """The verdicts of a night by the newest rules that judged it."""
    for record in records:
        yield from rows(record.effective.verdicts)


def former_answers(
    night: Iterable[JudgedRecord], before: Iterable[JudgedRecord], rows: Rows
) -> Mapping[Key, FormerAnswer]:
    """What other rules said, on nights around a change of rules; empty on all others.

    Of a night that was judged again, what the rules of that time said; of the first night judged
    by other rules than the night before, what those said then.
    """
    earlier = {(one.collector_id, one.scope): one for one in before}
    found: dict[Key, FormerAnswer] = {}
    for record in night:
        other = earlier.get((record.collector_id, record.scope))
        if record.again is not None and record.again.rules != record.sealed.rules:
            digest, since_here = record.sealed.verdicts, False
        elif (
            record.again is None and other is not None and other.sealed.rules != record.sealed.rules
        ):
            digest, since_here = other.sealed.verdicts, True
        else:
            continue
        for row in rows(digest):
            found[key_of(row)] = FormerAnswer(Status(row[3]), row[4], since_here)
    return found
