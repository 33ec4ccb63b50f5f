"""What a collector is: frozen descriptions of what to ask Azure and what to judge of the answer.

A collector is one Azure source. It names its `reads` (each list is asked once a night, equal reads
of different collectors share one exchange) and its checks. Facts live in these values; logic lives
only in small judge functions.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Literal, TypeAlias

from collectors.kit.beside import Beside


class Status(StrEnum):
    """Answer of a check."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Answer of a check on one subject, with a reason a manager understands."""

    status: Status
    reason: str


def passed(reason: str) -> Verdict:
    """The subject meets the expectation."""
    return Verdict(Status.PASS, reason)


def failed(reason: str) -> Verdict:
    """The subject does not meet the expectation."""
    return Verdict(Status.FAIL, reason)


def unknown(reason: str) -> Verdict:
    """Azure did not say, or could not be asked. Never a guessed default."""
    return Verdict(Status.UNKNOWN, reason)


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


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a record speaks for: the tenant, or one subscription."""

    subscription_id: str | None = None

    def __str__(self) -> str:
        return "tenant" if self.subscription_id is None else f"subscription/{self.subscription_id}"


TENANT = Scope()


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceGraph:
    """Rows of a Resource Graph table, tenant-wide, 1,000 a page.

    The query is `<table> [| where type in~ (…)] [| project …] | order by id asc`. Items are rows.
    """

    table: str
    types: tuple[str, ...] = ()
    project: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    never_empty: bool = field(default=False, compare=False)
    """Azure has such a list always: an empty one was not really told, and is a gap."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arm:
    """A list or object of Azure Resource Manager that Resource Graph does not hold.

    per="tenant" or "subscription": items are the elements of `value`; `{subscription}` in `path`
    is filled in. per="resource": one request for each item of the sibling read `of` whose type is
    in `types` and for which `where` holds; `{id}` in `path` is its id. The item then is the body
    (id of the parent, `parent` set); with each=True every element of `value` is an item instead.
    per="management_group": the same for items that lie in no subscription, asked once a night.
    """

    path: str
    api_version: str
    per: Literal["tenant", "management_group", "subscription", "resource"]
    of: str | None = None
    types: tuple[str, ...] = ()
    where: "Callable[[Item], bool] | None" = None
    """Narrows the parents by facts whose absence is impossible (type, kind, id, sku)."""
    has: "Callable[[Item], bool] | None" = field(default=None, compare=False)
    """Parents that have it by documentation: where Azure says that such a one cannot, two sources
    contradict each other, and that is a gap and not an outcome."""
    each: bool = False
    query: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = ()
    never_empty: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Graph:
    """A Microsoft Graph v1.0 collection, tenant-wide. `needs` are application permissions."""

    path: str
    select: tuple[str, ...] = ()
    filter: str | None = None
    expand: str | None = None
    top: int | None = None
    needs: tuple[str, ...] = ()
    never_empty: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphBatch:
    """Objects of Microsoft Graph asked for by their ids, many in one request, tenant-wide.

    `ids` names them, a pure function of the items of the reads `of`, which stand before this one.
    Without `path` each item is the object of an id (getByIds, 1,000 ids a request). With `path`,
    which holds `{id}`, each item is `{"value": […]}`, the list at that path (JSON batching, 20
    requests a POST, pages followed). An id that does not exist has no item; one that was not
    answered is a gap of that id. `needs` are application permissions.

    https://learn.microsoft.com/graph/api/directoryobject-getbyids
    https://learn.microsoft.com/graph/json-batching
    """

    of: tuple[str, ...]
    ids: "Callable[[Mapping[str, tuple[Item, ...]]], Iterable[str]]"
    path: str | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Logs:
    """A Log Analytics query, asked of each workspace that the sibling read `of` lists.

    The item is `{"rows": [{column: value}, …]}` with the workspace as `parent`.
    """

    kql: str
    timespan: timedelta
    of: str
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceList:
    """The second route: every resource of a subscription by azure-mgmt-resource, for counting."""

    needs: tuple[str, ...] = ("*/read",)


Read: TypeAlias = ResourceGraph | Arm | Graph | GraphBatch | Logs | ResourceList


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
    on: str
    controls: tuple[str, ...]
    remedy: str
    owner: Owner
    judge: Judge | None = None
    judge_all: JudgeAll | None = None
    expectation: str | None = None
    """Key in expectations.toml this check is measured against."""
    types: tuple[str, ...] = ()
    when: Callable[[Item], bool] | None = None
    uses: tuple[str, ...] = ()
    """Sibling reads that `judge_all` needs; they arrive in Population.siblings."""
    beside: tuple[str, ...] = ()
    """Sibling reads in which `judge` looks things up, by `item.near(read)`. Of a read that is per
    resource it sees what belongs to its own item or parent, of any other the whole list."""
    lacking: str | None = None
    """Reason of the unknown verdict on a resource of which Azure says that it cannot have what the
    check stands on; None where such a resource is not in the population at all."""
    policy: str | None = None
    """GUID of Microsoft's built-in policy definition that asks the same; None without one."""
    differs: str = ""
    """Where this check is stricter than that definition, and why; empty where it is not."""

    @property
    def advice(self) -> str:
        """The remedy, and the built-in policy that keeps it so once it is assigned."""
        if self.policy is None:
            return self.remedy
        return f"{self.remedy}; to keep it so, assign Azure's built-in policy {self.policy}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Collector:
    """One Azure source: what is asked, and every question answered from it."""

    id: str
    title: str
    reads: Mapping[str, Read]
    checks: tuple[Check, ...]
