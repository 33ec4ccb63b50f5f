"""A gateway that answers as a test says of an address, else that nothing is there."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from collectors.azure.gateway import Ask
from collectors.azure.intake import Intake
from collectors.kit import Arm, Exchange, Graph, ResourceGraph, ResourceList
from collectors.kit.missing.rights import PERMISSIONS_PATH

AT = datetime(2026, 11, 28, 2, tzinfo=UTC)
Said: TypeAlias = tuple[int, Any]
"""Status and body."""
NOT_FOUND: Said = (404, {"error": {"code": "ResourceNotFound", "message": "not found"}})
REFUSED: Said = (403, {"error": {"code": "AuthorizationFailed", "message": "no"}})
GROUP_GONE: Said = (404, {"error": {"code": "ResourceGroupNotFound", "message": "no group"}})


class TableGateway:
    """Implements `collectors.azure.gateway.Gateway`."""

    def __init__(self, answer: Callable[[str, str], Said | None] | None = None) -> None:
        """`answer` is asked for an address in lower case and a version; None: not found."""
        self._answer = answer or (lambda _, __: None)
        self.asked: list[str] = []
        """Addresses, as they were asked."""

    async def ask(self, ask: Ask, intake: Intake) -> tuple[Exchange, ...]:
        address, version = _address(ask), getattr(ask.read, "api_version", "v1.0")
        self.asked.append(address)
        await asyncio.sleep(0)  # others may go on meanwhile, as they do while Azure thinks
        status, said = self._answer(address.lower(), version) or NOT_FOUND
        body = json.dumps(said).encode()
        await take_whole(intake, body)
        page = Exchange(
            read=ask.name,
            subject=None if ask.parent is None else ask.parent.id,
            method="GET",
            url=f"https://management.azure.com{address}",
            api_version=version,
            status=status,
            body=body,
            started_at=AT,
            finished_at=AT,
        )
        return (page,)

    async def close(self) -> None:
        """Nothing is held."""

    def times(self, part: str) -> int:
        """How often an address that holds this was asked."""
        return sum(part.lower() in one.lower() for one in self.asked)


async def take_whole(intake: Intake, body: bytes) -> None:
    """Keep a body that is here as a whole."""
    incoming = intake()
    await incoming.write(body)
    await incoming.keep()


def denying(part: str, permissions: Said = REFUSED) -> Callable[[str, str], Said]:
    """Refuses addresses that hold this, and answers for the permissions there."""

    def answer(address: str, _: str) -> Said:
        if part.lower() not in address:
            return NOT_FOUND
        return permissions if address.endswith(PERMISSIONS_PATH.lower()) else REFUSED

    return answer


def _address(ask: Ask) -> str:
    match ask.read:
        case Arm(path=path):
            parent = "" if ask.parent is None else ask.parent.id
            subscription = ask.scope.subscription_id or ""
            return path.replace("{id}", parent).replace("{subscription}", subscription)
        case Graph(path=path):
            return path
        case ResourceGraph(table=table):
            return f"/resource_graph/{table}"
        case ResourceList():
            return f"/subscriptions/{ask.scope.subscription_id}/resources"
        case other:
            raise AssertionError(f"no address is known for {other}")
