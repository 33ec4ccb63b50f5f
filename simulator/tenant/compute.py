"""Virtual machines and disks.

Disks are shaped by recorded answers of 2024-03-02 and 2020-09-30: made without a word they are
reachable from every network; machines own their disks by `managedBy`; dates end in +00:00. States
and what both network switches mean are those of the model's text:
https://learn.microsoft.com/rest/api/compute/disks/get#diskstate
"""

from typing import Any

from simulator.tenant.dates import offset, ticks
from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment, Resource

CUSTOMER_KEYS = (
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithCustomerKey",
    "EncryptionAtRestWithPlatformAndCustomerKeys",
)

GUEST: dict[str, dict[str, Any]] = {
    "Linux": {
        "linuxConfiguration": {
            "disablePasswordAuthentication": True,
            "provisionVMAgent": True,
            "patchSettings": {
                "patchMode": "AutomaticByPlatform",
                "assessmentMode": "AutomaticByPlatform",
            },
        }
    },
    "Windows": {
        "windowsConfiguration": {
            "provisionVMAgent": True,
            "enableAutomaticUpdates": True,
            "patchSettings": {
                "patchMode": "AutomaticByOS",
                "enableHotpatching": True,
                "assessmentMode": "AutomaticByPlatform",
            },
        }
    },
}


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


def generate(estate: Estate) -> Fragment:
    """Disks as their verdicts ask for, and the machines they are attached to."""
    ledger = Ledger(estate.dice)
    disks, machines = estate.of("disk"), estate.of("vm")
    machine_of = {one.ordinal: one.id for one in machines}
    platform = ledger.decide("compute.disks.encryption_key", [one.id for one in disks if one.phi])
    public = ledger.decide("compute.disks.network_access", [one.id for one in disks])
    spare = [one.id for one in disks if one.ordinal not in machine_of]
    forgotten = ledger.decide("compute.disks.attached", spare, share=0.25)
    for one in disks:
        if one.ordinal in machine_of:
            exported = _exported(estate, one)
            ledger.expect("compute.disks.attached", one.id, "unknown" if exported else "pass")
    rows = [_machine(estate, one) for one in machines]
    for one in disks:
        holder = _holder(estate, one, machine_of, forgotten)
        own_key = one.id not in platform if one.phi else estate.dice.share("cmk", one.id) < 0.2
        properties = _disk(estate, one, own_key=own_key, public=one.id in public)
        properties |= _state(estate, one, held=one.id not in forgotten)
        if one.ordinal in machine_of and _exported(estate, one):
            properties["diskState"] = "ActiveSAS"
        sku = {"name": "Premium_LRS", "tier": "Premium"}
        rows.append(estate.row(one, properties, sku=sku, managed_by=holder))
    return Fragment(rows=tuple(rows), truth=ledger.truth)


def _exported(estate: Estate, one: Resource) -> bool:
    """Whether a link to the disk of a stopped machine is out: its state then hides its use."""
    return one.ordinal > 2 and estate.dice.share("exported", one.id) < 0.02


def _holder(estate: Estate, one: Resource, machine_of: dict[int, str], forgotten: set[str]) -> str:
    """The machine that holds a disk: its own, or for a data disk the next one."""
    if one.id in forgotten:
        return ""
    machine = estate.near("vm", one)
    return machine_of.get(one.ordinal, machine.id if machine else "")


def _disk(estate: Estate, one: Resource, *, own_key: bool, public: bool) -> dict[str, Any]:
    dice = estate.dice
    encryption: dict[str, Any] = {"type": "EncryptionAtRestWithPlatformKey"}
    if own_key:
        encryption = {
            "type": dice.pick(CUSTOMER_KEYS, "encryption", one.id),
            "diskEncryptionSetId": f"{one.place.group_id}/providers/Microsoft.Compute"
            f"/diskEncryptionSets/des-{one.place.short}",
        }
    policy, access = dice.pick(OPEN if public else SHUT, "access", one.id)
    size = dice.pick((64, 128, 256, 512), "size", one.id)
    return {
        "osType": dice.pick(("Linux", "Windows"), "os", one.ordinal),
        "hyperVGeneration": "V2",
        "creationData": {"createOption": "FromImage" if one.ordinal % 3 else "Empty"},
        "diskSizeGB": size,
        "diskSizeBytes": size * 1024**3,
        "diskIOPSReadWrite": 500,
        "diskMBpsReadWrite": 100,
        "encryption": encryption,
        "networkAccessPolicy": policy,
        **({} if access is None else {"publicNetworkAccess": access}),
        "timeCreated": offset(estate.dates.past(200 + one.ordinal % 300)),
        "uniqueId": dice.guid("disk", one.id),
        "tier": "P15",
        "provisioningState": "Succeeded",
    }


def _state(estate: Estate, one: Resource, *, held: bool) -> dict[str, Any]:
    state = estate.dice.pick(HELD if held else LEFT, "state", one.id)
    owned = held or estate.dice.share("owned before", one.id) < 0.5
    changed = {"LastOwnershipUpdateTime": offset(estate.dates.past(45))} if owned else {}
    return {"diskState": state} | changed


def _machine(estate: Estate, one: Resource) -> dict[str, Any]:
    dice, place = estate.dice, one.place
    system = dice.pick(("Linux", "Windows"), "os", one.ordinal)
    suffix = one.name.removeprefix("vm-")
    image = {"publisher": "Canonical", "offer": "ubuntu-24_04-lts", "sku": "server"}
    if system == "Windows":
        image = {
            "publisher": "MicrosoftWindowsServer",
            "offer": "WindowsServer",
            "sku": "2022-datacenter-azure-edition",
        }
    disk = f"{place.group_id}/providers/Microsoft.Compute/disks/disk-{suffix}"
    card = f"{place.group_id}/providers/Microsoft.Network/networkInterfaces/nic-{suffix}"
    properties = {
        "vmId": dice.guid("vm", one.id),
        "hardwareProfile": {"vmSize": dice.pick(("Standard_D4s_v5", "Standard_E8s_v5"), one.id)},
        "additionalCapabilities": {"ultraSSDEnabled": False, "hibernationEnabled": False},
        "storageProfile": {
            "imageReference": image | {"version": "latest", "exactVersion": "1.0.20260901"},
            "osDisk": {
                "osType": system,
                "name": f"disk-{suffix}",
                "createOption": "FromImage",
                "caching": "ReadWrite",
                "diskSizeGB": 128,
                "writeAcceleratorEnabled": False,
                "managedDisk": {"storageAccountType": "Premium_LRS", "id": disk},
                "deleteOption": "Detach",
            },
            "dataDisks": [],
        },
        "osProfile": {
            "computerName": one.name,
            "adminUsername": "nghops",
            "secrets": [],
            "allowExtensionOperations": True,
            "requireGuestProvisionSignal": True,
            **GUEST[system],
        },
        "networkProfile": {
            "networkInterfaces": [{"id": card, "properties": {"primary": True}}],
        },
        "securityProfile": {
            "uefiSettings": {"secureBootEnabled": True, "vTpmEnabled": True},
            "encryptionAtHost": True,
            "securityType": "TrustedLaunch",
        },
        "diagnosticsProfile": {"bootDiagnostics": {"enabled": True}},
        "priority": "Regular",
        "extensionsTimeBudget": "PT1H30M",
        "provisioningState": "Succeeded",
        "timeCreated": ticks(estate.dates.past(200 + one.ordinal % 300)),
    }
    return estate.row(one, properties, identity=True)
