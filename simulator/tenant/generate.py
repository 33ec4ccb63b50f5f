"""Joins the areas into one tenant: Northgate Health on one night."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from simulator.tenant.access import assignments, pim_azure, pim_policies
from simulator.tenant.estate.dates import Dates
from simulator.tenant.estate.dice import Dice
from simulator.tenant.estate.estate import Estate, TenantSpec
from simulator.tenant.identity import (
    applications,
    conditional_access,
    directory,
    people,
    service_principals,
)
from simulator.tenant.inventory import resources, roster
from simulator.tenant.kit.construction import construct
from simulator.tenant.kit.registry import all_types
from simulator.tenant.logging import diagnostics, sql_auditing, workspaces
from simulator.tenant.model import Tenant
from simulator.tenant.posture import policy_states

AREAS = (
    workspaces.generate,
    assignments.generate,
    pim_azure.generate,
    pim_policies.generate,
    people.generate,
    conditional_access.generate,
    directory.generate,
    applications.generate,
    service_principals.generate,
)
"""What is no type of resource by itself, but hangs together."""


def generate(spec: TenantSpec, night: int, as_of: datetime) -> Tenant:
    """The tenant of the spec on that night: equal arguments give equal tenants.

    `as_of` is the instant the evidence speaks for; give nights a day apart to see dates stand
    still. Verdicts are decided first, the configuration is made to have them.

    Raises:
        ValueError: `as_of` without a zone, a negative night, or no subscription.
    """
    if as_of.tzinfo is None:
        raise ValueError("as_of needs a time zone")
    if night < 0 or spec.subscriptions < 1:
        raise ValueError("a tenant needs a night from 0 up and at least one subscription")
    tenant, estate = _made(spec, night, as_of)
    before = _made(spec, night - 1, as_of - timedelta(days=1))[0] if night else tenant
    states = policy_states.rows_of(estate, tenant.truth, before.truth)
    return replace(tenant, tables=tenant.tables | {"policyresources": _by_id(states)})


def _made(spec: TenantSpec, night: int, as_of: datetime) -> tuple[Tenant, Estate]:
    """Everything but what Azure Policy says of it."""
    estate, labels = _estate(spec, night, as_of)
    fragments = [construct(estate, kind) for kind in all_types()]
    fragments += [area(estate) for area in AREAS]
    rows = tuple(_by_id(row for fragment in fragments for row in fragment.rows))
    fragments.append(diagnostics.generate(estate, rows))
    fragments.append(sql_auditing.generate(estate, rows, _joined(one.arm for one in fragments)))
    fragments.append(resources.generate(estate, rows))
    elements, states = resources.subscription_elements(estate)
    truth = [*labels, *states, *(one for fragment in fragments for one in fragment.truth)]
    tenant = Tenant(
        tenant_id=estate.tenant_id,
        seed=spec.seed,
        night=night,
        as_of=as_of,
        subscriptions=elements,
        tables={
            "resources": list(rows),
            "resourcecontainers": _by_id(row for one in fragments for row in one.containers),
            "authorizationresources": _by_id(row for one in fragments for row in one.authorization),
        },
        arm=_joined(one.arm for one in fragments),
        graph=_organization(estate) | _joined(one.graph for one in fragments),
        logs=_joined(one.logs for one in fragments),
        vaults=_joined(one.vaults for one in fragments),
        truth=tuple(sorted(truth, key=lambda one: (one.check, one.subject))),
    )
    return tenant, estate


def _estate(spec: TenantSpec, night: int, as_of: datetime) -> tuple[Estate, tuple[Any, ...]]:
    dice = Dice(spec.seed, night)
    owned = roster.subscriptions(spec, dice)
    everywhere = roster.places(owned)
    enrolled, labels = resources.label(roster.enrol(spec, dice, everywhere), dice)
    estate = Estate(
        spec=spec,
        tenant_id=dice.guid("tenant"),
        dice=dice,
        dates=Dates(as_of, night),
        subscriptions=owned,
        places=everywhere,
        resources=enrolled,
    )
    return estate, labels


def _by_id(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(rows, key=lambda row: row["id"].lower())


def _joined(parts: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _organization(estate: Estate) -> dict[str, Any]:
    organization = {"id": estate.tenant_id, "displayName": "Northgate Health", "tenantType": "AAD"}
    return {"/organization": [organization]}


__all__ = ["TenantSpec", "generate"]
