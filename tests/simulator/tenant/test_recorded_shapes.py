"""Default objects leave out what real default objects leave out.

Keys by recorded answers: accounts of 2024-01-01 (June 2025), blob services of 2022-05-01 (August
2022), SQL servers of 2024-11-01-preview (November 2025), audits of 2020-11-01-preview (December
2021), disks of 2024-03-02, vaults of 2023-02-01 (July 2023), sites of September 2022.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.generate import generate

TENANT = generate(TenantSpec(resources=2000), 0, datetime(2026, 11, 23, tzinfo=UTC))
ALWAYS: dict[str, set[str]] = {
    "microsoft.storage/storageaccounts": {
        *("keyCreationTime", "privateEndpointConnections", "networkAcls", "encryption"),
        *("supportsHttpsTrafficOnly", "creationTime", "primaryEndpoints", "primaryLocation"),
        *("provisioningState", "statusOfPrimary", "allowCrossTenantReplication"),
    },
    "microsoft.sql/servers": {
        *("administratorLogin", "version", "state", "publicNetworkAccess"),
        *("restrictOutboundNetworkAccess", "externalGovernanceStatus", "retentionDays"),
        *("privateEndpointConnections", "fullyQualifiedDomainName"),
    },
    "microsoft.compute/disks": {
        *("creationData", "diskIOPSReadWrite", "diskMBpsReadWrite", "diskSizeBytes", "diskSizeGB"),
        *("diskState", "encryption", "networkAccessPolicy", "provisioningState", "timeCreated"),
        "uniqueId",
    },
    "microsoft.keyvault/vaults": {
        *("sku", "tenantId", "accessPolicies", "enabledForDeployment", "vaultUri"),
        *("enableSoftDelete", "softDeleteRetentionInDays", "publicNetworkAccess"),
        "provisioningState",
    },
}
"""In every object of the type."""
LEFT_OUT: dict[str, set[str]] = {
    "microsoft.storage/storageaccounts": {
        *("allowSharedKeyAccess", "publicNetworkAccess", "keyPolicy", "sasPolicy", "isHnsEnabled"),
        *("isSftpEnabled", "routingPreference", "defaultToOAuthAuthentication"),
        "immutableStorageWithVersioning",
    },
    "microsoft.sql/servers": {"administrators"},
    "microsoft.keyvault/vaults": {
        "enablePurgeProtection",
        "enableRbacAuthorization",
        "networkAcls",
    },
}
"""In no object that nobody ever set anything of: there is at least one."""


def properties(azure_type: str) -> Iterator[dict[str, Any]]:
    return (row["properties"] for row in TENANT.tables["resources"] if row["type"] == azure_type)


def answers(ending: str) -> list[Any]:
    return [body for path, body in TENANT.arm.items() if path.endswith(ending)]


@pytest.mark.parametrize("azure_type", ALWAYS)
def test_every_object_has_what_every_real_one_has(azure_type: str) -> None:
    for held in properties(azure_type):
        assert ALWAYS[azure_type] <= set(held)


@pytest.mark.parametrize("azure_type", LEFT_OUT)
def test_a_default_object_leaves_out_what_a_real_one_leaves_out(azure_type: str) -> None:
    assert any(not LEFT_OUT[azure_type] & set(held) for held in properties(azure_type))
    assert any(LEFT_OUT[azure_type] & set(held) for held in properties(azure_type))


def test_a_default_account_accepts_old_tls_and_names_no_keys_of_tables() -> None:
    plain = [
        held
        for held in properties("microsoft.storage/storageaccounts")
        if "allowSharedKeyAccess" not in held and held.get("minimumTlsVersion") == "TLS1_0"
    ]
    assert plain
    for held in plain:
        assert set(held["encryption"]["services"]) == {"blob", "file"}


def test_off_has_both_shapes() -> None:
    services = [body["properties"] for body in answers("/blobservices/default")]
    container = [held.get("containerDeleteRetentionPolicy") for held in services]

    assert None in container
    assert {"enabled": False} in container
    assert {held.get("isVersioningEnabled") for held in services} == {True, False, None}
    assert any(held["deleteRetentionPolicy"].get("allowPermanentDelete") for held in services)


def test_accounts_are_of_every_kind_and_those_for_files_have_no_blobs() -> None:
    accounts = [
        row
        for row in TENANT.tables["resources"]
        if row["type"] == "microsoft.storage/storageaccounts"
    ]
    kinds = {row["kind"] for row in accounts}
    assert kinds == {"Storage", "StorageV2", "BlobStorage", "BlockBlobStorage", "FileStorage"}
    for row in accounts:
        served = f"{row['id']}/blobServices/default".lower() in TENANT.arm
        assert served is (row["kind"] != "FileStorage")


def test_disks_are_in_every_state_behind_every_pair_of_switches() -> None:
    disks = list(properties("microsoft.compute/disks"))
    states = {held["diskState"] for held in disks}
    switches = {(held["networkAccessPolicy"], held.get("publicNetworkAccess")) for held in disks}

    assert states == {
        *("Attached", "Reserved", "Frozen", "ActiveSASFrozen", "Unattached", "ActiveSAS"),
        *("ReadyToUpload", "ActiveUpload"),
    }
    assert {("AllowAll", "Disabled"), ("AllowAll", "Enabled"), ("AllowPrivate", "Enabled")} <= (
        switches
    )
    assert all(held["timeCreated"].endswith("+00:00") for held in disks)


def test_an_audit_that_was_never_set_has_no_texts_and_a_capital() -> None:
    audits = answers("/auditingsettings/default")
    never = [one for one in audits if "storageEndpoint" not in one["properties"]]

    assert {one["name"] for one in audits} == {"Default"}
    assert all(one["id"].endswith("/Default") for one in audits)
    assert never
    assert all("auditActionsAndGroups" not in one["properties"] for one in never)


def test_settings_of_master_are_answered_for_every_server() -> None:
    for row in TENANT.tables["resources"]:
        if row["type"] == "microsoft.sql/servers":
            ending = "/databases/master/providers/microsoft.insights/diagnosticsettings"
            assert isinstance(TENANT.arm[f"{row['id']}{ending}".lower()], list)


def test_only_the_configuration_tells_what_a_site_is_like() -> None:
    for held in properties("microsoft.web/sites"):
        assert held["siteConfig"]["minTlsVersion"] is None
        assert held["siteConfig"]["ftpsState"] is None
    for one in answers("/config/web"):
        assert one["properties"]["minTlsVersion"] in ("1.0", "1.2")
        assert one["properties"]["ipSecurityRestrictions"][0]["ipAddress"] == "Any"


def test_dates_come_in_the_forms_of_their_providers() -> None:
    databases = list(properties("microsoft.sql/servers/databases"))
    sites = list(properties("microsoft.web/sites"))

    assert all(re.search(r"\.\d\dZ$", held["creationDate"]) for held in databases)
    assert all(re.search(r"\.\d{7}$", held["lastModifiedTimeUtc"]) for held in sites)
