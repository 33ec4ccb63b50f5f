"""Diagnostic settings of resources, of the services of storage accounts, and of subscriptions.

Expected is what is documented: a resource logs when every category that tells who did what is on
and goes somewhere; an account when each of its services does. A setting of a subscription has no
leading slash in its id and leaves out what it does not use (recorded in 2020).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeAlias

from simulator.tenant.estate.dice import Dice, Ledger
from simulator.tenant.estate.estate import Estate, Fragment, Resource
from simulator.tenant.kit.log_categories import Categories
from simulator.tenant.kit.registry import type_of
from simulator.tenant.kit.resource_type import ResourceType, Row
from simulator.tenant.logging.settings import Target, elsewhere, metrics_only, silent, working

WORKSPACES = "Microsoft.OperationalInsights/workspaces"
DATABASE = "Microsoft.Sql/servers/databases"
PATH = "providers/Microsoft.Insights/diagnosticSettings"
ACTIVITY = ("Administrative", "Security", "ServiceHealth", "Alert", "Recommendation", "Policy")
ENABLED, TO_WORKSPACE = (
    "logging.diagnostic_settings.enabled",
    "logging.diagnostic_settings.to_workspace",
)
LEANING = 0.5
"""Share of databases other than `master` whose own settings do not log who did what."""


Shape: TypeAlias = Callable[[Dice, Target], list[dict[str, Any]]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Logging:
    """A resource whose type can have diagnostic settings."""

    resource: Resource
    kind: ResourceType
    row: Row

    @property
    def categories(self) -> Categories | None:
        """What it can log; None where Azure says that this one has no settings after all."""
        logs = self.kind.logs
        return logs(self.row) if callable(logs) else logs


def generate(estate: Estate, rows: Iterable[dict[str, Any]]) -> Fragment:
    """One list of settings for each resource that logs, and for each part that logs in its stead.

    `rows` are those of the resources.
    """
    ledger, own = Ledger(estate.dice), Ledger(estate.dice)
    asked = tuple(_logging(estate, rows))
    bare = {one.resource.id for one in asked if one.categories is None}
    databases = [one.resource.id for one in asked if one.resource.type == DATABASE]
    masters = {one.resource.id for one in asked if one.resource.name == "master"}
    told = [one.resource.id for one in asked if one.resource.id not in {*bare, *databases}]
    mute = ledger.decide(ENABLED, told)
    away = ledger.decide(TO_WORKSPACE, [one for one in told if one not in mute])
    for subject in mute:
        ledger.expect(TO_WORKSPACE, subject, "fail")
    leaning = own.decide(ENABLED, masters) | own.decide(
        ENABLED, [one for one in databases if one not in masters], share=LEANING
    )
    mute |= leaning
    away |= own.decide(TO_WORKSPACE, [one for one in databases if one not in leaning])
    for subject in bare:
        ledger.expect(ENABLED, subject, "unknown")
        ledger.expect(TO_WORKSPACE, subject, "unknown")
    arm: dict[str, Any] = {}
    for one in asked:
        subject = one.resource.id
        arm |= _settings(
            estate, one, silent if subject in mute else elsewhere if subject in away else working
        )
    arm |= {_path(one.scope): [_activity(estate, one.scope)] for one in estate.subscriptions}
    return Fragment(arm=arm, truth=ledger.truth)


def _logging(estate: Estate, rows: Iterable[dict[str, Any]]) -> Iterator[Logging]:
    shown = {row["id"]: row for row in rows}
    for one in estate.resources:
        kind = type_of(one.type)
        if kind is not None and kind.logs is not None:
            yield Logging(resource=one, kind=kind, row=shown[one.id])


def _settings(estate: Estate, one: Logging, shape: Shape) -> dict[str, Any]:
    """Of the resource; where parts log, one at least has the shape, the others are well."""
    known = one.categories
    if known is None:
        return {}
    target = _target(estate, one.resource, one.resource.id, known)
    if one.kind.logged_parts is None:
        return {_path(target.id): shape(estate.dice, target)}
    parts = one.kind.logged_parts(one.row)
    first = estate.dice.pick(parts, "service", target.id)
    everywhere = estate.dice.share("services", target.id) < 0.5
    arm: dict[str, Any] = {_path(target.id): metrics_only(target) if everywhere else []}
    for part in parts:
        made = shape if everywhere or part == first else working
        below = _target(estate, one.resource, f"{target.id}/{part}", known)
        arm[_path(below.id)] = made(estate.dice, below)
    return arm


def _target(estate: Estate, one: Resource, asked: str, categories: Categories) -> Target:
    group = f"{one.place.group_id}/providers"
    return Target(
        id=asked,
        categories=categories,
        workspace=_workspace(estate, one),
        archive=f"{group}/Microsoft.Storage/storageAccounts/stngharchive",
        hub=f"{group}/Microsoft.EventHub/namespaces/evh-siem/authorizationRules/send",
    )


def _workspace(estate: Estate, one: Resource) -> str:
    """The workspace of the same subscription, else the company's first, else one out of sight."""
    workspace = estate.near(WORKSPACES, one)
    if workspace is not None:
        return workspace.id
    return f"{one.place.group_id}/providers/Microsoft.OperationalInsights/workspaces/log-central"


def _activity(estate: Estate, scope: str) -> dict[str, Any]:
    archive = (
        f"{scope}/resourceGroups/rg-audit/providers/Microsoft.Storage/storageAccounts/stngaudit"
    )
    on = estate.dice.pick((True, True, False), "activity", scope)
    return {
        "id": f"{scope.lstrip('/')}/providers/microsoft.insights/diagnosticSettings/activity",
        "type": None,
        "name": "activity",
        "location": "global",
        "kind": None,
        "tags": None,
        "properties": {
            "storageAccountId": archive,
            "logs": [{"category": category, "enabled": on} for category in ACTIVITY],
        },
        "identity": None,
    }


def _path(asked: str) -> str:
    return f"{asked}/{PATH}".lower()
