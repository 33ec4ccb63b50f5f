"""Disks.

Shaped by recorded answers of 2024-03-02 and 2020-09-30: made without a word they are
reachable from every network; machines own their disks by `managedBy`; dates end in +00:00. States
and what both network switches mean are those of the model's text:
https://learn.microsoft.com/rest/api/compute/disks/get#diskstate
"""

from collections.abc import Mapping
from typing import Any

from simulator.tenant.estate.estate import Resource
from simulator.tenant.kit import ABSENT, Fault, Policy, ResourceType, Scene, offset, phi

MACHINES = "Microsoft.Compute/virtualMachines"
VERSIONS = ("2021-12-01", "2023-04-02", "2023-10-02", "2024-03-02", "2025-01-02")

CUSTOMER_KEYS = (
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithPlatformAndCustomerKeys",
)

PLATFORM = {"type": "EncryptionAtRestWithPlatformKey"}
HELD = ("Attached",) * 8 + ("Reserved", "Reserved", "Frozen", "ActiveSASFrozen")
LEFT = ("Unattached", "Unattached", "ActiveSAS", "ReadyToUpload", "ActiveUpload")


def access(policy: str, public: str | None) -> dict[str, Any]:
    """Both network switches; older views of a disk do not tell whether access is public."""
    return {
        "properties.networkAccessPolicy": policy,
        "properties.publicNetworkAccess": ABSENT if public is None else public,
    }


OPEN = (
    access("AllowAll", "Enabled"),
    access("AllowAll", "Enabled"),
    access("AllowAll", None),
)
SHUT = (
    access("DenyAll", "Disabled"),
    access("DenyAll", "Enabled"),
    access("AllowPrivate", "Enabled"),
    access("AllowPrivate", "Disabled"),
    access("AllowAll", "Disabled"),
)


def body(scene: Scene) -> dict[str, Any]:
    """A disk that a machine holds and nobody exports; PHI is under a key of the company's own."""
    one = scene.resource
    size = scene.pick((64, 128, 256, 512), "size")
    own_key = one.phi or scene.share("cmk") < 0.2
    exported = attached(scene) == "unknown"
    state = "ActiveSAS" if exported else scene.pick(HELD, "state")
    return {
        "sku": {"name": "Premium_LRS", "tier": "Premium"},
        "managedBy": _holder(scene),
        "properties": {
            "osType": scene.dice.pick(("Linux", "Windows"), "os", one.ordinal),
            "hyperVGeneration": "V2",
            "creationData": {"createOption": "FromImage" if one.ordinal % 3 else "Empty"},
            "diskSizeGB": size,
            "diskSizeBytes": size * 1024**3,
            "diskIOPSReadWrite": 500,
            "diskMBpsReadWrite": 100,
            "diskState": state,
            "LastOwnershipUpdateTime": offset(scene.dates.past(45)),
            "encryption": _own_key(scene) if own_key else PLATFORM,
            "networkAccessPolicy": "DenyAll",
            "timeCreated": offset(scene.dates.past(200 + one.ordinal % 300)),
            "uniqueId": scene.guid("disk"),
            "tier": "P15",
            "provisioningState": "Succeeded",
        },
    }


def forgotten(scene: Scene) -> dict[str, Any]:
    """The change that leaves a disk to itself; half of these no machine ever held."""
    change: dict[str, Any] = {
        "managedBy": "",
        "properties.diskState": scene.pick(LEFT, "state"),
    }
    if scene.share("owned before") >= 0.5:
        change["properties.LastOwnershipUpdateTime"] = ABSENT
    return change


def attached(scene: Scene) -> str:
    """A machine's own disk is attached; a link that is out to one of a stopped machine hides it."""
    one = scene.resource
    if scene.estate.beside(MACHINES, one) is None:
        return ""
    exported = one.ordinal > 2 and scene.share("exported") < 0.02
    return "unknown" if exported else "pass"


def held(one: Resource, amounts: Mapping[str, int]) -> bool:
    """The disk of a machine stays with it."""
    return one.ordinal < amounts[MACHINES]


def _holder(scene: Scene) -> str:
    """The machine that holds a disk: its own, or for a data disk the next one."""
    estate, one = scene.estate, scene.resource
    machine = estate.beside(MACHINES, one) or estate.near(MACHINES, one)
    return machine.id if machine else ""


def _own_key(scene: Scene) -> dict[str, Any]:
    place = f"{scene.place.group_id}/providers/Microsoft.Compute"
    return {
        "type": scene.pick(CUSTOMER_KEYS, "encryption"),
        "diskEncryptionSetId": f"{place}/diskEncryptionSets/des-{scene.place.short}",
    }


TYPE = ResourceType(
    type="Microsoft.Compute/disks",
    naming="disk-{short}-{env}-{n:03}",
    weight=14,
    versions=VERSIONS,
    body=body,
    faults={
        "compute.disks.encryption_key": Fault(
            fails=({"properties.encryption": PLATFORM},), asked=phi
        ),
        "compute.disks.network_access": Fault(
            fails=OPEN, passes=SHUT, policy=Policy(guid="8405fdab-1faf-48aa-b702-999c9c172094")
        ),
        "compute.disks.attached": Fault(fails=(forgotten,), settled=attached, share=0.25),
    },
    held=held,
)
