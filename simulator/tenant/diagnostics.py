"""Diagnostic settings of resources, of the services of storage accounts, and of subscriptions.

Expected is what is documented: a resource logs when every category that tells who did what is on
and goes somewhere; an account when each of its services does. A setting of a subscription has no
leading slash in its id and leaves out what it does not use (recorded in 2020).
"""

from typing import Any

from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource
from simulator.tenant.kinds import (
    ACCOUNT_SERVICES,
    WITHOUT_SETTINGS,
    account_kind,
    is_function,
    site_kind,
)
from simulator.tenant.log_categories import BY_TYPE, FUNCTION, STORAGE, Categories
from simulator.tenant.settings import Target, elsewhere, metrics_only, silent, working

ACCOUNT, SITE = "microsoft.storage/storageaccounts", "microsoft.web/sites"
DATABASE = "microsoft.sql/servers/databases"
SUPPORTED = frozenset({*BY_TYPE, ACCOUNT})
"""Types that have diagnostic settings, as Resource Graph writes them."""
PATH = "providers/Microsoft.Insights/diagnosticSettings"
ACTIVITY = ("Administrative", "Security", "ServiceHealth", "Alert", "Recommendation", "Policy")
ENABLED, TO_WORKSPACE = (
    "logging.diagnostic_settings.enabled",
    "logging.diagnostic_settings.to_workspace",
)
LEANING = 0.5
"""Share of databases other than `master` whose own settings do not log who did what."""


def generate(estate: Estate) -> Fragment:
    """One list of settings for each supported resource, and for each service of an account."""
    ledger, own = Ledger(estate.dice), Ledger(estate.dice)
    asked = [one for one in estate.resources if one.type.lower() in SUPPORTED]
    bare = {one.id for one in asked if _unsupported(estate, one)}
    databases = [one.id for one in asked if one.type.lower() == DATABASE]
    masters = {one.id for one in asked if one.name == "master"}
    told = [one.id for one in asked if one.id not in {*bare, *databases}]
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
        shape = silent if one.id in mute else elsewhere if one.id in away else working
        if one.type.lower() == ACCOUNT:
            arm |= _account(estate, one, shape)
        elif one.id not in bare:
            arm[_path(one.id)] = shape(estate.dice, _target(estate, one, one.id))
    arm |= {_path(one.scope): [_activity(estate, one.scope)] for one in estate.subscriptions}
    return Fragment(arm=arm, truth=ledger.truth)


def _unsupported(estate: Estate, one: Resource) -> bool:
    return one.type.lower() == SITE and site_kind(estate.dice, one) == WITHOUT_SETTINGS


def _account(estate: Estate, one: Resource, shape: Any) -> dict[str, Any]:
    """A service at least has the shape, the others log to the workspace."""
    services = ACCOUNT_SERVICES[account_kind(estate.dice, one)]
    first = estate.dice.pick(services, "service", one.id)
    everywhere = estate.dice.share("services", one.id) < 0.5
    own = metrics_only(_target(estate, one, one.id))
    arm: dict[str, Any] = {_path(one.id): own if everywhere else []}
    for service in services:
        found = shape if everywhere or service == first else working
        target = _target(estate, one, f"{one.id}/{service}Services/default")
        arm[_path(target.id)] = found(estate.dice, target)
    return arm


def _target(estate: Estate, one: Resource, asked: str) -> Target:
    group = f"{one.place.group_id}/providers"
    return Target(
        id=asked,
        categories=_categories(estate, one),
        workspace=_workspace(estate, one),
        archive=f"{group}/Microsoft.Storage/storageAccounts/stngharchive",
        hub=f"{group}/Microsoft.EventHub/namespaces/evh-siem/authorizationRules/send",
    )


def _categories(estate: Estate, one: Resource) -> Categories:
    kind = one.type.lower()
    if kind == ACCOUNT:
        return STORAGE
    if kind == SITE and is_function(site_kind(estate.dice, one)):
        return FUNCTION
    return BY_TYPE[kind]


def _workspace(estate: Estate, one: Resource) -> str:
    """The workspace of the same subscription, else the company's first, else one out of sight."""
    workspace = estate.near("workspace", one)
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
