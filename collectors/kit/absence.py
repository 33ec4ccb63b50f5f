"""What Azure means by a property that its answer leaves out, as far as Microsoft says so.

An optional setting that was never set is usually absent from real answers, so that the weakest
settings of old accounts are those that say nothing. A documented default is not a guess. The rule:
absence makes *fail* where the model's text and, if there is one, Microsoft's built-in policy agree
that it is the weak value; it makes *pass* only where both say so; where they differ it is *unknown*
and the reason says that they differ. An answer of a version that did not have the property yet
says nothing by leaving it out.

The facts stand with the source whose judges use them, in its `ABSENT` (`documented`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from collectors.kit.item import Item
from collectors.kit.verdicts import Status, Verdict, failed, passed, unknown


@dataclass(frozen=True, kw_only=True, slots=True)
class Absence:
    """One property of one type."""

    type: str
    """Azure type in lower case; several, where they agree, with a comma between."""
    path: str
    """Dotted path below the item."""
    since: str
    """First api-version whose answers hold the property where it is set."""
    means: str
    """What Azure then does, for people: "Azure then accepts account keys"."""
    model: Status
    """What the documented default amounts to."""
    policy: str | None = None
    """GUID of Microsoft's built-in definition that judges the property."""
    policy_says: Status | None = None
    """What that rule makes of a resource without it; None without a rule."""
    source: str
    """Where the default is documented: the texts of the models in Microsoft's own package."""
    read_on: str
    """Date on which the source was read."""

    @property
    def then(self) -> Status:
        """What absence makes: a pass by model and rule together, a fail by no contradiction."""
        if self.policy_says is not None and self.policy_says is not self.model:
            return Status.UNKNOWN
        if self.model is Status.PASS and self.policy_says is None:
            return Status.UNKNOWN
        return self.model

    def verdict(self, item: Item) -> Verdict:
        """The verdict on an item that leaves the property out."""
        unseen = _unseen(self, item)
        if unseen is not None:
            return unseen
        match self.then:
            case Status.PASS:
                return passed(f"{self.property} is not set; {self.means}")
            case Status.FAIL:
                return failed(f"{self.property} is not set; {self.means}")
        return unknown(
            f"{self.property} is not set, and Microsoft's own sources differ on what that means: "
            f"by its documentation {self.means}, its built-in policy says otherwise"
            if self.policy_says is not None
            else f"{self.property} is not set; {self.means}, which no rule of Microsoft confirms"
        )

    @property
    def property(self) -> str:
        """Its name without the path."""
        return self.path.rsplit(".", 1)[-1]


def _unseen(absence: Absence, item: Item) -> Verdict | None:
    """Where the property's neighbours are missing too, or the version is too old: no answer."""
    holder, name = item[absence.path.rpartition(".")[0]], absence.property
    if not isinstance(holder, Mapping) or not holder:
        return unknown(f"Azure returned no {name}, nor what stands beside it")
    version = item.api_version or item["apiVersion"]
    if isinstance(version, str) and version[:10] < absence.since:
        return unknown(f"Azure was asked in its version {version}, which does not tell {name} yet")
    return None


def documented(
    azure_types: str, source: str, read_on: str, since: str, *rows: Absence
) -> Mapping[str, Absence]:
    """What is documented of these types, by path.

    `since` is the version that every answer has to have. A row may state its own, and its source.
    """
    kinds = azure_types.lower()
    return MappingProxyType(
        {
            row.path: replace(
                row,
                type=kinds,
                source=row.source or source,
                read_on=read_on,
                since=row.since or since,
            )
            for row in rows
        }
    )


def absent(
    path: str,
    means: str,
    model: Status,
    *,
    agrees: str | None = None,
    differs: str | None = None,
    since: str = "",
    source: str = "",
) -> Absence:
    """A row of `documented`: a property, what leaving it out means, and what that amounts to.

    `agrees` is the GUID of Microsoft's built-in definition whose rule makes the same of it,
    `differs` that of one whose rule makes the opposite.
    """
    other = Status.PASS if model is Status.FAIL else Status.FAIL
    return Absence(
        type="",
        path=path,
        since=since,
        means=means,
        model=model,
        policy=agrees or differs,
        policy_says=model if agrees else other if differs else None,
        source=source,
        read_on="",
    )
