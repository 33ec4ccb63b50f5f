"""Virtual machines."""

from typing import Any

from simulator.tenant.kit import ResourceType, Scene, ticks

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


def body(scene: Scene) -> dict[str, Any]:
    """A machine with its disk and its card, which share its ordinal."""
    one, place = scene.resource, scene.place
    system = scene.dice.pick(("Linux", "Windows"), "os", one.ordinal)
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
        "vmId": scene.guid("vm"),
        "hardwareProfile": {"vmSize": scene.pick(("Standard_D4s_v5", "Standard_E8s_v5"))},
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
        "timeCreated": ticks(scene.dates.past(200 + one.ordinal % 300)),
    }
    return {"identity": scene.identity(), "properties": properties}


TYPE = ResourceType(
    type="Microsoft.Compute/virtualMachines",
    naming="vm-{short}-{env}-{n:03}",
    weight=10,
    versions=("2022-11-01", "2023-09-01", "2024-07-01", "2024-11-01"),
    body=body,
    leaf=False,
)
