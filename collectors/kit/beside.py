"""What a judge may look up beside its item: what was seen counts, what is missing may be hidden.

A look-up that misses says "there is none" only where nothing of the read is hidden from it. Else it
raises NotSeenError, and the verdict is unknown: no judge can mistake lost sight for absence.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import wraps
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collectors.kit.spec import Expectations, Gap, Item, Verdict

    Judge: TypeAlias = Callable[[Item, Expectations], Verdict]


class NotSeenError(Exception):
    """A look-up missed where something is hidden; the text says what, for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """Items of a sibling read that concern one item."""

    items: "Mapping[str, Item]" = field(default_factory=dict)
    """By id in lower case."""
    hidden: "Mapping[str, Gap]" = field(default_factory=dict)
    """Single ids, in lower case, that could not be seen."""
    gap: "Gap | None" = None
    """Why any number of items may be missing; None when none is."""
    _by: "dict[str, dict[str, tuple[Item, ...]]]" = field(default_factory=dict, compare=False)

    def get(self, item_id: str) -> "Item | None":
        """The item of this id; None when there is none. Raises NotSeenError when that is unsure."""
        found = self.items.get(item_id.lower())
        if found is None:
            self._sure(self.hidden.get(item_id.lower(), self.gap))
        return found

    def all(self) -> "tuple[Item, ...]":
        """Every item. Raises NotSeenError when one may be missing."""
        self._sure(self.gap or next(iter(self.hidden.values()), None))
        return tuple(self.items.values())

    def having(self, path: str, value: str) -> "tuple[Item, ...]":
        """Those seen that have this text at the path, in any case. Misses say nothing."""
        index = self._by.get(path)
        if index is None:
            index = self._by[path] = {}
            for item in self.items.values():
                if isinstance(text := item[path], str):
                    index[text.lower()] = (*index.get(text.lower(), ()), item)
        return index.get(value.lower(), ())

    @property
    def seen(self) -> "tuple[Item, ...]":
        """Those that were seen: enough to find something, not enough to say that it is nowhere."""
        return tuple(self.items.values())

    @staticmethod
    def _sure(gap: "Gap | None") -> None:
        if gap is not None:
            raise NotSeenError(f"could not be seen: {gap.kind.value}, {gap.detail}")


def beside_of(items: "Iterable[Item]", gaps: "Iterable[Gap]") -> Beside:
    """What a read shows; gaps that name one subject hide that id alone."""
    hidden: dict[str, Gap] = {}
    whole = None
    for gap in gaps:
        if gap.subject is None:
            whole = whole or gap
        else:
            hidden.setdefault(gap.subject.lower(), gap)
    return Beside(items={item.id.lower(): item for item in items}, hidden=hidden, gap=whole)


def as_far_as_seen(judge: "Judge") -> "Judge":
    """The judge, with look-ups that miss where something is hidden answered as unknown."""

    @wraps(judge)
    def answer(item: "Item", expectations: "Expectations") -> "Verdict":
        from collectors.kit.spec import unknown

        try:
            return judge(item, expectations)
        except NotSeenError as error:
            return unknown(str(error))

    return answer
