"""The live gateway: asks Azure for each kind of read and hands back what came, byte for byte."""

from collections.abc import Callable
from datetime import datetime

from azure.core.credentials_async import AsyncTokenCredential

from collectors.azure.clouds import Cloud
from collectors.azure.entrance import AudienceRefusedError, Entrance, scope_of
from collectors.azure.gateway import Ask
from collectors.azure.intake import Intake
from collectors.azure.principal import principal_of
from collectors.azure.sdk import RESOURCE_LIST_VERSION, ask_logs, ask_resource_list
from collectors.azure.transport import requests
from collectors.azure.transport.follow import follow
from collectors.azure.transport.graph_batch import Patience, ask_batch
from collectors.azure.transport.letter import Letter
from collectors.azure.transport.limits import Limits, Waiting
from collectors.azure.transport.pipelines import Pipes
from collectors.azure.transport.provenance import Principal
from collectors.azure.transport.quota import QUERIES, TENANT_READS, Lane, subscription_lane
from collectors.azure.transport.requests import Estate
from collectors.azure.transport.resource_graph import ask_resource_graph
from collectors.kit import (
    Arm,
    Exchange,
    GapKind,
    Graph,
    GraphBatch,
    Logs,
    Read,
    ResourceGraph,
    ResourceList,
)
from collectors.kit.errors import CatalogError


class LiveGateway:
    """Implements Gateway over azure-core pipelines and one connection pool.

    `subscriptions` narrows Resource Graph to those; empty asks the tenant's root management group,
    and a refusal of that is an answer like any other: it is never narrowed silently. Takes over
    the credential and closes it. One event loop.
    """

    def __init__(
        self,
        cloud: Cloud,
        credential: AsyncTokenCredential,
        tenant_id: str,
        *,
        now: Callable[[], datetime],
        subscriptions: tuple[str, ...] = (),
        concurrency: int = 24,
        limits: Limits | None = None,
        waiting: Waiting | None = None,
    ) -> None:
        self._cloud = cloud
        self._entrance = Entrance(credential, cloud)
        self._tenant_id = tenant_id
        self._now = now
        self._subscriptions = subscriptions
        self._concurrency = concurrency
        self._limits = limits or Limits()
        self._waiting = waiting or Waiting()
        self._pipes: Pipes | None = None

    async def ask(self, ask: Ask, intake: Intake) -> tuple[Exchange, ...]:
        """Ask, page by page, to the end or to the first page that could not be had."""
        pipes = self._open()
        match await self._named(ask.read):
            case ResourceGraph() as read:
                version = requests.RESOURCE_GRAPH_VERSION
                letter = self._letter(ask, intake, version, lane=QUERIES)
                whose = Estate(tenant_id=self._tenant_id, subscriptions=self._subscriptions)
                return await ask_resource_graph(pipes, read, whose, letter)
            case Arm() as read:
                letter = self._letter(ask, intake, read.api_version, lane=_arm_lane(ask))
                url = requests.arm_url(self._cloud, ask, read)
                return await follow(pipes.arm, url, "nextLink", letter)
            case Graph() as read:
                home = self._cloud.graph
                letter = self._letter(ask, intake, requests.GRAPH_VERSION, home=home)
                url = requests.graph_url(self._cloud, read)
                return await follow(pipes.graph, url, "@odata.nextLink", letter)
            case GraphBatch() as read:
                letter = self._letter(ask, intake, requests.GRAPH_VERSION, home=self._cloud.graph)
                patience = Patience(limits=self._limits, waiting=self._waiting, now=self._now)
                return await ask_batch(pipes, read, ask.ids, letter, patience)
            case Logs() as read:
                return await self._logs(pipes, ask, read, intake)
            case ResourceList():
                return await self._resource_list(pipes, ask, intake)

    async def _named(self, read: Read) -> Read:
        """A read that speaks of the identity, with its object id as the token says it."""
        if requests.named_self(read, "") == read:
            return read
        identity = principal_of(await self._entrance.main_token()).object_id
        return requests.named_self(read, identity or requests.NO_IDENTITY)

    async def principal(self) -> Principal:
        """Who asks, as its tokens name it. Raises GatewayError without one for Resource Manager."""
        main = await self._entrance.main_token()
        try:
            graph = await self._entrance.get_token(scope_of(self._cloud.graph_audience))
        except AudienceRefusedError:
            return principal_of(main)
        return principal_of(main, graph.token)

    async def close(self) -> None:
        """Release connections, those of the credential too."""
        if self._pipes is not None:
            await self._pipes.close()
        await self._entrance.close()

    def _open(self) -> Pipes:
        if self._pipes is None:
            self._pipes = Pipes(
                self._cloud,
                self._entrance,
                now=self._now,
                concurrency=self._concurrency,
                limits=self._limits,
                waiting=self._waiting,
            )
        return self._pipes

    def _letter(
        self,
        ask: Ask,
        intake: Intake,
        api_version: str,
        *,
        home: str | None = None,
        lane: Lane | None = None,
    ) -> Letter:
        return Letter(
            name=ask.name,
            subject=_subject(ask),
            api_version=api_version,
            home=home or self._cloud.resource_manager,
            lane=lane,
            intake=intake,
        )

    async def _logs(
        self, pipes: Pipes, ask: Ask, read: Logs, intake: Intake
    ) -> tuple[Exchange, ...]:
        letter = self._letter(ask, intake, requests.LOGS_VERSION, home=self._cloud.logs)
        workspace_id = None if ask.parent is None else ask.parent["properties.customerId"]
        if not isinstance(workspace_id, str) or not workspace_id:
            # Azure's list did not tell the workspace's id: there is no address to ask.
            url = f"{letter.home}/{letter.api_version}/workspaces"
            await letter.deliver(letter.nothing("POST", url, GapKind.MALFORMED, self._now()))
        else:
            await ask_logs(pipes, self._entrance, read, workspace_id, letter)
        return tuple(letter.exchanges)

    async def _resource_list(self, pipes: Pipes, ask: Ask, intake: Intake) -> tuple[Exchange, ...]:
        if ask.scope.subscription_id is None:
            raise CatalogError(f"Read '{ask.name}' lists a subscription and was asked tenant-wide.")
        letter = self._letter(ask, intake, RESOURCE_LIST_VERSION, lane=_arm_lane(ask))
        await ask_resource_list(pipes, self._entrance, ask.scope.subscription_id, letter)
        return tuple(letter.exchanges)


def _subject(ask: Ask) -> str | None:
    return ask.scope.subscription_id if ask.parent is None else ask.parent.id


def _arm_lane(ask: Ask) -> Lane:
    within = ask.scope.subscription_id or (ask.parent.subscription_id if ask.parent else None)
    return TENANT_READS if within is None else subscription_lane(within)
