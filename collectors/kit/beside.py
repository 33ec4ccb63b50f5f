"""What a judge may look up beside its item: what was seen counts, what is missing may be hidden.

A look-up that misses says "there is none" only where nothing of the read is hidden from it. Else it
raises NotSeenError, and the verdict is unknown: no judge can mistake lost sight for absence.
"""

from collections.abc import Iterable
from functools import wraps

from collectors.kit.item import Beside, Expectations, Gap, Item, Judge, NotSeenError
from collectors.kit.verdicts import Verdict, unknown

__all__ = ["Beside", "NotSeenError", "as_far_as_seen", "beside_of"]


def beside_of(items: Iterable[Item], gaps: Iterable[Gap]) -> Beside:
    """What a read shows; gaps that name one subject hide that id alone."""
    hidden: dict[str, Gap] = {}
    whole = None
    for gap in gaps:
        if gap.subject is None:
            whole = whole or gap
        else:
            hidden.setdefault(gap.subject.lower(), gap)
    return Beside(items={item.id.lower(): item for item in items}, hidden=hidden, gap=whole)


def as_far_as_seen(judge: Judge) -> Judge:
    """The judge, with look-ups that miss where something is hidden answered as unknown."""

    @wraps(judge)
    def answer(item: Item, expectations: Expectations) -> Verdict:
        try:
            return judge(item, expectations)
        except NotSeenError as error:
            return unknown(str(error))

    return answer
