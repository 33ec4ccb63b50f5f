"""Asking one page after another over a pipeline."""

from azure.core.exceptions import AzureError
from azure.core.rest import HttpRequest

from collectors.azure.transport.letter import Letter
from collectors.azure.transport.paging import next_link
from collectors.azure.transport.pipelines import ArmClient, GraphClient
from collectors.kit import Exchange


async def follow(
    client: ArmClient | GraphClient, url: str, key: str, letter: Letter
) -> tuple[Exchange, ...]:
    """All pages of a list, from its first address along the links under `key`."""
    link: str | None = url
    while link is not None and await send(client, HttpRequest("GET", link), letter):
        link = next_of(letter, key)
    return tuple(letter.exchanges)


async def send(client: ArmClient | GraphClient, request: HttpRequest, letter: Letter) -> bool:
    """Whether an answer came: the letter's last exchange holds it, or the fault when none came."""
    try:
        await client.send_request(request, annexa_letter=letter)
    except AzureError:
        if not letter.settled:
            raise
        return False
    return True


def next_of(letter: Letter, key: str) -> str | None:
    """What the last page says of the next; None when it was the last, or no good page."""
    last = letter.exchanges[-1]
    return next_link(last.body, key) if last.status == 200 else None
