"""Managed disks: whose key encrypts them, who can export them, whether they are in use."""

from collections.abc import Mapping

from collectors.kit import Check, Collector, Expectations, Item, Owner, rows
from collectors.kit.settings import setting, unread
from collectors.kit.values.tags import if_phi, may_hold_phi
from collectors.kit.verdicts import Status, Verdict, failed, passed, unknown

POLICY, ACCESS = "properties.networkAccessPolicy", "properties.publicNetworkAccess"
OWN_KEY = passed("encrypted with the organisation's own key")
EXPORT: Mapping[str, Verdict] = {
    "DenyAll": passed("the disk cannot be exported"),
    "AllowPrivate": passed("the disk can be exported over private endpoints only"),
    "AllowAll": failed("the disk can be exported from any network"),
}
"""What the policy alone says, and all it says unless public access is disabled."""
SECURITY = "properties.securityProfile.securityType"
KEY_SET = "properties.securityProfile.secureVMDiskEncryptionSetId"
CONFIDENTIAL = "ConfidentialVM_DiskEncryptedWithCustomerKey"
OTHER_SECURITY = (
    "ConfidentialVM_DiskEncryptedWithPlatformKey",
    "ConfidentialVM_NonPersistedTPM",
    "ConfidentialVM_VMGuestStateOnlyEncryptedWithPlatformKey",
    "Standard",
    "TrustedLaunch",
)
"""Kinds of security under which no key but that of the stored disk is the organisation's.

https://learn.microsoft.com/rest/api/compute/disks/get#disksecuritytypes
"""
STATES: Mapping[bool | str | int, Verdict] = {
    "Attached": passed("a machine uses the disk"),
    "Reserved": passed("a stopped machine holds the disk"),
    "Frozen": passed("a hibernated machine holds the disk"),
    "ActiveSASFrozen": passed("a hibernated machine holds the disk, a link to its data is out"),
    "Unattached": failed("no machine uses the disk, yet it keeps its data"),
    "ActiveSAS": failed("no machine uses the disk, and a link to download its data is out"),
    "ReadyToUpload": failed("no machine uses the disk, it waits for an upload"),
    "ActiveUpload": failed("no machine uses the disk, a link to write its data is out"),
}
"""Every state there is, by the text of the model.

https://learn.microsoft.com/javascript/api/@azure/arm-compute/knowndiskstate
"""


def network_access(disk: Item, _: Expectations) -> Verdict:
    """The disk cannot be exported over the Internet. Two switches: either may shut it.

    Microsoft's policy denies where both are open: by the text of the model no link works from the
    Internet once public access is disabled, nor with a policy other than AllowAll.
    https://learn.microsoft.com/rest/api/compute/disks/get#publicnetworkaccess
    """
    policy, access = disk[POLICY], disk[ACCESS]
    if access not in ("Enabled", "Disabled", None):
        return unread(disk, ACCESS)
    if policy not in (*EXPORT, None):
        return unread(disk, POLICY)
    if access == "Disabled" and policy in ("AllowAll", None):
        return passed("public network access is disabled: no link works from the Internet")
    return unread(disk, POLICY) if policy is None else EXPORT[policy]


def encryption_key(disk: Item, expectations: Expectations) -> Verdict:
    """The organisation holds the key: of the stored disk, or of a confidential machine's disk.

    The latter is encrypted by the machine, so its stored form says nothing of that key.
    https://learn.microsoft.com/azure/confidential-computing/confidential-vm-overview
    """
    kept = _AT_REST(disk, expectations)
    kind = disk[SECURITY]
    if kept.status is not Status.FAIL or kind is None or kind in OTHER_SECURITY:
        return kept
    if kind != CONFIDENTIAL:
        return unread(disk, SECURITY)
    if isinstance(disk[KEY_SET], str) and disk[KEY_SET]:
        return passed("a confidential machine encrypts it with the organisation's own key")
    return unknown("a confidential machine encrypts it with a key set that Azure does not name")


def attached(disk: Item, expectations: Expectations) -> Verdict:
    """No forgotten copy of data lies around."""
    used = disk["managedBy"] or disk["managedByExtended"]  # The latter of a disk that is shared.
    if disk["properties.diskState"] == "ActiveSAS" and used:
        return unknown("a link to download the disk is out, so its state does not tell its use")
    return _STATE(disk, expectations)


_STATE = setting("properties.diskState", STATES)
_AT_REST = setting(
    "properties.encryption.type",
    {
        "EncryptionAtRestWithCustomerKey": OWN_KEY,
        "EncryptionAtRestWithPlatformAndCustomerKeys": OWN_KEY,
        "EncryptionAtRestWithPlatformKey": failed(
            "holds PHI and is encrypted with a key of Microsoft, not our own"
        ),
    },
)


COLLECTOR = Collector(
    id="compute.disks",
    title="Managed disks",
    owner=Owner.CLOUD,
    reads={
        "disks": rows("Microsoft.Compute/disks"),
    },
    checks=(
        Check(
            id="encryption_key",
            title="Disks with PHI are encrypted with the organisation's own key",
            when=may_hold_phi,
            judge=if_phi(encryption_key),
            controls=("A.8.24",),
            remedy=(
                "az disk update --ids <id> --encryption-type EncryptionAtRestWithCustomerKey"
                " --disk-encryption-set <set>"
            ),
            owner=Owner.SECURITY,
            policy="702dd420-7fcc-42c5-afe8-4026edd20fe0",
            differs=(
                "asked of disks with PHI; a disk that a confidential machine encrypts with the "
                "organisation's key passes here"
            ),
        ),
        Check(
            id="network_access",
            title="Disks cannot be exported over the Internet",
            judge=network_access,
            controls=("A.8.20",),
            remedy=(
                "az disk update --ids <id> --network-access-policy DenyAll"
                " --public-network-access Disabled"
            ),
            policy="8405fdab-1faf-48aa-b702-999c9c172094",
            differs=(
                "a disk of which Azure says neither switch fails the rule and is unknown here"
            ),
        ),
        Check(
            id="attached",
            title="Disks that no machine uses are deleted",
            judge=attached,
            controls=("A.8.10",),
            remedy="az disk delete --ids <id>, after revoking its links: az disk revoke-access",
        ),
    ),
)
