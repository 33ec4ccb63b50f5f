"""Microsoft Graph asked for many ids at once: getByIds and JSON batches."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from azure.core.rest import HttpRequest

from collectors.azure.transport.follow import next_of, send
from collectors.azure.transport.letter import Letter
from collectors.azure.transport.limits import RETRIED, Limits, Waiting, asked_wait, backoff
from collectors.azure.transport.pipelines import Pipes
from collectors.azure.transport.requests import batch_body, batch_url, objects_body, objects_url
from collectors.kit import Exchange, GraphBatch
from collectors.kit.answers.batches import IDS_PER_REQUEST, OBJECT, REQUESTS_PER_BATCH

NEXT = "@odata.nextLink"
JSON = {"Content-Type": "application/json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Patience:
    """How long requests inside a batch are asked again."""

    limits: Limits
    waiting: Waiting
    now: Callable[[], datetime]


async def ask_batch(
    pipes: Pipes, read: GraphBatch, ids: Sequence[str], letter: Letter, patience: Patience
) -> tuple[Exchange, ...]:
    """Everything about the ids: their objects, or the list at the read's path of each.

    An object that getByIds leaves out is asked for by itself: only 404 says that it is gone.
    """
    if read.path is not None:
        await _lists(pipes, read.path, ids, letter, patience)
        return tuple(letter.exchanges)
    missing: list[str] = []
    for chunk in _chunks(ids, IDS_PER_REQUEST):
        request = HttpRequest(
            "POST", objects_url(pipes.cloud), headers=JSON, content=objects_body(chunk)
        )
        if await send(pipes.graph, request, letter) and letter.exchanges[-1].status == 200:
            there = _ids_in(letter.exchanges[-1].body)
            missing += [one for one in chunk if one.lower() not in there]
    await _lists(pipes, OBJECT, missing, letter, patience)
    return tuple(letter.exchanges)


async def _lists(
    pipes: Pipes, path: str, ids: Iterable[str], letter: Letter, patience: Patience
) -> None:
    for chunk in _chunks(ids, REQUESTS_PER_BATCH):
        links = await _batch(pipes, path, chunk, letter, patience)
        for own, link in links.items():
            await _follow(pipes, own, link, letter)


async def _batch(
    pipes: Pipes, path: str, ids: Sequence[str], letter: Letter, patience: Patience
) -> dict[str, str]:
    """Next link of each id that has one. What is refused for a while is asked again, bounded."""
    left, links, spent, url = list(ids), dict[str, str](), timedelta(0), batch_url(pipes.cloud)
    for tried in range(1, patience.limits.tries + 1):
        body = batch_body(path, left)
        letter.asked.discard((url, body))  # the same again is no loop: Azure asked to wait
        request = HttpRequest("POST", url, headers=JSON, content=body)
        if not await send(pipes.graph, request, letter):
            break
        answers = _answers(letter.exchanges[-1])
        links |= {own: link for own, one in answers.items() if (link := _link(one)) is not None}
        left = [one for one in left if _status(answers.get(one.lower())) in RETRIED]
        wait = _wait([answers[one.lower()] for one in left], tried, patience)
        if not left or tried == patience.limits.tries or spent + wait > patience.limits.total_wait:
            break
        await patience.waiting.sleep(wait.total_seconds())
        spent += wait
    return links


async def _follow(pipes: Pipes, own: str, link: str, letter: Letter) -> None:
    """The further pages of one id's list; they bear its name. Never to another host."""
    letter.subject = own
    following: str | None = link
    while following is not None and await send(pipes.graph, HttpRequest("GET", following), letter):
        following = next_of(letter, NEXT)
    letter.subject = None


def _wait(refused: Sequence[Mapping[str, Any]], tried: int, patience: Patience) -> timedelta:
    """The longest wait that a refused request asks for, else as for any other request."""
    asked = [asked_wait(_headers(one), patience.now()) for one in refused]
    own = backoff(patience.limits, tried, patience.waiting.jitter())
    return max((wait for wait in asked if wait is not None), default=own)


def _answers(exchange: Exchange) -> dict[str, Mapping[str, Any]]:
    body = _parsed(exchange.body) if exchange.status == 200 else None
    responses = body.get("responses") if isinstance(body, dict) else None
    each = responses if isinstance(responses, list) else ()
    return {str(one.get("id")).lower(): one for one in each if isinstance(one, dict)}


def _status(answer: Mapping[str, Any] | None) -> Any:
    return None if answer is None else answer.get("status")


def _link(answer: Mapping[str, Any]) -> str | None:
    body = answer.get("body")
    link = body.get(NEXT) if isinstance(body, dict) and _status(answer) == 200 else None
    return link if isinstance(link, str) and link else None


def _headers(answer: Mapping[str, Any]) -> dict[str, str]:
    headers = answer.get("headers")
    given = headers if isinstance(headers, dict) else {}
    return {str(name).lower(): str(value) for name, value in given.items()}


def _ids_in(body: bytes) -> frozenset[str]:
    page = _parsed(body)
    elements = page.get("value") if isinstance(page, dict) else None
    each = elements if isinstance(elements, list) else ()
    return frozenset(str(one.get("id")).lower() for one in each if isinstance(one, dict))


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _chunks(ids: Iterable[str], size: int) -> Iterable[list[str]]:
    each = iter(ids)
    while chunk := list(islice(each, size)):
        yield chunk
