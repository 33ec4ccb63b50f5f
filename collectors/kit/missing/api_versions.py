"""Versions by which a single resource can be asked for, by type.

Any stable version of a type will do to learn whether a thing is there. Types that are not listed
are looked up at their provider when one of them has to be asked for.

https://learn.microsoft.com/azure/templates
"""

from collections.abc import Mapping, Sequence

PROVIDER_VERSION = "2021-04-01"
"""Of the question which versions a provider knows.
https://learn.microsoft.com/rest/api/resources/providers/get"""

API_VERSIONS: Mapping[str, str] = {
    "microsoft.authorization/roleassignments": "2022-04-01",
    "microsoft.authorization/roleassignmentscheduleinstances": "2020-10-01",
    "microsoft.authorization/roledefinitions": "2022-04-01",
    "microsoft.authorization/roleeligibilityscheduleinstances": "2020-10-01",
    "microsoft.authorization/rolemanagementpolicyassignment": "2020-10-01",
    "microsoft.authorization/rolemanagementpolicyassignments": "2020-10-01",
    "microsoft.automation/automationaccounts": "2022-08-08",
    "microsoft.cache/redis": "2023-08-01",
    "microsoft.compute/disks": "2023-10-02",
    "microsoft.compute/snapshots": "2023-10-02",
    "microsoft.compute/virtualmachines": "2023-09-01",
    "microsoft.compute/virtualmachines/extensions": "2023-09-01",
    "microsoft.compute/virtualmachinescalesets": "2023-09-01",
    "microsoft.containerregistry/registries": "2023-07-01",
    "microsoft.containerservice/managedclusters": "2023-10-01",
    "microsoft.dbforpostgresql/flexibleservers": "2022-12-01",
    "microsoft.documentdb/databaseaccounts": "2023-11-15",
    "microsoft.eventhub/namespaces": "2021-11-01",
    "microsoft.insights/actiongroups": "2023-01-01",
    "microsoft.insights/components": "2020-02-02",
    "microsoft.insights/diagnosticsettings": "2021-05-01-preview",
    "microsoft.keyvault/vaults": "2023-07-01",
    "microsoft.logic/workflows": "2019-05-01",
    "microsoft.managedidentity/userassignedidentities": "2023-01-31",
    "microsoft.management/managementgroups": "2020-05-01",
    "microsoft.network/applicationgateways": "2023-09-01",
    "microsoft.network/azurefirewalls": "2023-09-01",
    "microsoft.network/loadbalancers": "2023-09-01",
    "microsoft.network/networkinterfaces": "2023-09-01",
    "microsoft.network/networksecuritygroups": "2023-09-01",
    "microsoft.network/privatednszones": "2020-06-01",
    "microsoft.network/privateendpoints": "2023-09-01",
    "microsoft.network/publicipaddresses": "2023-09-01",
    "microsoft.network/routetables": "2023-09-01",
    "microsoft.network/virtualnetworks": "2023-09-01",
    "microsoft.operationalinsights/workspaces": "2022-10-01",
    "microsoft.operationalinsights/workspaces/tables": "2022-10-01",
    "microsoft.recoveryservices/vaults": "2023-04-01",
    "microsoft.resources/subscriptions": "2022-12-01",
    "microsoft.resources/subscriptions/resourcegroups": "2021-04-01",
    "microsoft.servicebus/namespaces": "2021-11-01",
    "microsoft.sql/servers": "2021-11-01",
    "microsoft.sql/servers/databases": "2021-11-01",
    "microsoft.storage/storageaccounts": "2023-05-01",
    "microsoft.web/serverfarms": "2023-12-01",
    "microsoft.web/sites": "2023-12-01",
}


def newest_stable(versions: Sequence[str]) -> str | None:
    """The newest version that is no preview; the newest of all where each is one."""
    stable = [one for one in versions if len(one) == len("2021-04-01")]
    return max(stable or versions, default=None)
