"""The collecting identity in Microsoft Entra: its service principal and its Graph permissions.

It is an application of a vendor, so that the tenant has its service principal only.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import NAMESPACE_URL, uuid5

from simulator.levers.graph_permissions import GRANTED, GRAPH_APP, OTHERS
from simulator.levers.rights import Rights
from simulator.tenant.estate.dates import zulu
from simulator.tenant.identity.service_principals import MICROSOFT
from simulator.tenant.model import Tenant

Row: TypeAlias = dict[str, Any]
NAME = "Annexa evidence collector"
_AGE = timedelta(days=300)


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who asks."""

    app_id: str
    object_id: str


def consented(tenant: Tenant, who: Identity, rights: Rights) -> dict[str, Any]:
    """Lists of Microsoft Graph with the identity, with Microsoft Graph, and the grants between."""
    vendor = unique("vendor", tenant.tenant_id)
    own = _principal(who.object_id, who.app_id, NAME, vendor)
    graph = _principal(unique("microsoft graph", tenant.tenant_id), GRAPH_APP, _GRAPH, MICROSOFT)
    graph |= {"appRoles": [_app_role(*one) for one in (GRANTED | OTHERS).items()]}
    directory = {
        "@odata.type": "#microsoft.graph.servicePrincipal",
        "id": who.object_id,
        "appId": who.app_id,
        "displayName": NAME,
        "accountEnabled": True,
        "appOwnerOrganizationId": vendor,
        "servicePrincipalType": "Application",
    }
    return {
        "/serviceprincipals": [*tenant.graph.get("/serviceprincipals", ()), own, graph],
        "/directoryobjects": [*tenant.graph.get("/directoryobjects", ()), directory],
        f"/serviceprincipals/{who.object_id}/approleassignments": [
            _grant(tenant, who, str(graph["id"]), one) for one in rights.granted
        ],
    }


_GRAPH = "Microsoft Graph"


def _principal(identity: str, app: str, name: str, owner: str) -> Row:
    return {
        "id": identity,
        "deletedDateTime": None,
        "accountEnabled": True,
        "appId": app,
        "appDisplayName": name,
        "appOwnerOrganizationId": owner,
        "displayName": name,
        "servicePrincipalType": "Application",
        "servicePrincipalNames": [app],
        "signInAudience": "AzureADMultipleOrgs",
        "tags": [],
        "passwordCredentials": [],
        "keyCredentials": [],
        "appRoles": [],
    }


def _app_role(value: str, guid: str) -> Row:
    return {
        "allowedMemberTypes": ["Application"],
        "description": value,
        "displayName": value,
        "id": guid,
        "isEnabled": True,
        "origin": "Application",
        "value": value,
    }


def _grant(tenant: Tenant, who: Identity, resource: str, permission: str) -> Row:
    """A permission that was consented to.

    https://learn.microsoft.com/graph/api/serviceprincipal-list-approleassignments
    """
    return {
        "id": unique("grant", who.object_id, permission).replace("-", ""),
        "deletedDateTime": None,
        "appRoleId": GRANTED[permission],
        "createdDateTime": zulu(made_on(tenant)),
        "principalDisplayName": NAME,
        "principalId": who.object_id,
        "principalType": "ServicePrincipal",
        "resourceDisplayName": _GRAPH,
        "resourceId": resource,
    }


def made_on(tenant: Tenant) -> datetime:
    """When the identity came to be: the same day on every night."""
    midnight = tenant.as_of.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=tenant.night) - _AGE


def unique(*keys: str) -> str:
    """A GUID that follows from its keys."""
    return str(uuid5(NAMESPACE_URL, "annexa-simulator/collector/" + "/".join(keys)))
