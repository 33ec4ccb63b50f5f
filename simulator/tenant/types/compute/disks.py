"""Disks.

Shaped by recorded answers of 2024-03-02 and 2020-09-30: made without a word they are
reachable from every network; machines own their disks by `managedBy`; dates end in +00:00. States
and what both network switches mean are those of the model's text:
https://learn.microsoft.com/rest/api/compute/disks/get#diskstate
"""

from collections.abc import Mapping
from typing import Any

from simulator.tenant.estate.estate import Resource
from simulator.tenant.kit import Fault, Policy, ResourceType, Scene, offset, phi

MACHINES = "Microsoft.Compute/virtualMachines"
KEY, NETWORK, ATTACHED = (
    "compute.disks.encryption_key",
    "compute.disks.network_access",
    "compute.disks.attached",
)
VERSIONS = ("2021-12-01", "2023-04-02", "2023-10-02", "2024-03-02", "2025-01-02")

CUSTOMER_KEYS = (
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithPlatformAndCustomerKeys",
)

HELD = ("Attached",) * 8 + ("Reserved", "Reserved", "Frozen", "ActiveSASFrozen")
LEFT = ("Unattached", "Unattached", "ActiveSAS", "ReadyToUpload", "ActiveUpload")
OPEN = (("AllowAll", "Enabled"), ("AllowAll", "Enabled"), ("AllowAll", None))
SHUT = (
    ("DenyAll", "Disabled"),
    ("DenyAll", "Enabled"),
    ("AllowPrivate", "Enabled"),
    ("AllowPrivate", "Disabled"),
    ("AllowAll", "Disabled"),
)
"""Policy and public access; older views of a disk do not tell the latter."""


def body(scene: Scene) -> dict[str, Any]:
    """A disk: its state, its machine and whether it is forgotten hang together."""
    one, left = scene.resource, scene.fails(ATTACHED)
    own_key = not scene.fails(KEY) if one.phi else scene.share("cmk") < 0.2
    properties = _disk(scene, own_key=own_key, public=scene.fails(NETWORK))
    properties |= _state(scene, held=not left)
    if scene.verdicts[ATTACHED] == "unknown":
        properties["diskState"] = "ActiveSAS"
    return {
        "sku": {"name": "Premium_LRS", "tier": "Premium"},
        "managedBy": "" if left else _holder(scene),
        "properties": properties,
    }


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


def _disk(scene: Scene, *, own_key: bool, public: bool) -> dict[str, Any]:
    one = scene.resource
    encryption: dict[str, Any] = {"type": "EncryptionAtRestWithPlatformKey"}
    if own_key:
        encryption = {
            "type": scene.pick(CUSTOMER_KEYS, "encryption"),
            "diskEncryptionSetId": f"{one.place.group_id}/providers/Microsoft.Compute"
            f"/diskEncryptionSets/des-{one.place.short}",
        }
    policy, access = scene.pick(OPEN if public else SHUT, "access")
    size = scene.pick((64, 128, 256, 512), "size")
    return {
        "osType": scene.dice.pick(("Linux", "Windows"), "os", one.ordinal),
        "hyperVGeneration": "V2",
        "creationData": {"createOption": "FromImage" if one.ordinal % 3 else "Empty"},
        "diskSizeGB": size,
        "diskSizeBytes": size * 1024**3,
        "diskIOPSReadWrite": 500,
        "diskMBpsReadWrite": 100,
        "encryption": encryption,
        "networkAccessPolicy": policy,
        **({} if access is None else {"publicNetworkAccess": access}),
        "timeCreated": offset(scene.dates.past(200 + one.ordinal % 300)),
        "uniqueId": scene.guid("disk"),
        "tier": "P15",
        "provisioningState": "Succeeded",
    }


def _state(scene: Scene, *, held: bool) -> dict[str, Any]:
    state = scene.pick(HELD if held else LEFT, "state")
    owned = held or scene.share("owned before") < 0.5
    changed = {"LastOwnershipUpdateTime": offset(scene.dates.past(45))} if owned else {}
    return {"diskState": state} | changed


TYPE = ResourceType(
    type="Microsoft.Compute/disks",
    naming="disk-{short}-{env}-{n:03}",
    weight=14,
    versions=VERSIONS,
    body=body,
    faults={
        KEY: Fault(asked=phi),
        NETWORK: Fault(policy=Policy(guid="8405fdab-1faf-48aa-b702-999c9c172094")),
        ATTACHED: Fault(settled=attached, share=0.25),
    },
    held=held,
)
