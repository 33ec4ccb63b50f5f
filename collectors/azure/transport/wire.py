"""The connection pool, and the bytes as they came over the wire."""

import asyncio
import ssl
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from urllib.request import getproxies

import aiohttp
from azure.core.rest import AsyncHttpResponse

from collectors.azure.clouds import Cloud
from collectors.azure.intake import Incoming
from collectors.kit.errors import GatewayError


class OverlongError(aiohttp.ClientPayloadError):
    """An answer is larger than what is taken of one."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Arrival:
    """Where the answer of a try goes, and until when it may come."""

    begin: Callable[[], Incoming]
    deadline: asyncio.Timeout

    @contextmanager
    def untimed(self) -> Iterator[None]:
        """What the store takes for a piece is not Azure's: the deadline waits meanwhile."""
        loop, ends = asyncio.get_running_loop(), self.deadline.when()
        began = loop.time()
        self.deadline.reschedule(None)
        yield
        if ends is not None:
            self.deadline.reschedule(ends + loop.time() - began)


_ARRIVAL: ContextVar[_Arrival] = ContextVar("arrival")


@contextmanager
def arriving(begin: Callable[[], Incoming], deadline: asyncio.Timeout) -> Iterator[None]:
    """What is asked inside, in this task, is written to what `begin` gives while it arrives."""
    before = _ARRIVAL.set(_Arrival(begin=begin, deadline=deadline))
    try:
        yield
    finally:
        _ARRIVAL.reset(before)


class ArrivingResponse(aiohttp.ClientResponse):
    """Writes its body where it will be kept, as received and in the pieces in which it comes.

    aiohttp gives a closed response's body to nobody: so it is noted when it is read. azure-core
    unpacks what a server compresses although identity was asked for, however large that becomes
    and whatever its bytes are: so it is shown nothing of such an answer.
    """

    most = 0
    """Bytes that are read at most."""
    received: bytes | None = None

    async def read(self) -> bytes:
        """Read the whole body once. Raises OverlongError, and hangs up, beyond `most` bytes."""
        if self.received is None:
            self.received = await self._taken(_ARRIVAL.get())
        return b"" if is_encoded(self.headers) else self.received

    async def _taken(self, arrival: _Arrival) -> bytes:
        incoming, size = arrival.begin(), 0
        with ExitStack() as unread:
            unread.callback(self.close)
            self._need_bounded(self.content_length or 0)
            async for piece in self.content.iter_any():
                size += len(piece)
                self._need_bounded(size)
                with arrival.untimed():
                    await incoming.write(piece)
            with arrival.untimed():
                body = await incoming.body()
            unread.pop_all()  # all is here: the connection serves the next request
        return body

    def _need_bounded(self, size: int) -> None:
        if size > self.most:
            raise OverlongError(f"The answer has more than {self.most} bytes.")


def is_encoded(headers: Mapping[str, str]) -> bool:
    """Whether a body was compressed (RFC 9110, 8.4). Names in lower case, or of either."""
    return headers.get("content-encoding", "identity").lower() != "identity"


def received_bytes(response: AsyncHttpResponse) -> bytes:
    """Body of a response whose transport has read it, byte for byte as the server sent it."""
    inner: ArrivingResponse = response.internal_response  # type: ignore[attr-defined] # untyped
    return inner.received or b""


def open_session(cloud: Cloud, concurrency: int, most: int) -> aiohttp.ClientSession:
    """A pool of connections that trusts the cloud's CA only. Raises GatewayError `untrusted_ca`.

    `most` is how many bytes of one body are read.

    The TLS context lives in the connector: given to azure-core as connection_verify it would be
    built anew for every request, and no connection would ever be used twice.
    """
    try:
        trust = ssl.create_default_context(cafile=cloud.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise GatewayError(
            "untrusted_ca",
            f"The CA file {cloud.ca_file} of the cloud cannot be used ({type(error).__name__}); "
            "give a PEM file with the CA's certificate.",
        ) from error
    return aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(ssl=trust, limit=concurrency),
        response_class=type("BoundedResponse", (ArrivingResponse,), {"most": most}),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
        trust_env=bool(getproxies()),  # costs two threads' hops a request; also reads .netrc
    )
