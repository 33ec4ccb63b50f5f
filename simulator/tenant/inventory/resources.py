"""Subscriptions, tags, resource groups and the second route that counts resources."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from simulator.tenant.estate import management_groups
from simulator.tenant.estate.dates import ticks
from simulator.tenant.estate.dice import Dice, Ledger
from simulator.tenant.estate.estate import Estate, Fragment, Resource, Subscription
from simulator.tenant.model import Truth

OWNERS = ("clinical-apps", "cloud-platform", "data-services", "imaging-it", "patient-access")
PLAIN = ("Internal", "Confidential")
WARNED = ("Warned", "PastDue", "Disabled")
BILLING_QUOTA = "AAD_2015-09-01"


def label(
    resources: Iterable[Resource], dice: Dice
) -> tuple[tuple[Resource, ...], tuple[Truth, ...]]:
    """Give every resource its tags: who lacks an owner or a classification is decided first."""
    everyone = tuple(resources)
    ledger = Ledger(dice)
    # The master database of a server does not support tags: nobody can be asked for one.
    taggable = [one.id for one in everyone if one.name != "master" and not one.odd]
    ownerless = ledger.decide("inventory.resources.owner_tag", taggable)
    unclassified = ledger.decide("inventory.resources.classified", taggable)
    for one in everyone:
        if one.odd:
            ledger.expect("inventory.resources.owner_tag", one.id, "pass")
            ledger.expect("inventory.resources.classified", one.id, "pass")
    tagged = tuple(
        one
        if one.name == "master"
        else replace(one, tags=_tags(one, dice, ownerless, unclassified))
        for one in everyone
    )
    return tagged, ledger.truth


def _tags(
    one: Resource, dice: Dice, ownerless: set[str], unclassified: set[str]
) -> dict[str, str] | None:
    no_owner, no_class = one.id in ownerless, one.id in unclassified
    if no_owner and no_class and dice.share("bare", one.id) < 0.7:
        return dice.pick(({}, None), "bare", one.id)
    tags = {"workload": one.place.workload, "environment": one.place.subscription.environment}
    if not no_class:
        tags["dataClassification"] = "PHI" if one.odd else _classification(one, dice)
    if not no_owner:
        tags["owner"] = dice.pick(OWNERS, "owner", one.place.group)
    elif dice.share("blank", one.id) < 0.3:
        tags["owner"] = ""
    return tags


def _classification(one: Resource, dice: Dice) -> str:
    """Patients' data is in the production of every workload but the platform."""
    if one.place.subscription.environment == "prod" and one.place.workload != "platform":
        return dice.pick(("PHI",) * 9 + ("phi",), "spelling", one.id)
    return dice.pick(PLAIN, "classification", one.place.group)


def subscription_elements(estate: Estate) -> tuple[tuple[dict[str, Any], ...], tuple[Truth, ...]]:
    """Elements of GET /subscriptions, and what is expected of their state."""
    ledger = Ledger(estate.dice)
    scopes = [one.scope for one in estate.subscriptions]
    ailing = ledger.decide("inventory.resources.subscription_enabled", scopes)
    for scope in scopes:  # the collecting identity may read everything, until a lever takes it
        ledger.expect("access.collector_rights.permitted", scope, "pass")
    elements = tuple(
        _element(estate, one, ailing=one.scope in ailing) for one in estate.subscriptions
    )
    if estate.spec.billing_shell:
        shell = _shell(estate)
        ledger.expect("inventory.resources.subscription_enabled", shell["id"], "pass")
        elements = (*elements, shell)
    return elements, ledger.truth


def is_shell(subscription: Mapping[str, Any]) -> bool:
    """Is an element of the list the one that only bills Entra ID?"""
    return (subscription.get("subscriptionPolicies") or {}).get("quotaId") == BILLING_QUOTA


def _shell(estate: Estate) -> dict[str, Any]:
    """As seen in Azure/GuardrailsSolutionAccelerator issue 403."""
    own = estate.dice.guid("billing shell")
    name = "Access to Azure Active Directory"
    shell = Subscription(id=own, name=name, environment="billing")
    offer = {
        "locationPlacementId": "Public_2014-09-01",
        "quotaId": BILLING_QUOTA,
        "spendingLimit": "On",
    }
    element = _element(estate, shell, ailing=False) | {"subscriptionPolicies": offer}
    return {key: value for key, value in element.items() if key != "tags"}


