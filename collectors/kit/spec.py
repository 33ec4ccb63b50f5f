"""What a collector is: frozen descriptions of what to ask Azure and what to judge of the answer.

A collector is one Azure source. It names its `reads` (each list is asked once a night, equal reads
of different collectors share one exchange) and its checks. Facts live in these values; logic lives
only in small judge functions.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, TypeAlias

from collectors.kit.beside import Beside
from collectors.kit.reads import (
    Arm,
    Graph,
    GraphBatch,
    Logs,
    Read,
    ResourceGraph,
    ResourceList,
)
from collectors.kit.verdicts import Status, Verdict, failed, passed, unknown

if TYPE_CHECKING:
    from collectors.kit.absence import Absence
    from collectors.kit.logging.audit_logs import AuditLog

__all__ = [
    "TENANT",
    "Arm",
    "Check",
    "Collector",
    "Expectations",
    "Gap",
    "GapKind",
    "Graph",
    "GraphBatch",
    "Item",
    "Judge",
    "JudgeAll",
    "Logs",
    "NotApplicable",
    "Owner",
    "Population",
    "Read",
    "ResourceGraph",
    "ResourceList",
    "Scope",
    "Status",
    "Verdict",
    "failed",
    "passed",
    "unknown",
]


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


class Owner(StrEnum):
    """Team that answers for a check."""

    CLOUD = "cloud"
    SECURITY = "security"
    COMPLIANCE = "compliance"
    LEGAL = "legal"
    UNSTATED = ""
    """Of a check: the owner of its collector, who then stands in its place."""


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
    beside: Mapping[str, Beside] = field(default_factory=dict)
    """Sibling reads that its check looks at (`Check.beside`)."""

    def __getitem__(self, path: str) -> Any:
        """Value at a dotted path; None where Azure did not say."""
        here: Any = self.data
        for step in path.split("."):
            if not isinstance(here, Mapping):
                return None
            here = here.get(step)
        return here

    def near(self, read: str) -> Beside:
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


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectations:
    """The organisation's own criteria, and the instant the evidence speaks for."""

    values: Mapping[str, Any]
    as_of: datetime

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """All items of a check's read in this scope, and the sibling reads beside it."""

    scope: Scope
    items: tuple[Item, ...]
    siblings: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)


Judge: TypeAlias = Callable[[Item, Expectations], Verdict]
JudgeAll: TypeAlias = Callable[[Population, Expectations], Mapping[str, Verdict]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """A yes/no question on each item of a read (`judge`) or on the whole set (`judge_all`).

    `judge_all` answers for subjects of its own choosing (a subscription id, the tenant), keyed by
    subject. `when` narrows the population to the items the question is about; it must use only
    facts whose absence is impossible (type, kind, id), or look them up beside the item: where that
    cannot be seen the question is asked.
    """

    id: str
    title: str
    """The claim in plain words: "Storage accounts accept HTTPS only"."""
    controls: tuple[str, ...]
    remedy: str
    on: str = ""
    """Read whose items it is about; left out, its collector's first."""
    owner: Owner = Owner.UNSTATED
    """Left out, its collector's."""
    judge: Judge | None = None
    judge_all: JudgeAll | None = None
    expectation: str | None = None
    """Key in expectations.toml this check is measured against."""
    types: tuple[str, ...] = ()
    when: Callable[[Item], bool] | None = None
    uses: tuple[str, ...] = ()
    """Sibling reads that `judge_all` needs; they arrive in Population.siblings."""
    compares: bool = False
    """`judge_all` compares lists: what one of them has and another lacks is its own subject, and
    no reason not to answer."""
    beside: tuple[str, ...] = ()
    """Sibling reads in which `judge` looks things up, by `item.near(read)`. Of a read that is per
    resource it sees what belongs to its own item or parent, of any other the whole list."""
    lacking: str | None = None
    """Reason of the unknown verdict on a resource of which Azure says that it cannot have what the
    check stands on; None where such a resource is not in the population at all."""
    policy: str | None = None
    """GUID of Microsoft's built-in policy definition that asks the same; None without one."""
    differs: str = ""
    """Where this check answers other than that definition, and why; empty where it does not."""

    @property
    def advice(self) -> str:
        """The remedy, and the built-in policy that keeps it so once it is assigned."""
        if self.policy is None:
            return self.remedy
        return f"{self.remedy}; to keep it so, assign Azure's built-in policy {self.policy}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Collector:
    """One Azure source: what is asked, and every question answered from it.

    What its checks leave to it (`on`, `owner`) is filled in here: nobody sees them without.
    """

    id: str
    title: str
    reads: Mapping[str, Read]
    checks: tuple[Check, ...]
    owner: Owner = Owner.UNSTATED
    """Team that answers for the checks which name none."""
    absent: "Mapping[str, Absence]" = field(default_factory=dict)
    """What a property means that Azure leaves out, by path, where its judges stand on that."""
    logs: "Mapping[str, AuditLog]" = field(default_factory=dict)
    """What resources of a type have to log, by type; `logging.diagnostic_settings` asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "checks", tuple(map(self._resolved, self.checks)))

    def _resolved(self, check: Check) -> Check:
        on, owner = check.on or next(iter(self.reads), ""), check.owner or self.owner
        return replace(check, on=on, owner=owner)
