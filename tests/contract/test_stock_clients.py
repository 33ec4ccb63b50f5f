"""Microsoft's own clients read the simulator's answers without loss.

These are the packages of the lock file, unchanged: what they read is compared with what the
generator says the tenant holds. If they stop reading it, the simulator has drifted from Azure.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.core.credentials import TokenCredential
from azure.core.exceptions import HttpResponseError
from azure.identity import ClientSecretCredential
from azure.keyvault.keys import KeyClient
from azure.keyvault.secrets import SecretClient
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.keyvault import KeyVaultManagementClient
from azure.mgmt.monitor import MonitorManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.resource.subscriptions import SubscriptionClient
from azure.mgmt.resourcegraph import ResourceGraphClient
from azure.mgmt.resourcegraph.models import QueryRequest, QueryRequestOptions
from azure.mgmt.storage import StorageManagementClient
from azure.monitor.query import LogsQueryClient, LogsQueryResult

from simulator.levers.collector import enrolled
from simulator.levers.consent import Identity
from simulator.levers.rights import Rights
from simulator.process import SimulatorProcess
from simulator.tenant.generate import TenantSpec, generate
from simulator.tenant.model import Tenant

AS_OF = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Azure:
    """A simulated Azure, a credential for it, and the tenant it serves."""

    process: SimulatorProcess
    credential: TokenCredential
    tenant: Tenant

    @property
    def arm(self) -> dict[str, Any]:
        """What points an ARM client at the simulator."""
        return {
            "base_url": self.process.base_url,
            "credential_scopes": ["https://management.azure.com/.default"],
            "connection_verify": str(self.process.ca_file),
        }

    def rows(self, kind: str, subscription: str | None = None) -> dict[str, dict[str, Any]]:
        """Resource Graph rows of a type, by lower-case id."""
        return {
            row["id"].lower(): row
            for table in self.tenant.tables.values()
            for row in table
            if row["type"].lower() == kind and subscription in (None, row.get("subscriptionId"))
        }

    def subscription_with(self, kind: str) -> str:
        """A subscription that has at least one resource of a type."""
        return str(next(iter(self.rows(kind).values()))["subscriptionId"])


@pytest.fixture(scope="module")
def azure(simulator: SimulatorProcess) -> Iterator[Azure]:
    made = generate(
        TenantSpec(seed=7, subscriptions=3, resources=120, odd_resource=False), 0, AS_OF
    )
    object_id = simulator.identity()["object_id"]
    tenant = enrolled(made, Identity(app_id=simulator.client_id, object_id=object_id), Rights())
    credential = ClientSecretCredential(
        simulator.tenant_id,
        simulator.client_id,
        simulator.client_secret,
        authority=simulator.base_url,
        disable_instance_discovery=True,
        connection_verify=str(simulator.ca_file),
    )
    with credential:
        yield Azure(process=simulator, credential=credential, tenant=tenant)


def test_subscriptions(azure: Azure) -> None:
    with SubscriptionClient(azure.credential, **azure.arm) as client:
        seen = {each.subscription_id: each for each in client.subscriptions.list()}
        assert set(seen) == set(azure.process.subscriptions)
        for given in azure.tenant.subscriptions:
            assert lossless(given, seen[given["subscriptionId"]].as_dict())
            single = client.subscriptions.get(given["subscriptionId"])
            assert single.display_name == given["displayName"]
            assert single.state == given["state"]


def test_resources_of_every_subscription(azure: Azure) -> None:
    for subscription in azure.process.subscriptions:
        # The generator may leave a resource out of ARM's list: the two routes then differ.
        given = as_list(azure.tenant.arm[f"/subscriptions/{subscription}/resources"])
        expected = {row["id"].lower() for row in given}
        with ResourceManagementClient(azure.credential, subscription, **azure.arm) as client:
            seen = list(client.resources.list(top=7))
            disks = list(client.resources.list(filter="resourceType eq 'Microsoft.Compute/disks'"))
        assert {str(each.id).lower() for each in seen} == expected
        assert len(seen) == len(expected)
        assert len(disks) == sum(row["type"].lower() == "microsoft.compute/disks" for row in given)


def test_resource_graph_pages(azure: Azure) -> None:
    seen: list[dict[str, Any]] = []
    token: str | None = None
    with ResourceGraphClient(azure.credential, **azure.arm) as client:
        while True:
            page = client.resources(
                QueryRequest(
                    query="resources | order by id asc",
                    options=QueryRequestOptions(
                        top=50, skip_token=token, result_format="objectArray"
                    ),
                )
            )
            rows: Any = page.data
            seen += rows
            token = page.skip_token
            if token is None:
                break
    expected = sorted(azure.tenant.tables["resources"], key=lambda row: str(row["id"]))
    assert page.total_records == len(expected)
    assert seen == expected


def test_role_assignments_at_every_scope(azure: Azure) -> None:
    subscription = azure.process.subscriptions[0]
    with AuthorizationManagementClient(azure.credential, subscription, **azure.arm) as client:
        seen = {
            str(each.id).lower(): each for each in client.role_assignments.list_for_subscription()
        }
    expected = {
        row_id: row
        for row_id, row in azure.rows("microsoft.authorization/roleassignments").items()
        if row["properties"]["scope"].lower().startswith(f"/subscriptions/{subscription}")
        or not row["properties"]["scope"].lower().startswith("/subscriptions/")
    }
    assert set(seen) == set(expected)
    for row_id, row in expected.items():
        assert seen[row_id].principal_id == row["properties"]["principalId"]
        assert seen[row_id].role_definition_id == row["properties"]["roleDefinitionId"]
        assert seen[row_id].scope == row["properties"]["scope"]


def test_role_definitions(azure: Azure) -> None:
    subscription = azure.process.subscriptions[0]
    scope = f"/subscriptions/{subscription}"
    with AuthorizationManagementClient(azure.credential, subscription, **azure.arm) as client:
        every = list(client.role_definitions.list(scope))
        custom = list(client.role_definitions.list(scope, filter="type eq 'CustomRole'"))
    path = f"{scope}/providers/microsoft.authorization/roledefinitions"
    rows = {row["id"]: row["properties"] for row in as_list(azure.tenant.arm[path])}
    assert {each.id for each in every} == set(rows)
    assert len(every) > len(custom) > 0
    for each in every:
        assert each.role_name == rows[each.id]["roleName"]
        assert each.permissions[0].actions == rows[each.id]["permissions"][0]["actions"]


@pytest.mark.parametrize(
    ("operations", "segment"),
    [
        ("role_eligibility_schedule_instances", "roleeligibilityscheduleinstances"),
        ("role_assignment_schedule_instances", "roleassignmentscheduleinstances"),
        ("role_management_policy_assignments", "rolemanagementpolicyassignments"),
    ],
)
def test_privileged_identity_management(azure: Azure, operations: str, segment: str) -> None:
    total = 0
    for subscription in azure.process.subscriptions:
        path = f"/subscriptions/{subscription}/providers/microsoft.authorization/{segment}"
        given = as_list(azure.tenant.arm[path])
        with AuthorizationManagementClient(azure.credential, subscription, **azure.arm) as client:
            listed = getattr(client, operations).list_for_scope(f"subscriptions/{subscription}")
            seen = {each.id: each for each in listed}
        assert set(seen) == {each["id"] for each in given}
        for each in given:
            assert seen[each["id"]].scope == each["properties"]["scope"]
            assert seen[each["id"]].role_definition_id == each["properties"]["roleDefinitionId"]
        total += len(given)
    assert total > 0


def test_storage_accounts_and_their_blob_services(azure: Azure) -> None:
    subscription = azure.subscription_with("microsoft.storage/storageaccounts")
    rows = azure.rows("microsoft.storage/storageaccounts", subscription)
    with StorageManagementClient(azure.credential, subscription, **azure.arm) as client:
        seen = {str(each.id).lower(): each for each in client.storage_accounts.list()}
        assert set(seen) == set(rows)
        for row_id, row in rows.items():
            assert lossless(row["properties"], seen[row_id].as_dict()["properties"])
            group, name = row["resourceGroup"], row["name"]
            if row["kind"] == "FileStorage":
                with pytest.raises(HttpResponseError, match="FeatureNotSupportedForAccount"):
                    client.blob_services.get_service_properties(group, name)
                continue
            services = client.blob_services.get_service_properties(group, name)
            given = azure.tenant.arm[f"{row_id}/blobservices/default"]
            assert isinstance(given, dict)
            assert lossless(given, services.as_dict())


def test_network_security_groups(azure: Azure) -> None:
    subscription = azure.subscription_with("microsoft.network/networksecuritygroups")
    rows = azure.rows("microsoft.network/networksecuritygroups", subscription)
    with NetworkManagementClient(azure.credential, subscription, **azure.arm) as client:
        seen = {str(each.id).lower(): each for each in client.network_security_groups.list_all()}
    assert set(seen) == set(rows)
    for row_id, row in rows.items():
        assert lossless(row["properties"], seen[row_id].as_dict()["properties"])


def test_diagnostic_settings(azure: Azure) -> None:
    subscription = azure.subscription_with("microsoft.keyvault/vaults")
    suffix = "/providers/microsoft.insights/diagnosticsettings"
    given = {
        path.removesuffix(suffix): as_list(settings)
        for path, settings in azure.tenant.arm.items()
        if path.endswith(suffix)
    }
    assert any(given.values())
    with MonitorManagementClient(azure.credential, subscription, **azure.arm) as client:
        for resource, settings in given.items():
            seen = list(client.diagnostic_settings.list(resource))
            assert [each.name for each in seen] == [each["name"] for each in settings]
            for each, setting in zip(seen, settings, strict=True):
                properties = setting["properties"]
                assert each.workspace_id == properties.get("workspaceId")
                assert [log.enabled for log in each.logs or []] == [
                    log["enabled"] for log in properties.get("logs") or []
                ]


def test_key_vaults(azure: Azure) -> None:
    subscription = azure.subscription_with("microsoft.keyvault/vaults")
    rows = azure.rows("microsoft.keyvault/vaults", subscription)
    with KeyVaultManagementClient(azure.credential, subscription, **azure.arm) as client:
        seen = {str(each.id).lower(): each for each in client.vaults.list_by_subscription()}
    assert set(seen) == set(rows)
    for row_id, row in rows.items():
        assert lossless(row["properties"], seen[row_id].as_dict()["properties"])


def test_what_a_vault_holds(azure: Azure) -> None:
    trust = {"connection_verify": str(azure.process.ca_file), "verify_challenge_resource": False}
    total = 0
    for name, vault in azure.tenant.vaults.items():
        url = f"{azure.process.base_url}/vaults/{name}"
        with KeyClient(url, azure.credential, **trust) as keys:
            seen = {each.id: each for each in keys.list_properties_of_keys()}
        assert set(seen) == {each["kid"] for each in vault["keys"]}
        for each in vault["keys"]:
            assert seen[each["kid"]].enabled is each["attributes"]["enabled"]
            expires = seen[each["kid"]].expires_on
            assert (expires and int(expires.timestamp())) == each["attributes"].get("exp")
        with SecretClient(url, azure.credential, **trust) as secrets:
            listed = {each.id for each in secrets.list_properties_of_secrets()}
        assert listed == {each["id"] for each in vault["secrets"]}
        total += len(seen) + len(listed)
    assert total > 0


def test_log_analytics(azure: Azure) -> None:
    query = (
        "union isfuzzy=true withsource=TableName AzureActivity, AuditLogs, SigninLogs | summarize "
        "oldest=min(TimeGenerated), newest=max(TimeGenerated), records=count() by TableName"
    )
    trust = str(azure.process.ca_file)
    with LogsQueryClient(
        azure.credential, endpoint=azure.process.base_url, connection_verify=trust
    ) as client:
        for workspace, tables in azure.tenant.logs.items():
            answer = client.query_workspace(workspace, query, timespan=timedelta(days=730))
            assert isinstance(answer, LogsQueryResult)
            asked = ("AzureActivity", "AuditLogs", "SigninLogs")
            held = {name: tables[name] for name in asked if name in tables}
            expected = {name: span for name, span in held.items() if span.records}
            rows = {row["TableName"]: row for row in answer.tables[0].rows}
            assert set(rows) == set(expected)
            for name, span in expected.items():
                seen = min(span.visible or timedelta(days=730), timedelta(days=730))
                if span.oldest > AS_OF - seen + timedelta(days=1):
                    assert rows[name]["oldest"] == span.oldest
                    assert rows[name]["records"] == span.records
                assert rows[name]["newest"] == span.newest


def as_list(value: Any) -> list[dict[str, Any]]:
    """A generator's entry that is a list."""
    assert isinstance(value, list)
    return value


def lossless(given: Any, seen: Any) -> bool:
    """True when everything given and not null is among what the client read."""
    if isinstance(given, Mapping):
        missing = [
            key
            for key, value in given.items()
            if value is not None and (key not in seen or not lossless(value, seen[key]))
        ]
        assert not missing, f"lost {missing} of {given} in {seen}"
        return True
    if isinstance(given, list):
        return len(given) == len(seen) and all(map(lossless, given, seen))
    return bool(given == seen)
