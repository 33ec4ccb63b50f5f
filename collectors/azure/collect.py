"""The I/O side of collecting: each list is asked once a run, whoever needs it."""

import asyncio
from dataclasses import replace

from collectors.azure.gateway import Ask, Gateway
from collectors.azure.intake import Intake
from collectors.kit import Arm, Exchange, GraphBatch, Read, Scope


class Asker:
    """Asks through a gateway and remembers, so that equal reads share one exchange.

    Equal means: the same question of the same address in the same scope, whichever read or parent
    it is asked for. Of each shared list `Exchange.read` and `subject` are those it was asked by. A
    GatewayError reaches everyone who asked. One event loop.
    """

    def __init__(self, gateway: Gateway, intake: Intake, *, concurrency: int = 48) -> None:
        self._gateway = gateway
        self._intake = intake
        self._gate = asyncio.Semaphore(concurrency)
        self._asked: dict[_Key, asyncio.Task[tuple[Exchange, ...]]] = {}

    async def exchanges(self, ask: Ask) -> tuple[Exchange, ...]:
        """The pages of a list, asked now or earlier in this run.

        Cancelling one who waits leaves the asking to the others.
        """
        key = _key(ask)
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._ask(ask))
        pages = await asyncio.shield(task)
        return tuple(_as_asked(page, ask) for page in pages)

    def forget(self, scope: Scope) -> None:
        """Drop the pages of a scope that nobody will ask for again: memory stays bounded."""
        there = str(scope).lower()
        for key, task in tuple(self._asked.items()):
            if str(key[1]).lower() == there and task.done():
                del self._asked[key]

    async def close(self) -> None:
        """Stop what is still being asked. The gateway stays open: it is the caller's."""
        tasks = tuple(self._asked.values())
        self._asked.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, ask: Ask) -> tuple[Exchange, ...]:
        async with self._gate:
            return await self._gateway.ask(ask, self._intake)


_Key = tuple[Read, Scope, str | None]


def _key(ask: Ask) -> _Key:
    """What is asked, without what only the asker knows of it."""
    parent = None if ask.parent is None else ask.parent.id
    read = ask.read
    if isinstance(read, GraphBatch):
        # two collectors may come to the same ids on different ways
        return replace(read, of=(), ids=tuple, needs=()), ask.scope, "\n".join(ask.ids)
    if isinstance(read, Arm):
        # two collectors may reach one address from two parents: a database, and its server
        path = read.path.replace("{id}", parent or "{id}")
        path = path.replace("{subscription}", ask.scope.subscription_id or "").lower()
        same = Arm(path=path, api_version=read.api_version, per="resource", query=read.query)
        return same, _home(path) or ask.scope, None
    return read, ask.scope, parent


def _home(path: str) -> Scope | None:
    """The subscription that an address lies in, whoever asks for it."""
    match path.split("/"):
        case ["", "subscriptions", subscription, _, *_]:
            return Scope(subscription)
        case _:
            return None


def _as_asked(page: Exchange, ask: Ask) -> Exchange:
    if isinstance(ask.read, GraphBatch):  # its further pages bear the id they are about
        return page if page.read == ask.name else replace(page, read=ask.name)
    subject = ask.scope.subscription_id if ask.parent is None else ask.parent.id
    if (page.read, page.subject) == (ask.name, subject):
        return page
    return replace(page, read=ask.name, subject=subject)
