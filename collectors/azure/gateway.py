"""The port through which collectors reach Azure."""

from dataclasses import dataclass
from typing import Protocol

from collectors.azure.intake import Intake
from collectors.kit import Exchange, Item, Read, Scope


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One list to ask: a read, in a scope, for a parent where the read is per resource."""

    name: str
    """Name of the read within its collector; goes into Exchange.read."""
    read: Read
    scope: Scope
    parent: Item | None = None
    ids: tuple[str, ...] = ()
    """What a GraphBatch is asked for."""


class Gateway(Protocol):
    """Asks Azure for one list and follows its pages.

    Every answer comes back as an Exchange, good or bad: a refusal, a throttled or truncated answer
    is a value, never an exception. The last Exchange of the tuple tells how it ended. Retries are
    bounded, obey Retry-After and the quota headers, and are recorded in `Exchange.attempts`.
    A next link is followed only on its own host. Raises `GatewayError` only when nothing can be
    asked at all: no token (wrong secret, expired certificate), an untrusted CA, a host that does
    not exist.
    """

    async def ask(self, ask: Ask, intake: Intake) -> tuple[Exchange, ...]:
        """Ask, page by page, to the end or to the first page that could not be had.

        Each body goes into one of the intake's as it arrives, and is kept before it is parsed.
        """
        ...

    async def close(self) -> None:
        """Release connections."""
        ...
