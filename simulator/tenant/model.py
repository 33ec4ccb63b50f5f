"""What a tenant holds in one night: the answers Azure would give, and the truth about them."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Truth:
    """One question the generator decided the answer of, before it made the configuration."""

    subject: str
    """Resource id (as Azure writes it), subscription id, or `tenant`."""
    check: str
    """Full id of the check: `<collector id>.<check id>`."""
    expected: str
    """pass, fail or unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TableSpan:
    """What a Log Analytics table holds; a table that is there and empty has no records."""

    oldest: datetime
    newest: datetime
    records: int
    plan: str = "Analytics"
    visible: timedelta | None = None
    """How far back queries see; what is older is archived. None: all of it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tenant:
    """One tenant in one night."""

    tenant_id: str
    seed: int
    night: int
    as_of: datetime
    subscriptions: tuple[dict[str, Any], ...]
    """Elements of GET /subscriptions, api-version 2022-12-01."""
    tables: dict[str, list[dict[str, Any]]]
    """Resource Graph tables (`resources`, `resourcecontainers`, `authorizationresources`), whole
    rows as Resource Graph shows them: lower-case `type`, `subscriptionId`, `resourceGroup`,
    `tenantId`, `tags`, `properties`."""
    arm: dict[str, list[dict[str, Any]] | dict[str, Any]]
    """Lower-case ARM path without query or trailing slash -> a list (served as pages of `value`)
    or an object (served as it is)."""
    graph: dict[str, list[dict[str, Any]] | dict[str, Any]]
    """Lower-case Microsoft Graph path after /v1.0 -> a list (pages of `value`) or an object."""
    logs: dict[str, dict[str, TableSpan]] = field(default_factory=dict)
    """Workspace customer id -> table -> what it holds."""
    vaults: dict[str, dict[str, list[dict[str, Any]]]] = field(default_factory=dict)
    """Vault name -> `keys` | `secrets` | `certificates` -> data-plane list elements."""
    truth: tuple[Truth, ...] = ()