def _element(estate: Estate, one: Subscription, *, ailing: bool) -> dict[str, Any]:
    return {
        "id": one.scope,
        "subscriptionId": one.id,
        "tenantId": estate.tenant_id,
        "displayName": one.name,
        "state": estate.dice.pick(WARNED, "state", one.id) if ailing else "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
        "authorizationSource": "RoleBased",
        "managedByTenants": [{"tenantId": estate.dice.guid("managing tenant")}],
        "tags": {"environment": one.environment, "costCenter": "4100"},
    }


def generate(estate: Estate, rows: tuple[dict[str, Any], ...]) -> Fragment:
    """Resource groups, and each subscription's resource list by Azure Resource Manager.

    Where `complete` shall fail the two routes disagree by one resource, as they do while
    Resource Graph has not yet seen a new or a deleted resource.
    """
    ledger = Ledger(estate.dice)
    subjects = [one.id for one in estate.subscriptions]
    differing = ledger.decide("inventory.resources.complete", subjects)
    names = {one.id: one.type for one in estate.resources}
    listed: dict[str, list[dict[str, Any]]] = {one: [] for one in subjects}
    for row in rows:
        listed[row["subscriptionId"]].append(_listed(estate, row, names[row["id"]]))
    for subject in sorted(differing):
        _make_differ(estate, subject, listed[subject])
    return Fragment(
        containers=_containers(estate),
        arm={f"/subscriptions/{one}/resources": elements for one, elements in listed.items()},
        truth=ledger.truth,
    )


def _listed(estate: Estate, row: dict[str, Any], azure_type: str) -> dict[str, Any]:
    created = ticks(estate.dates.past(estate.dice.number(40, 900, "created", row["id"])))
    element = {"id": row["id"], "name": row["name"], "type": azure_type}
    for key in ("sku", "kind", "identity", "tags"):
        if row[key]:
            element[key] = row[key]
    return element | {
        "location": row["location"],
        "createdTime": created,
        "changedTime": created,
        "provisioningState": "Succeeded",
    }


def _make_differ(estate: Estate, subject: str, elements: list[dict[str, Any]]) -> None:
    if len(elements) > 1 and estate.dice.share("differ", subject) < 0.5:
        elements.pop()
        return
    place = next(one for one in estate.places if one.subscription.id == subject)
    name = f"snap-{place.short}-{estate.dice.number(100, 999, 'snapshot', subject)}"
    elements.append(
        {
            "id": f"{place.group_id}/providers/Microsoft.Compute/snapshots/{name}",
            "name": name,
            "type": "Microsoft.Compute/snapshots",
            "location": place.location,
            "sku": {"name": "Standard_LRS", "tier": "Standard"},
            "createdTime": ticks(estate.dates.midnight),
            "changedTime": ticks(estate.dates.midnight),
            "provisioningState": "Succeeded",
        }
    )


def _containers(estate: Estate) -> tuple[dict[str, Any], ...]:
    subscriptions = (
        _container(estate, one.scope, one.name, "microsoft.resources/subscriptions", one.id)
        | {
            "properties": {
                "state": "Enabled",
                "managedByTenants": [],
                "managementGroupAncestorsChain": management_groups.chain(estate, one),
            }
        }
        for one in estate.subscriptions
    )
    groups = (
        _container(
            estate,
            one.group_id,
            one.group,
            "microsoft.resources/subscriptions/resourcegroups",
            one.subscription.id,
        )
        | {"location": one.location, "resourceGroup": one.group.lower()}
        for one in estate.places
    )
    return (*subscriptions, *groups, *management_groups.rows(estate))


def _container(
    estate: Estate, identity: str, name: str, azure_type: str, subscription: str
) -> dict[str, Any]:
    return {
        "id": identity,
        "name": name,
        "type": azure_type,
        "tenantId": estate.tenant_id,
        "location": "",
        "resourceGroup": "",
        "subscriptionId": subscription,
        "managedBy": "",
        "properties": {"provisioningState": "Succeeded"},
        "tags": {},
    }
