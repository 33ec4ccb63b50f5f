"""SQL servers; what their audits keep is told in `logging.sql_auditing`.

Shaped by recorded answers of 2024-11-01-preview (5 November 2025) and 2021-02-01-preview: a server
with passwords only has no `administrators` at all, and an old one no lowest TLS version either.
"""

from typing import Any

from simulator.tenant.kit import ABSENT, Child, Fault, Policy, ResourceType, Scene, where
from simulator.tenant.network.parts import private_connections

VERSIONS = ("2014-04-01", "2020-11-01-preview", "2021-11-01", "2022-05-01-preview", "2023-08-01")
CHECK, BASELINE = "sql.databases.", "sql-baseline"


def guarded(scene: Scene) -> bool:
    """Whether a network security perimeter decides who reaches it, which is written elsewhere."""
    return scene.resource.ordinal > 1 and scene.share("perimeter") < 0.05


def body(scene: Scene) -> dict[str, Any]:
    """A server that nobody reaches but over private endpoints, and not with a password."""
    properties: dict[str, Any] = {
        "fullyQualifiedDomainName": f"{scene.name}.database.windows.net",
        "administratorLogin": "nghadmin",
        "version": "12.0",
        "state": "Ready",
        "minimalTlsVersion": scene.pick(("1.2", "1.2", "1.3"), "tls"),
        "publicNetworkAccess": "SecuredByPerimeter" if guarded(scene) else "Disabled",
        "restrictOutboundNetworkAccess": "Disabled",
        "privateEndpointConnections": private_connections(scene, state="Ready"),
        "externalGovernanceStatus": "Disabled",
        "retentionDays": -1,
    }
    if scene.share("workspace feature") < 0.5:
        properties["workspaceFeature"] = "Disconnected"
    properties["administrators"] = _administrators(scene)
    return {"kind": "v12.0", "identity": scene.identity(), "properties": properties}


def _administrators(scene: Scene) -> dict[str, Any]:
    return {
        "administratorType": "ActiveDirectory",
        "principalType": "Group",
        "login": "sg-sql-administrators",
        "sid": scene.dice.guid("group", "sg-sql-administrators"),
        "tenantId": scene.estate.tenant_id,
        "azureADOnlyAuthentication": True,
    }


TYPE = ResourceType(
    type="Microsoft.Sql/servers",
    naming="sql-ngh-{short}-{env}-{n:03}",
    weight=3.4,
    versions=VERSIONS,
    body=body,
    faults={
        f"{CHECK}server_minimum_tls": Fault(
            # An old version, none by name, or nothing said: an old server enforces none.
            fails=(
                {"properties.minimalTlsVersion": "None"},
                {"properties.minimalTlsVersion": "1.0"},
                {"properties.minimalTlsVersion": "1.1"},
                {"properties.minimalTlsVersion": ABSENT},
            ),
            policy=Policy(guid="32e6bbec-16b6-44c2-be37-c5b672d103cf", initiative=BASELINE),
        ),
        f"{CHECK}server_public_network": Fault(
            fails=({"properties.publicNetworkAccess": "Enabled"},),
            settled=where(guarded, "unknown"),
            policy=Policy(guid="1b8ca024-1d5c-4dec-8995-b1a932b41780", initiative=BASELINE),
        ),
        f"{CHECK}server_entra_only": Fault(
            # Of those that accept passwords some accept nothing else and name no administrator.
            fails=(
                {"properties.administrators": ABSENT},
                {"properties.administrators.azureADOnlyAuthentication": False},
            )
        ),
    },
    children=(Child(path="auditingSettings/default", purpose="auditing"),),
    leaf=False,
)
