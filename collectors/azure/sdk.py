"""Two reads through Microsoft's own clients: Log Analytics queries and the ARM resource list.

Their pipelines hold our policies, so raw bytes are kept before the clients parse them; what they
parse only serves to follow pages.
"""

from azure.core.exceptions import AzureError
from azure.mgmt.resource.resources.aio import ResourceManagementClient
from azure.monitor.query.aio import LogsQueryClient

from collectors.azure.entrance import Entrance, scope_of
from collectors.azure.transport.letter import Letter
from collectors.azure.transport.pipelines import Pipes
from collectors.azure.transport.requests import ROWS_PER_PAGE
from collectors.kit import Logs

RESOURCE_LIST_VERSION = "2021-04-01"
"""Version asked of the resource list; the client's own default changes with its releases."""

# What the clients' models raise when an answer is not what they expect: its bytes are kept by then.
_UNREADABLE = (AzureError, ValueError, TypeError, KeyError, AttributeError)


async def ask_logs(
    pipes: Pipes, entrance: Entrance, read: Logs, workspace_id: str, letter: Letter
) -> None:
    """Query one workspace; `workspace_id` is its customerId."""
    client = LogsQueryClient(
        entrance,
        endpoint=pipes.cloud.logs,
        audience=pipes.cloud.logs_audience,
        transport=pipes.transport,
        policies=pipes.policies(pipes.cloud.logs_audience),
    )
    try:
        await client.query_workspace(
            workspace_id, read.kql, timespan=read.timespan, annexa_letter=letter
        )
    except _UNREADABLE:
        if not letter.settled:
            raise


async def ask_resource_list(
    pipes: Pipes, entrance: Entrance, subscription_id: str, letter: Letter
) -> None:
    """List every resource of a subscription, page by page."""
    client = ResourceManagementClient(
        entrance,
        subscription_id,
        base_url=pipes.cloud.resource_manager,
        credential_scopes=[scope_of(pipes.cloud.resource_manager_audience)],
        api_version=RESOURCE_LIST_VERSION,
        transport=pipes.transport,
        policies=pipes.policies(pipes.cloud.resource_manager_audience),
    )
    try:
        async for _ in client.resources.list(top=ROWS_PER_PAGE, annexa_letter=letter).by_page():
            pass
    except _UNREADABLE:
        if not letter.settled:
            raise
