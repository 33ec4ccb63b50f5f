"""The I/O side of collecting: each list is asked once a run, whoever needs it."""

import asyncio
from dataclasses import replace

from collectors.azure.gateway import Ask, Gateway, Keep
from collectors.kit import Exchange, Read, Scope


class Asker:
    """Asks through a gateway and remembers, so that equal reads share one exchange.

    Equal means: the same read value, scope and parent id. Of each shared list `Exchange.read` is
    renamed to the name it was asked by. A GatewayError reaches everyone who asked. One event loop.
    """

    def __init__(self, gateway: Gateway, keep: Keep, *, concurrency: int = 48) -> None:
        self._gateway = gateway
        self._keep = keep
        self._gate = asyncio.Semaphore(concurrency)
        self._asked: dict[_Key, asyncio.Task[tuple[Exchange, ...]]] = {}

    async def exchanges(self, ask: Ask) -> tuple[Exchange, ...]:
        """The pages of a list, asked now or earlier in this run.

        Cancelling one who waits leaves the asking to the others.
        """
        key = (ask.read, ask.scope, None if ask.parent is None else ask.parent.id)
        task = self._asked.get(key)
        if task is None:
            task = self._asked[key] = asyncio.create_task(self._ask(ask))
        pages = await asyncio.shield(task)
        return tuple(
            page if page.read == ask.name else replace(page, read=ask.name) for page in pages
        )

    def forget(self, scope: Scope) -> None:
        """Drop the pages of a scope that nobody will ask for again: memory stays bounded."""
        for key in [key for key, task in self._asked.items() if key[1] == scope and task.done()]:
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
            return await self._gateway.ask(ask, self._keep)


_Key = tuple[Read, Scope, str | None]
