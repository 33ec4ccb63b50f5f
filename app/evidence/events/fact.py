"""A fact that the log seals as an event, and its envelope: when it was told and by whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from app.evidence.events.shape import Shape
from app.evidence.record import Event


@dataclass(frozen=True, kw_only=True, slots=True)
class Fact(Shape):
    """Something that happened to the log or the evidence. Each kind has a class of its own."""

    KIND: ClassVar[str] = ""
    """As sealed; empty for what several kinds share."""
    CHAINED: ClassVar[bool] = False
    """Whether it stands in the chain of its connection: see `app.evidence.chain`."""
    BEGINS: ClassVar[bool] = False
    """Whether the chain begins with it."""

    @property
    def chain(self) -> str:
        """Id of the connection in whose chain it stands; empty: in none."""
        return ""


def event_of(fact: Fact, *, at: datetime, actor: str) -> Event:
    """The event that seals a fact. `actor` is who made it happen: a command or a service."""
    return Event(
        kind=fact.KIND,
        at=at,
        actor=actor,
        detail=fact.detail(),
        chain=fact.chain,
        begins=fact.BEGINS,
    )
