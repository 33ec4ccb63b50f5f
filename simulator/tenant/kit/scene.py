"""One resource while it is made: the company around it, and what its checks shall say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from simulator.tenant.estate.dates import Dates
from simulator.tenant.estate.dice import Dice
from simulator.tenant.estate.estate import Estate, Place, Resource

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Scene:
    """A resource, or an element of a list below it, before it has a body.

    Draws depend on the seed, on what is drawn and on the id, and on nothing else: they are the same
    on every night, and whatever other resources there are.
    """

    estate: Estate
    resource: Resource
    verdicts: Mapping[str, str] = field(default_factory=dict)
    """pass, fail or unknown by the full id of the check; a check that does not ask is not here."""
    below: str = ""
    """Path of an element below the resource, `keys/disk-encryption`; empty for the resource."""

    @property
    def id(self) -> str:
        """ARM id as Azure writes it."""
        return f"{self.resource.id}/{self.below}" if self.below else self.resource.id

    @property
    def name(self) -> str:
        """The last name in the id."""
        return self.id.rpartition("/")[2]

    @property
    def place(self) -> Place:
        """Where the resource lives."""
        return self.resource.place

    @property
    def dice(self) -> Dice:
        """Draws that are not about this resource."""
        return self.estate.dice

    @property
    def dates(self) -> Dates:
        """The calendar of the night."""
        return self.estate.dates

    def fails(self, check: str) -> bool:
        """Whether it shall fail the check with this full id."""
        return self.verdicts.get(check) == "fail"

    def share(self, *keys: object) -> float:
        """A number in [0, 1), of this resource's own."""
        return self.dice.share(*keys, self.id)

    def number(self, low: int, high: int, *keys: object) -> int:
        """An integer from low to high, both inclusive."""
        return self.dice.number(low, high, *keys, self.id)

    def pick(self, options: Sequence[T], *keys: object) -> T:
        """One of the options."""
        return self.dice.pick(options, *keys, self.id)

    def guid(self, *keys: object) -> str:
        """A version 4 UUID."""
        return self.dice.guid(*keys, self.id)

    def identity(self) -> dict[str, Any]:
        """The column `identity` of a resource with a managed identity of its own."""
        return {
            "principalId": self.dice.guid("principal", self.resource.id),
            "tenantId": self.estate.tenant_id,
            "type": "SystemAssigned",
        }
