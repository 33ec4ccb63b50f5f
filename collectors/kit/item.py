"""What was seen of Azure: items, what lies beside them, and gaps where nothing could be seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from collectors.kit.verdicts import Verdict


class GapKind(StrEnum):
    """Why something could not be seen (DESIGN section 4; `unavailable` is ADR 0003)."""

    DENIED = "denied"
    NOT_LICENSED = "not_licensed"
    THROTTLED = "throttled"
    TIMEOUT = "timeout"
    TRUNCATED = "truncated"
    MALFORMED = "malformed"
    NOT_REGISTERED = "not_registered"
    GONE = "gone"
    UNAVAILABLE = "unavailable"
    NOT_ASKED = "not_asked"
    """A single thing is missing from its list and was not asked for by itself (ADR 0011)."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NotApplicable:
    """Azure said that a question makes no sense for a resource: an outcome, and no gap.

    Such a resource has no verdict: it is not in the population of the read's checks.
    """

    read: str
    subject: str
    """Resource that has nothing of this kind."""
    detail: str
    """What Azure answered, for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """What could not be seen, and why. A gap is stored evidence."""

    read: str
    subject: str | None
    """Resource or subscription that could not be seen; None when the whole read is affected."""
    kind: GapKind
    detail: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a record speaks for: the tenant, or one subscription."""

    subscription_id: str | None = None

    def __str__(self) -> str:
        return "tenant" if self.subscription_id is None else f"subscription/{self.subscription_id}"


TENANT = Scope()


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One resource or object as Azure described it."""

    id: str
    data: Mapping[str, Any]
    parent: "Item | None" = None
    others: tuple[Mapping[str, Any], ...] = ()
    """Other contents that Azure sent under the same id: which one holds cannot be said."""
    api_version: str | None = None
    """Version of the API that described it; None for Resource Graph, which uses the newest."""
    beside: "Mapping[str, Beside]" = field(default_factory=dict)
    """Sibling reads that its check looks at (`Check.beside`)."""

    def __getitem__(self, path: str) -> Any:
        """Value at a dotted path; None where Azure did not say."""
        here: Any = self.data
        for step in path.split("."):
            if not isinstance(here, Mapping):
                return None
            here = here.get(step)
        return here

    def near(self, read: str) -> "Beside":
        """What a sibling read shows about this item; where it was not read, all is hidden."""
        found = self.beside.get(read)
        if found is not None:
            return found
        detail = f"{read} were not read"
        return Beside(gap=Gap(read=read, subject=None, kind=GapKind.UNAVAILABLE, detail=detail))

    @property
    def name(self) -> str:
        """Display name, or the last part of the id."""
        for key in ("name", "displayName"):
            if isinstance(self.data.get(key), str):
                return str(self.data[key])
        return self.id.rsplit("/", 1)[-1]

    @property
    def name_shown(self) -> str:
        """Name for people: of the parent where the item is a facet of it."""
        return self.parent.name if self.parent and self.parent.id == self.id else self.name

    @property
    def disputed(self) -> bool:
        """True when Azure described this item, or its parent, in two ways."""
        return bool(self.others) or (self.parent is not None and self.parent.disputed)

    @property
    def type(self) -> str:
        """Azure type in lower case; empty when Azure gave none."""
        return str(self.data.get("type") or "").lower()

    @property
    def subscription_id(self) -> str | None:
        """Subscription of an ARM id, in lower case."""
        parts = self.id.lower().split("/")
        return parts[2] if len(parts) > 2 and parts[1] == "subscriptions" else None


class NotSeenError(Exception):
    """A look-up missed where something is hidden; the text says what, for people."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Beside:
    """Items of a sibling read that concern one item."""

    items: Mapping[str, Item] = field(default_factory=dict)
    """By id in lower case."""
    hidden: Mapping[str, Gap] = field(default_factory=dict)
    """Single ids, in lower case, that could not be seen."""
    gap: Gap | None = None
    """Why any number of items may be missing; None when none is."""
    _by: dict[str, dict[str, tuple[Item, ...]]] = field(default_factory=dict, compare=False)

    def get(self, item_id: str) -> Item | None:
        """The item of this id; None when there is none. Raises NotSeenError when that is unsure."""
        found = self.items.get(item_id.lower())
        if found is None:
            self._sure(self.hidden.get(item_id.lower(), self.gap))
        return found

    def all(self) -> tuple[Item, ...]:
        """Every item. Raises NotSeenError when one may be missing."""
        self._sure(self.gap or next(iter(self.hidden.values()), None))
        return tuple(self.items.values())

    def having(self, path: str, value: str) -> tuple[Item, ...]:
        """Those seen that have this text at the path, in any case. Misses say nothing."""
        index = self._by.get(path)
        if index is None:
            index = self._by[path] = {}
            for item in self.items.values():
                if isinstance(text := item[path], str):
                    index[text.lower()] = (*index.get(text.lower(), ()), item)
        return index.get(value.lower(), ())

    @property
    def seen(self) -> tuple[Item, ...]:
        """Those that were seen: enough to find something, not enough to say that it is nowhere."""
        return tuple(self.items.values())

    @staticmethod
    def _sure(gap: Gap | None) -> None:
        if gap is not None:
            raise NotSeenError(f"could not be seen: {gap.kind.value}, {gap.detail}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectations:
    """The organisation's own criteria, and the instant the evidence speaks for."""

    values: Mapping[str, Any]
    as_of: datetime

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


Judge: TypeAlias = Callable[[Item, Expectations], Verdict]
