"""Every answer has the properties that Microsoft documents, and none holds a secret."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.generate import generate

GOLDEN = json.loads((Path(__file__).parent / "golden" / "shapes.json").read_text())
"""Operation -> property paths of the documented example (azure-rest-api-specs, Graph docs)."""
OF_TYPES = {
    file.stem: json.loads(file.read_text())["paths"]
    for file in sorted((Path(__file__).parent / "golden" / "types").glob("*.json"))
}
"""The same of a type of resource, in a file named by it: `microsoft.keyvault.vaults.json`."""
TENANT = generate(TenantSpec(resources=1000), 0, datetime(2026, 11, 23, tzinfo=UTC))
ALL_ROWS = TENANT.tables["resources"] + TENANT.tables["authorizationresources"]
ROWS = {
    "authorization.roleAssignments.listForScope": "microsoft.authorization/roleassignments",
    "authorization.roleDefinitions.get": "microsoft.authorization/roledefinitions",
}
PATHS = {
    "resources.resources.list": "/resources",
    "storage.blobServices.get": "/blobservices/default",
    "sql.auditingSettings.get": "/auditingsettings/default",
    "sql.transparentDataEncryption.listByDatabase": "/transparentdataencryption/current",
    "logAnalytics.tables.listByWorkspace": "/tables",
    "monitor.diagnosticSettings.listForResource": "/diagnosticsettings",
    "entra.applications.get": "/applications",
    "entra.roleManagementPolicyAssignments.list": "/policies/rolemanagementpolicyassignments",
}
PIM = {
    "roleAssignmentScheduleInstances": "/roleassignmentscheduleinstances",
    "roleEligibilityScheduleInstances": "/roleeligibilityscheduleinstances",
    "roleManagementPolicyAssignments": "/rolemanagementpolicyassignments",
}
"""In Resource Manager and in Microsoft Graph."""


def paths(value: Any, prefix: str = "") -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield prefix + key
            yield from paths(inner, f"{prefix}{key}.")
    elif isinstance(value, list):
        for inner in value:
            yield from paths(inner, f"{prefix}[].")


def elements(operation: str) -> list[Any]:
    if operation == "subscriptions.list":
        return list(TENANT.subscriptions)
    if operation in ROWS:
        return [row for row in ALL_ROWS if row["type"] == ROWS[operation]]
    area, collection, _ = operation.split(".")
    held = TENANT.graph if area == "entra" else TENANT.arm
    ending = PATHS.get(operation) or PIM[collection]
    found: list[Any] = []
    for path, body in held.items():
        if path.endswith(ending):
            found += body if isinstance(body, list) else [body]
    return found


@pytest.mark.parametrize("operation", sorted(GOLDEN))
def test_an_answer_has_every_documented_property(operation: str) -> None:
    seen = {path for element in elements(operation) for path in paths(element)}
    assert set(GOLDEN[operation]) <= seen


@pytest.mark.parametrize("azure_type", OF_TYPES)
def test_a_resource_has_every_documented_property(azure_type: str) -> None:
    rows = [row for row in ALL_ROWS if row["type"].replace("/", ".") == azure_type]
    seen = {path for row in rows for path in paths(row)}
    assert set(OF_TYPES[azure_type]) <= seen


COLUMNS = {
    *("id", "name", "type", "tenantId", "kind", "location", "resourceGroup", "subscriptionId"),
    *("managedBy", "sku", "plan", "properties", "tags", "identity", "zones", "extendedLocation"),
}


def test_every_row_of_resource_graph_has_every_column() -> None:
    for row in TENANT.tables["resources"]:
        assert set(row) >= COLUMNS
        assert row["type"] == row["type"].lower()
        assert row["resourceGroup"] == row["resourceGroup"].lower()
        assert row["id"].startswith(f"/subscriptions/{row['subscriptionId']}/resourceGroups/")


def test_paths_are_lower_case_and_bare() -> None:
    for path in (*TENANT.arm, *TENANT.graph):
        assert path == path.lower()
        assert path.startswith("/")
        assert not path.endswith("/")
        assert "?" not in path


def test_every_workspace_has_tables_and_logs() -> None:
    for row in TENANT.tables["resources"]:
        if row["type"] == "microsoft.operationalinsights/workspaces":
            assert TENANT.arm[f"{row['id']}/tables".lower()]
            assert row["properties"]["customerId"] in TENANT.logs


def test_no_credential_shows_a_value() -> None:
    for application in TENANT.graph["/applications"]:
        secrets, certificates = application["passwordCredentials"], application["keyCredentials"]
        assert all(one["secretText"] is None and len(one["hint"]) == 3 for one in secrets)
        assert all(one["key"] is None for one in certificates)
    for vault in TENANT.vaults.values():
        assert all("value" not in one for listed in vault.values() for one in listed)


def test_a_machine_names_the_disk_and_the_card_that_are_there() -> None:
    known = {row["id"] for row in TENANT.tables["resources"]}
    for row in TENANT.tables["resources"]:
        if row["type"] == "microsoft.compute/virtualmachines":
            properties = row["properties"]
            assert properties["storageProfile"]["osDisk"]["managedDisk"]["id"] in known
            assert properties["networkProfile"]["networkInterfaces"][0]["id"] in known


SETTING = {"id", "type", "name", "location", "kind", "tags", "properties", "identity"}
RESOURCE_SETTING = {
    *("storageAccountId", "serviceBusRuleId", "workspaceId", "eventHubAuthorizationRuleId"),
    *("eventHubName", "metrics", "logs", "logAnalyticsDestinationType"),
}
SWITCH = {"category", "categoryGroup", "enabled", "retentionPolicy"}


def settings() -> Iterator[tuple[str, dict[str, Any]]]:
    for path, listed in TENANT.arm.items():
        if path.endswith("/diagnosticsettings") and isinstance(listed, list):
            for setting in listed:
                yield path, setting


def test_a_setting_of_a_resource_has_null_for_what_it_does_not_use() -> None:
    of_resources = [one for path, one in settings() if "/resourcegroups/" in path]
    for setting in of_resources:
        assert set(setting) == SETTING
        assert set(setting["properties"]) == RESOURCE_SETTING
        assert "" not in setting["properties"].values()
        for switch in setting["properties"]["logs"]:
            assert set(switch) == SWITCH
            assert (switch["category"] is None) is not (switch["categoryGroup"] is None)
    nothing = [one for one in of_resources if not one["properties"]["logs"]]
    assert any(not one["properties"]["metrics"] for one in nothing)
    assert any(one["properties"]["metrics"] for one in nothing)


def test_a_setting_of_a_subscription_leaves_out_what_it_does_not_use() -> None:
    of_subscriptions = [one for path, one in settings() if "/resourcegroups/" not in path]
    assert of_subscriptions
    for setting in of_subscriptions:
        assert setting["id"].startswith("subscriptions/")
        assert set(setting["properties"]) == {"storageAccountId", "logs"}
        assert all(set(one) == {"category", "enabled"} for one in setting["properties"]["logs"])


def test_the_kinds_of_accounts_and_sites_all_occur() -> None:
    kinds = {row["kind"] for row in ALL_ROWS if row["type"] == "microsoft.storage/storageaccounts"}
    assert kinds == {"StorageV2", "Storage", "BlobStorage", "BlockBlobStorage", "FileStorage"}
    sites = {row["kind"] for row in ALL_ROWS if row["type"] == "microsoft.web/sites"}
    assert {"app,linux", "functionapp,linux"} <= sites


def test_tables_and_workspaces_have_booleans_inheritance_and_both_forms_of_dates() -> None:
    tables = [
        one["properties"]
        for path, listed in TENANT.arm.items()
        if path.endswith("/tables")
        for one in listed
        if isinstance(one, dict)
    ]
    assert all(type(one["retentionInDaysAsDefault"]) is bool for one in tables)
    assert all(type(one["totalRetentionInDaysAsDefault"]) is bool for one in tables)
    assert {-1} < {one["retentionInDays"] for one in tables}
    assert any(one["retentionInDays"] > 0 > one["totalRetentionInDays"] for one in tables)
    assert {"Analytics", "Basic"} == {one["plan"] for one in tables}
    workspaces = [
        row["properties"]
        for row in ALL_ROWS
        if row["type"] == "microsoft.operationalinsights/workspaces"
    ]
    dates = {one["createdDate"][-3:] == "GMT" for one in workspaces}
    assert dates == {True, False}


def element(path: str) -> dict[str, Any]:
    held = TENANT.graph[path]
    assert isinstance(held, list)
    return held[0]


def row(azure_type: str) -> dict[str, Any]:
    return next(one for one in ALL_ROWS if one["type"] == azure_type)


RECORDED = {
    "a role assignment": (
        lambda: row("microsoft.authorization/roleassignments")["properties"],
        (
            "roleDefinitionId principalId principalType scope condition conditionVersion "
            "description createdOn updatedOn createdBy updatedBy delegatedManagedIdentityResourceId"
        ),
    ),
    "a role definition": (
        lambda: row("microsoft.authorization/roledefinitions")["properties"],
        (
            "roleName type description assignableScopes permissions createdOn updatedOn createdBy "
            "updatedBy"
        ),
    ),
    "what a role allows": (
        lambda: row("microsoft.authorization/roledefinitions")["properties"]["permissions"][0],
        "actions notActions dataActions notDataActions",
    ),
    "a secret": (
        lambda: next(s for a in TENANT.graph["/applications"] for s in a["passwordCredentials"]),
        "customKeyIdentifier displayName endDateTime hint keyId secretText startDateTime",
    ),
    "a role of Entra ID": (
        lambda: element("/rolemanagement/directory/roledefinitions"),
        (
            "id description displayName isBuiltIn isEnabled resourceScopes templateId version "
            "rolePermissions"
        ),
    ),
    "a user by its id": (
        lambda: element("/directoryobjects"),
        (
            "@odata.type id businessPhones displayName givenName jobTitle mail mobilePhone "
            "officeLocation preferredLanguage surname userPrincipalName"
        ),
    ),
}
"""Keys of recorded and documented answers; see the docstring of each type's module."""


@pytest.mark.parametrize("what", RECORDED)
def test_an_object_has_the_keys_that_azure_sends_and_no_others(what: str) -> None:
    found, keys = RECORDED[what]
    assert set(found()) == set(keys.split())


def test_holders_are_of_every_kind_and_ends_have_every_form() -> None:
    given = [one for one in ALL_ROWS if one["type"] == "microsoft.authorization/roleassignments"]
    kinds = {one["properties"]["principalType"] for one in given}
    assert kinds == {"User", "Group", "ServicePrincipal", "ForeignGroup", "Device", "Unknown"}
    ends = [
        one["properties"]["endDateTime"]
        for path, listed in TENANT.arm.items()
        if path.endswith("/roleassignmentscheduleinstances")
        for one in listed
    ]
    assert None in ends
    written = [end for end in ends if isinstance(end, str)]
    assert any(end.startswith("0001") for end in written)
    assert any(not end.endswith("Z") for end in written)
    assert {len(end.partition(".")[2]) for end in written if end.endswith("Z")} >= {0, 4, 8}
