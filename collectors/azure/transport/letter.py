"""What one ask carries through its pipeline, and what comes back in it."""

from dataclasses import dataclass, field
from datetime import datetime

from collectors.azure.intake import Incoming, Intake
from collectors.azure.transport.quota import Lane
from collectors.kit import Attempt, Exchange, GapKind


@dataclass(kw_only=True, slots=True)
class Letter:
    """Travels as the pipeline option `annexa_letter`; one for each ask, shared by its pages."""

    name: str
    subject: str | None
    api_version: str
    home: str
    """The only host this ask may talk to, `https://host[:port]`."""
    lane: Lane | None
    intake: Intake
    exchanges: list[Exchange] = field(default_factory=list)
    refused: list[Attempt] = field(default_factory=list)
    """Pages asked again with other words (a smaller page); tries of the next exchange."""
    asked: set[tuple[str, bytes | None]] = field(default_factory=set)
    """Address and body of each page asked so far: a list that returns to one never ends."""
    received: int = 0
    """Bytes of all bodies so far."""
    arriving: Incoming | None = None
    """The body of the answer that comes or came last, until it is kept or dropped."""
    settled: bool = False
    """The last request ended in an exchange; an error after that is only a client's parsing."""

    def begin(self) -> Incoming:
        """An answer comes. One that came before it, to the same try, was a challenge."""
        self.drop()
        self.arriving = self.intake()
        return self.arriving

    def drop(self) -> None:
        """What came is not taken: it broke off, or another try follows. Not what was delivered."""
        if self.arriving is not None:
            self.arriving.drop()
        self.arriving = None

    async def deliver(self, exchange: Exchange) -> None:
        """Keep the raw body, then hand over the exchange: every exchange's body has been kept."""
        await (self.arriving or self.intake()).keep()
        self.arriving = None
        self.exchanges.append(exchange)
        self.received += len(exchange.body)
        self.settled = True

    def nothing(self, method: str, url: str, fault: GapKind, at: datetime) -> Exchange:
        """The exchange of a request that was never sent."""
        return Exchange(
            read=self.name,
            subject=self.subject,
            method=method,
            url=url,
            api_version=self.api_version,
            status=None,
            body=b"",
            started_at=at,
            finished_at=at,
            fault=fault,
        )
