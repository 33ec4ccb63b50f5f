"""Log Analytics workspaces: `logging.workspaces` makes them, for their logs hang together."""

from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.kit import Categories, Child, ResourceType


def most(spec: TenantSpec) -> int:
    """Workspaces grow with subscriptions rather than with resources."""
    return max(4, 2 * spec.subscriptions)


TYPE = ResourceType(
    type="Microsoft.OperationalInsights/workspaces",
    naming="log-ngh-{env}-{n:03}",
    weight=3.5,
    most=most,
    versions=("2020-08-01", "2021-12-01-preview", "2022-10-01", "2023-09-01", "2025-02-01"),
    logs=Categories(audit=("Audit",), others=("SummaryLogs", "Jobs"), grouped=True),
    children=(Child(path="tables", purpose="tables"),),
    listed=True,
    leaf=False,
)
