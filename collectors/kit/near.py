"""What each item of a check may look at beside it."""

from collectors.kit.beside import Beside, beside_of
from collectors.kit.interpret import Seen
from collectors.kit.level import parent_read
from collectors.kit.spec import Check, Collector, Item


class Near:
    """A sibling read, cut to what concerns each item: its own children, its parent's, or all.

    All also of children of something else: then a gap names the parent whose children it hides.
    """

    def __init__(self, collector: Collector, check: Check, name: str, seen: Seen) -> None:
        gaps = [gap for gap in seen.gaps if gap.read == name]
        self._of = parent_read(collector.reads[name])
        related = (check.on, parent_read(collector.reads[check.on]))
        self._by_parent = self._of is not None and self._of in related
        self._own = self._of == check.on
        items = seen.wide.get(name, seen.items[name])
        if not self._by_parent:
            unlisted = [gap for gap in seen.gaps if gap.read == self._of]
            self._whole = beside_of(items, gaps + unlisted)
            return
        everywhere = [gap for gap in seen.gaps if gap.read in (name, self._of) and not gap.subject]
        self._blind = Beside(gap=everywhere[0] if everywhere else None)
        self._parts: dict[str, Beside] = {}
        grouped: dict[str, list[Item]] = {}
        for item in items:
            grouped.setdefault(item.parent.id.lower() if item.parent else "", []).append(item)
        hidden = {gap.subject.lower(): gap for gap in gaps if gap.subject}
        for key in {*grouped, *hidden}:
            gap = hidden.get(key, self._blind.gap)
            by_id = {item.id.lower(): item for item in grouped.get(key, ())}
            self._parts[key] = Beside(items=by_id, gap=gap)

    def of(self, item: Item) -> Beside:
        """What an item may look at."""
        if not self._by_parent:
            return self._whole
        owner = item if self._own or item.parent is None else item.parent
        return self._parts.get(owner.id.lower(), self._blind)
