"""The innermost policy of our own: pace, try, wait, try again, then keep the raw answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

import aiohttp
from azure.core.exceptions import (
    AzureError,
    IncompleteReadError,
    ServiceRequestTimeoutError,
    ServiceResponseTimeoutError,
)
from azure.core.pipeline import PipelineRequest, PipelineResponse
from azure.core.pipeline.policies import AsyncHTTPPolicy
from azure.core.rest import AsyncHttpResponse, HttpRequest

from collectors.azure.clouds import Cloud
from collectors.azure.entrance import AudienceRefusedError, unreachable, untrusted
from collectors.azure.transport.letter import Letter
from collectors.azure.transport.limits import RETRIED, Limits, Waiting, asked_wait, backoff
from collectors.azure.transport.paging import same_host
from collectors.azure.transport.provenance import kept_headers
from collectors.azure.transport.quota import Quota
from collectors.azure.transport.wire import OverlongError, arriving, is_encoded, received_bytes
from collectors.kit import Attempt, Exchange, GapKind

Asked: TypeAlias = PipelineRequest[HttpRequest]
Answer: TypeAlias = PipelineResponse[HttpRequest, AsyncHttpResponse]


class NotFollowedError(AzureError):
    """A next link leads to another host (the token is not sent there) or back to a page we have."""


@dataclass(kw_only=True, slots=True)
class Contact:
    """Whether any host has answered yet in this gateway's life."""

    made: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class _Outcome:
    started_at: datetime
    finished_at: datetime
    answer: Answer | None = None
    error: AzureError | None = None

    @property
    def status(self) -> int | None:
        return None if self.answer is None else self.answer.http_response.status_code


