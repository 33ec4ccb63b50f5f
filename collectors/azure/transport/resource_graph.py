"""Resource Graph: pages by skip token, smaller ones when Azure finds a page too large."""

from datetime import timedelta

from azure.core.rest import HttpRequest

from collectors.azure.transport.follow import next_of, send
from collectors.azure.transport.letter import Letter
from collectors.azure.transport.pipelines import Pipes
from collectors.azure.transport.requests import (
    ROWS_PER_PAGE,
    Estate,
    graph_query_body,
    resource_graph_url,
)
from collectors.kit import Attempt, Exchange, ResourceGraph


async def ask_resource_graph(
    pipes: Pipes, read: ResourceGraph, estate: Estate, letter: Letter
) -> tuple[Exchange, ...]:
    """All pages of a query. A refused scope is an answer: it is never narrowed silently."""
    url = resource_graph_url(pipes.cloud)
    headers = {"Content-Type": "application/json"}
    top, token = ROWS_PER_PAGE, None
    while True:
        body = graph_query_body(read, estate, top=top, skip_token=token)
        request = HttpRequest("POST", url, headers=headers, content=body)
        if not await send(pipes.arm, request, letter):
            break
        if top > 1 and _too_large(letter.exchanges[-1]):
            top //= 2
            _ask_again(letter)
            continue
        token = next_of(letter, "$skipToken")
        if token is None:
            break
    return tuple(letter.exchanges)


def _too_large(exchange: Exchange) -> bool:
    # Over 16 MiB Resource Graph refuses the page; half the rows are half the bytes.
    return exchange.status == 400 and b"ResponsePayloadTooLarge" in exchange.body


def _ask_again(letter: Letter) -> None:
    refused = letter.exchanges.pop()
    again = Attempt(status=refused.status, waited=timedelta(0))
    letter.refused.extend((*refused.attempts, again))
