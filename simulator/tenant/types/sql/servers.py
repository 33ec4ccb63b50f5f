"""SQL servers; what their audits keep is told in `logging.sql_auditing`.

Shaped by recorded answers of 2024-11-01-preview (5 November 2025) and 2021-02-01-preview: a server
with passwords only has no `administrators` at all, and an old one no lowest TLS version either.
"""

from typing import Any

from simulator.tenant.kit import ABSENT, Child, Fault, Policy, ResourceType, Scene

VERSIONS = ("2014-04-01", "2020-11-01-preview", "2021-11-01", "2022-05-01-preview", "2023-08-01")
CHECK, BASELINE = "sql.databases.", "sql-baseline"


def guarded(scene: Scene) -> str:
    """A network security perimeter decides who reaches it, which is written elsewhere."""
    one = scene.resource
    return "unknown" if one.ordinal > 1 and scene.share("perimeter") < 0.05 else ""


def body(scene: Scene) -> dict[str, Any]:
    """A server as its verdicts ask for."""
    properties = {
        "fullyQualifiedDomainName": f"{scene.name}.database.windows.net",
        "administratorLogin": "nghadmin",
        "version": "12.0",
        "state": "Ready",
        "minimalTlsVersion": scene.pick(("1.2", "1.2", "1.3"), "tls"),
        "publicNetworkAccess": "Disabled",
        "restrictOutboundNetworkAccess": "Disabled",
        "privateEndpointConnections": _connections(scene),
        "externalGovernanceStatus": "Disabled",
        "retentionDays": -1,
    }
    if scene.share("workspace feature") < 0.5:
        properties["workspaceFeature"] = "Disconnected"
    properties |= _administrators(scene)
    return {"kind": "v12.0", "identity": scene.identity(), "properties": properties}


def _administrators(scene: Scene) -> dict[str, Any]:
    """Half of those that accept passwords accept nothing else: they name no administrator."""
    passwords = scene.fails(f"{CHECK}server_entra_only")
    if passwords and scene.share("passwords only") < 0.5:
        return {}
    return {
        "administrators": {
            "administratorType": "ActiveDirectory",
            "principalType": "Group",
            "login": "sg-sql-administrators",
            "sid": scene.dice.guid("group", "sg-sql-administrators"),
            "tenantId": scene.estate.tenant_id,
            "azureADOnlyAuthentication": not passwords,
        }
    }


def _connections(scene: Scene) -> list[dict[str, Any]]:
    endpoint = scene.estate.near("Microsoft.Network/privateEndpoints", scene.resource)
    if endpoint is None:
        return []
    approved = {"status": "Approved", "description": "Auto-approved", "actionsRequired": "None"}
    name = f"{endpoint.name}-{scene.guid('connection')}"
    properties = {
        "provisioningState": "Ready",
        "privateEndpoint": {"id": endpoint.id},
        "privateLinkServiceConnectionState": approved,
    }
    return [{"id": f"{scene.id}/privateEndpointConnections/{name}", "properties": properties}]


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
            unknown=({"properties.publicNetworkAccess": "SecuredByPerimeter"},),
            open_share=0,
            settled=guarded,
            policy=Policy(guid="1b8ca024-1d5c-4dec-8995-b1a932b41780", initiative=BASELINE),
        ),
        f"{CHECK}server_entra_only": Fault(),
    },
    children=(Child(path="auditingSettings/default", purpose="auditing"),),
    leaf=False,
)