class Tries(AsyncHTTPPolicy[HttpRequest, AsyncHttpResponse]):
    """Sends a request until there is a final answer, and writes the Exchange.

    The raw body has been kept when `send` returns: outer policies and SDK clients parse after that.
    Raises the last AzureError when no answer came (the Exchange then carries the fault), and
    GatewayError when nothing can be asked at all.
    """

    def __init__(
        self,
        *,
        cloud: Cloud,
        limits: Limits,
        waiting: Waiting,
        quota: Quota,
        gate: asyncio.Semaphore,
        contact: Contact,
        now: Callable[[], datetime],
    ) -> None:
        super().__init__()
        self._cloud = cloud
        self._limits = limits
        self._waiting = waiting
        self._quota = quota
        self._gate = gate
        self._contact = contact
        self._now = now

    async def send(self, request: Asked) -> Answer:
        """Ask until answered, bounded by the limits."""
        letter: Letter = request.context.options.pop("annexa_letter")
        letter.settled = False
        if (reason := self._not_followed(request.http_request, letter)) is not None:
            await letter.deliver(self._unsent(request.http_request, letter))
            raise NotFollowedError(reason)
        try:
            return await self._send(request, letter)
        finally:
            letter.drop()

    async def _send(self, request: Asked, letter: Letter) -> Answer:
        attempts = list(letter.refused)
        letter.refused.clear()
        tried, spent = 1, timedelta(0)
        while True:
            outcome = await self._once(request, letter)
            wait = self._wait_after(outcome, tried, spent)
            if wait is None:
                break
            letter.drop()
            attempts.append(Attempt(status=outcome.status, waited=wait))
            await self._waiting.sleep(wait.total_seconds())
            tried, spent = tried + 1, spent + wait
        return await self._deliver(request, letter, outcome, tuple(attempts))

    def _not_followed(self, request: HttpRequest, letter: Letter) -> str | None:
        """Why this page is not asked for; None when it is."""
        if not same_host(request.url, letter.home):
            return "The next link leads to another host."
        page = (request.url, _sent_body(request))
        if page in letter.asked or len(letter.asked) >= self._limits.pages:
            return "The list does not end."
        if letter.received >= self._limits.list_bytes:
            return "The list is larger than what is taken of one."
        letter.asked.add(page)
        return None

    def _unsent(self, request: HttpRequest, letter: Letter) -> Exchange:
        """A page that was announced and not asked for: the list is truncated there."""
        url = request.url.partition("?")[0]  # what another host put there is not ours to repeat
        return letter.nothing(request.method, url, GapKind.TRUNCATED, self._now())

    async def _once(self, request: Asked, letter: Letter) -> _Outcome:
        await self._quota.take(letter.lane)
        headers: dict[str, str] = {}
        try:
            async with self._gate:
                outcome = await self._timed(request, letter)
            if outcome.answer is not None:
                self._contact.made = True
                received = outcome.answer.http_response.headers
                headers = {name.lower(): value for name, value in received.items()}
        finally:
            self._quota.answered(letter.lane, headers)
        return outcome

    async def _timed(self, request: Asked, letter: Letter) -> _Outcome:
        started = self._now()
        try:
            async with asyncio.timeout(self._limits.answer.total_seconds()) as deadline:
                with arriving(letter.begin, deadline):
                    answer = await self.next.send(request)
        except TimeoutError as error:
            late = ServiceResponseTimeoutError("The answer took too long.", error=error)
            return _Outcome(started_at=started, finished_at=self._now(), error=late)
        except AzureError as error:
            return _Outcome(started_at=started, finished_at=self._now(), error=error)
        return _Outcome(started_at=started, finished_at=self._now(), answer=answer)

    def _wait_after(self, outcome: _Outcome, tried: int, spent: timedelta) -> timedelta | None:
        """How long to wait for another try; None when this outcome is the last."""
        limit = self._limits.tries
        if outcome.error is not None and self._is_a_wrong_address(outcome.error):
            limit = self._limits.tries_on_first_contact
        if tried >= limit or not _worth_another(outcome):
            return None
        wait = None
        if outcome.answer is not None:
            wait = asked_wait(_lower(outcome.answer), outcome.finished_at)
        if wait is None:
            wait = backoff(self._limits, tried, self._waiting.jitter())
        return wait if spent + wait <= self._limits.total_wait else None

    def _is_a_wrong_address(self, error: AzureError) -> bool:
        return not self._contact.made and _never_reached(error)

    async def _deliver(
        self, request: Asked, letter: Letter, outcome: _Outcome, attempts: tuple[Attempt, ...]
    ) -> Answer:
        sent = request.http_request
        body, headers = b"", {}
        if outcome.answer is not None:
            body = received_bytes(outcome.answer.http_response)
            headers = kept_headers(_lower(outcome.answer), sent.headers)
        else:
            letter.drop()  # a part of an answer is not what Azure said
        if outcome.error is not None and self._is_a_wrong_address(outcome.error):
            raise unreachable(outcome.error, letter.home, self._cloud) from outcome.error
        await letter.deliver(
            Exchange(
                read=letter.name,
                subject=letter.subject,
                method=sent.method,
                url=sent.url,
                api_version=letter.api_version,
                request_body=_sent_body(sent),
                status=outcome.status,
                headers=headers or kept_headers({}, sent.headers),
                body=body,
                started_at=outcome.started_at,
                finished_at=outcome.finished_at,
                attempts=attempts,
                fault=None if outcome.error is None else _fault(outcome.error),
            )
        )
        if outcome.answer is None:
            raise outcome.error or AzureError("No answer.")
        if is_encoded(_lower(outcome.answer)):
            # what a client would unpack has no bound, and nobody asked for it
            raise AzureError("The answer is compressed.")
        return outcome.answer


def _worth_another(outcome: _Outcome) -> bool:
    if outcome.answer is not None:
        return outcome.status in RETRIED
    lasting = isinstance(outcome.error, AudienceRefusedError) or _is_overlong(outcome.error)
    return not (lasting or (outcome.error is not None and untrusted(outcome.error)))


def _is_overlong(error: AzureError | None) -> bool:
    return error is not None and isinstance(error.inner_exception, OverlongError)


def _never_reached(error: AzureError) -> bool:
    """No connection at all: wrong address, closed port, untrusted certificate."""
    cause = error.__cause__ or error.inner_exception
    return isinstance(error, ServiceRequestTimeoutError) or isinstance(
        cause, aiohttp.ClientConnectorError | aiohttp.ClientSSLError
    )


def _fault(error: AzureError) -> GapKind:
    if isinstance(error, AudienceRefusedError):
        return error.kind
    if isinstance(error, IncompleteReadError):
        return GapKind.TRUNCATED
    if isinstance(error, ServiceRequestTimeoutError | ServiceResponseTimeoutError):
        return GapKind.TIMEOUT
    return GapKind.UNAVAILABLE


def _sent_body(request: HttpRequest) -> bytes | None:
    content = request.content
    if isinstance(content, str):
        return content.encode()
    return content if isinstance(content, bytes) else None


def _lower(answer: Answer) -> dict[str, str]:
    return {name.lower(): value for name, value in answer.http_response.headers.items()}
