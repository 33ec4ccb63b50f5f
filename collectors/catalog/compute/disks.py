"""Managed disks: whose key encrypts them, who can export them, whether they are in use."""

from collectors.kit import (
    Check,
    Collector,
    Expectations,
    Item,
    Owner,
    ResourceGraph,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.tags import if_phi, may_hold_phi


def encryption_key(disk: Item, _: Expectations) -> Verdict:
    """The organisation holds the encryption key."""
    match disk["properties.encryption.type"]:
        case "EncryptionAtRestWithCustomerKey" | "EncryptionAtRestWithPlatformAndCustomerKeys":
            return passed("encrypted with the organisation's own key")
        case "EncryptionAtRestWithPlatformKey":
            return failed("holds PHI and is encrypted with a key of Microsoft, not our own")
        case _:
            return unknown("Azure returned no encryption type")


def network_access(disk: Item, _: Expectations) -> Verdict:
    """The disk cannot be exported over the Internet."""
    match disk["properties.networkAccessPolicy"]:
        case "DenyAll":
            return passed("the disk cannot be exported")
        case "AllowPrivate":
            return passed("the disk can be exported over private endpoints only")
        case "AllowAll":
            return failed("the disk can be exported from any network")
        case _:
            return unknown("Azure returned no networkAccessPolicy")


def attached(disk: Item, _: Expectations) -> Verdict:
    """No forgotten copy of data lies around."""
    match disk["properties.diskState"]:
        case "Unattached":
            return failed("no machine uses the disk, yet it keeps its data")
        case str() as state if state:
            return passed(f"the disk is in use (state {state})")
        case _:
            return unknown("Azure returned no diskState")


COLLECTOR = Collector(
    id="compute.disks",
    title="Managed disks",
    reads={
        "disks": ResourceGraph(
            table="resources",
            types=("microsoft.compute/disks",),
            needs=("Microsoft.Compute/disks/read",),
        ),
    },
    checks=(
        Check(
            id="encryption_key",
            title="Disks with PHI are encrypted with the organisation's own key",
            on="disks",
            when=may_hold_phi,
            judge=if_phi(encryption_key),
            controls=("A.8.24",),
            remedy=(
                "az disk update --ids <id> --encryption-type EncryptionAtRestWithCustomerKey"
                " --disk-encryption-set <set>"
            ),
            owner=Owner.SECURITY,
        ),
        Check(
            id="network_access",
            title="Disks cannot be exported over the Internet",
            on="disks",
            judge=network_access,
            controls=("A.8.20",),
            remedy="az disk update --ids <id> --network-access-policy DenyAll",
            owner=Owner.CLOUD,
        ),
        Check(
            id="attached",
            title="Disks that no machine uses are deleted",
            on="disks",
            judge=attached,
            controls=("A.8.10",),
            remedy="az disk delete --ids <id>",
            owner=Owner.CLOUD,
        ),
    ),
)
