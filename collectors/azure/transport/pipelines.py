"""azure-core pipelines over one connection pool, with nothing in them that is not needed."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from typing import Any

from azure.core import AsyncPipelineClient
from azure.core.pipeline.policies import (
    AsyncBearerTokenCredentialPolicy,
    AsyncHTTPPolicy,
    HeadersPolicy,
    RequestIdPolicy,
    SansIOHTTPPolicy,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.core.rest import AsyncHttpResponse, HttpRequest
from azure.mgmt.core import AsyncARMPipelineClient
from azure.mgmt.core.policies import AsyncARMChallengeAuthenticationPolicy

from collectors.azure.clouds import Cloud
from collectors.azure.entrance import Entrance, scope_of
from collectors.azure.transport.limits import Limits, Waiting
from collectors.azure.transport.quota import Quota
from collectors.azure.transport.tries import Contact, Tries
from collectors.azure.transport.wire import open_session

# The SDK's own header policies are typed for its older request class, and serve both.
Policy = AsyncHTTPPolicy[Any, Any] | SansIOHTTPPolicy[Any, Any]
ArmClient = AsyncARMPipelineClient[HttpRequest, AsyncHttpResponse]
GraphClient = AsyncPipelineClient[HttpRequest, AsyncHttpResponse]


class Pipes:
    """The connection pool of a gateway and the pipelines over it. Make it inside the event loop."""

    def __init__(
        self,
        cloud: Cloud,
        entrance: Entrance,
        *,
        now: Callable[[], datetime],
        concurrency: int,
        limits: Limits,
        waiting: Waiting,
    ) -> None:
        self.cloud = cloud
        self._entrance = entrance
        self._now = now
        self._limits = limits
        self._waiting = waiting
        self._quota = Quota(waiting.sleep, waiting.monotonic)
        self._gate = asyncio.Semaphore(concurrency)
        self._contact = Contact()
        self._session = open_session(cloud, concurrency, limits.answer_bytes)
        self.transport = AioHttpTransport(
            session=self._session,
            session_owner=False,
            connection_timeout=limits.connect.total_seconds(),
            read_timeout=limits.answer.total_seconds(),
        )
        self.arm: ArmClient = AsyncARMPipelineClient(
            base_url=cloud.resource_manager,
            policies=self.policies(cloud.resource_manager_audience),
            transport=self.transport,
        )
        self.graph: GraphClient = AsyncPipelineClient(
            base_url=cloud.graph,
            policies=self.policies(cloud.graph_audience),
            transport=self.transport,
        )

    def policies(self, audience: str) -> list[Policy]:
        """Policies of one pipeline. No logging, no tracing, no redirects: a 3xx is an answer."""
        sign_in = (
            AsyncARMChallengeAuthenticationPolicy
            if audience == self.cloud.resource_manager_audience
            else AsyncBearerTokenCredentialPolicy
        )
        return [
            RequestIdPolicy(),
            HeadersPolicy(
                {"Accept-Encoding": "identity", "User-Agent": f"annexa/{version('annexa')}"}
            ),
            Tries(
                cloud=self.cloud,
                limits=self._limits,
                waiting=self._waiting,
                quota=self._quota,
                gate=self._gate,
                contact=self._contact,
                now=self._now,
            ),
            sign_in(self._entrance, scope_of(audience)),
        ]

    async def close(self) -> None:
        """Close every connection."""
        await self._session.close()
