"""Blob services of storage accounts.

Shaped by recorded answers of 2021-04-01 to 2022-05-01: a service of which nobody set anything has
`deleteRetentionPolicy {enabled: false}` and leaves out versioning and the container policy. A
policy that was switched off again stays as `{enabled: false}`; allowPermanentDelete appears once it
was set. A data lake has no versions, an account for file shares no blob service.
https://learn.microsoft.com/azure/storage/blobs/versioning-overview
"""

from typing import Any

from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource
from simulator.tenant.storage_kinds import as_made, kind_of

CHECKS = ("soft_delete", "container_soft_delete", "versioning")
OFF: tuple[dict[str, Any], ...] = (
    {"enabled": False},
    {"enabled": False, "allowPermanentDelete": False},
)


def generate(estate: Estate) -> Fragment:
    """The blob service of every account that has one, as its verdicts ask for."""
    ledger = Ledger(estate.dice)
    holders = [one for one in estate.of("storage") if kind_of(estate, one).blobs]
    arm: dict[str, Any] = {}
    failing = {name: _failing(estate, ledger, holders, name) for name in CHECKS}
    for one in holders:
        if one.odd:
            for name in CHECKS:
                ledger.expect(f"storage.blob_services.{name}", one.id, "unknown")
            arm[_path(one)] = _service(estate, one, {})
            continue
        faults = {name for name, subjects in failing.items() if one.id in subjects}
        arm[_path(one)] = _service(estate, one, _properties(estate, one, faults))
    return Fragment(arm=arm, truth=ledger.truth)


def _failing(estate: Estate, ledger: Ledger, holders: list[Resource], name: str) -> set[str]:
    """Who fails: services as they were made, data lakes without versions, and whom chance picks."""
    check = f"storage.blob_services.{name}"
    fixed = {
        one.id
        for one in holders
        if not one.odd
        and (as_made(estate, one) or (name == "versioning" and kind_of(estate, one).lake))
    }
    for subject in sorted(fixed):
        ledger.expect(check, subject, "fail")
    free = [one.id for one in holders if not one.odd and one.id not in fixed]
    return fixed | ledger.decide(check, free)


def _properties(estate: Estate, one: Resource, faults: set[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {"cors": {"corsRules": []}}
    if as_made(estate, one):
        return properties | {"deleteRetentionPolicy": dict(OFF[1])}
    properties["deleteRetentionPolicy"] = _blobs(estate, one, weak="soft_delete" in faults)
    container = _containers(estate, one, weak="container_soft_delete" in faults)
    if container is not None:
        properties["containerDeleteRetentionPolicy"] = container
    if "versioning" not in faults:
        properties["isVersioningEnabled"] = True
    elif not kind_of(estate, one).lake and estate.dice.share("unversioned", one.id) < 0.5:
        properties["isVersioningEnabled"] = False
    if estate.dice.share("change feed", one.id) < 0.6:
        properties["defaultServiceVersion"] = "2020-10-02"
        properties["changeFeed"] = {"enabled": True, "retentionInDays": 30}
    return properties


def _blobs(estate: Estate, one: Resource, *, weak: bool) -> dict[str, Any]:
    """Too weak is off, on for fewer than 7 days, or open to destruction before its time."""
    dice = estate.dice
    said = {"allowPermanentDelete": False} if dice.share("permanent", one.id) < 0.5 else {}
    if not weak:
        return {"enabled": True, "days": dice.pick((7, 14, 30, 90), "blobs", one.id)} | said
    shape = dice.pick(("off", "short", "permanent"), "weak blobs", one.id)
    if shape == "off":
        return dict(dice.pick(OFF, "off", one.id))
    if shape == "short":
        return {"enabled": True, "days": dice.pick((1, 3), "short", one.id)} | said
    return {"enabled": True, "days": 30, "allowPermanentDelete": True}


def _containers(estate: Estate, one: Resource, *, weak: bool) -> dict[str, Any] | None:
    """Too weak is never set, off, or on for fewer than 7 days."""
    dice = estate.dice
    if not weak:
        return {"enabled": True, "days": dice.pick((7, 14, 30, 365), "containers", one.id)}
    shape = dice.pick(("never", "off", "short"), "weak containers", one.id)
    if shape == "never":
        return None
    return {"enabled": False} if shape == "off" else {"enabled": True, "days": 3}


def _path(one: Resource) -> str:
    return f"{one.id}/blobServices/default".lower()


def _service(estate: Estate, one: Resource, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": f"{one.id}/blobServices/default",
        "name": "default",
        "type": "Microsoft.Storage/storageAccounts/blobServices",
        "properties": properties,
        "sku": dict(kind_of(estate, one).sku),
    }
