"""Virtual machines and disks."""

from typing import Any

from simulator.tenant.dates import ticks
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


def generate(estate: Estate) -> Fragment:
    """Disks as their verdicts ask for, and the machines they are attached to."""
    ledger = Ledger(estate.dice)
    disks, machines = estate.of("disk"), estate.of("vm")
    held = {disk.ordinal for disk in machines}
    platform = ledger.decide("compute.disks.encryption_key", [one.id for one in disks if one.phi])
    public = ledger.decide("compute.disks.network_access", [one.id for one in disks])
    spare = [one.id for one in disks if one.ordinal not in held]
    forgotten = ledger.decide("compute.disks.attached", spare)
    for one in disks:
        if one.ordinal in held:
            ledger.expect("compute.disks.attached", one.id, "pass")
    machine_of = {one.ordinal: one.id for one in machines}
    rows = [_machine(estate, one) for one in machines]
    for one in disks:
        holder = machine_of.get(one.ordinal, "")
        own_key = one.id not in platform if one.phi else estate.dice.share("cmk", one.id) < 0.2
        properties = _disk(estate, one, own_key=own_key, public=one.id in public) | _state(
            estate, one, holder, forgotten=one.id in forgotten
        )
        sku = {"name": "Premium_LRS", "tier": "Premium"}
        rows.append(estate.row(one, properties, sku=sku, managed_by=holder))
    return Fragment(rows=tuple(rows), truth=ledger.truth)


def _disk(estate: Estate, one: Resource, *, own_key: bool, public: bool) -> dict[str, Any]:
    dice = estate.dice
    encryption: dict[str, Any] = {"type": "EncryptionAtRestWithPlatformKey"}
    if own_key:
        encryption = {
            "type": dice.pick(CUSTOMER_KEYS, "encryption", one.id),
            "diskEncryptionSetId": f"{one.place.group_id}/providers/Microsoft.Compute"
            f"/diskEncryptionSets/des-{one.place.short}",
        }
    closed = dice.pick(("DenyAll", "AllowPrivate"), "access", one.id)
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
        "networkAccessPolicy": "AllowAll" if public else closed,
        "publicNetworkAccess": "Enabled" if public else "Disabled",
        "timeCreated": ticks(estate.dates.past(200 + one.ordinal % 300)),
        "uniqueId": dice.guid("disk", one.id),
        "tier": "P15",
        "provisioningState": "Succeeded",
    }


def _state(estate: Estate, one: Resource, holder: str, *, forgotten: bool) -> dict[str, Any]:
    if forgotten:
        return {
            "diskState": "Unattached",
            "LastOwnershipUpdateTime": ticks(estate.dates.past(45)),
        }
    stopped = bool(holder) and estate.dice.share("stopped", one.id) < 0.1
    return {"diskState": "Reserved" if stopped else "Attached"}


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
