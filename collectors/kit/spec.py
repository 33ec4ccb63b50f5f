"""What a collector is: frozen descriptions of what to ask Azure and what to judge of the answer.

A collector is one Azure source. It names its `reads` (each list is asked once a night, equal reads
of different collectors share one exchange) and its checks. Facts live in these values; logic lives
only in small judge functions.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeAlias

from collectors.kit.absence import Absence
from collectors.kit.item import (
    TENANT,
    Expectations,
    Gap,
    GapKind,
    Item,
    Judge,
    NotApplicable,
    Scope,
)
from collectors.kit.reads import (
    Arm,
    Graph,
    GraphBatch,
    Logs,
    Read,
    ResourceGraph,
    ResourceList,
)
from collectors.kit.values.audit_log import AuditLog
from collectors.kit.verdicts import Status, Verdict, failed, passed, unknown

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


class Owner(StrEnum):
    """Team that answers for a check."""

    CLOUD = "cloud"
    SECURITY = "security"
    COMPLIANCE = "compliance"
    LEGAL = "legal"
    UNSTATED = ""
    """Of a check: the owner of its collector, who then stands in its place."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Population:
    """All items of a check's read in this scope, and the sibling reads beside it."""

    scope: Scope
    items: tuple[Item, ...]
    siblings: Mapping[str, tuple[Item, ...]] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Item]:
        return iter(self.items)


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
    logs: Mapping[str, AuditLog] = field(default_factory=dict)
    """What resources of a type have to log, by type; `logging.diagnostic_settings` asks for it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "checks", tuple(map(self._resolved, self.checks)))

    def _resolved(self, check: Check) -> Check:
        on, owner = check.on or next(iter(self.reads), ""), check.owner or self.owner
        return replace(check, on=on, owner=owner)
