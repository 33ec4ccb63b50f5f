"""Which permissions read settings, and nothing else."""

import re

ANYTHING = "*/read"
"""The one wildcard that is asked for: to list resources of every type, those to come included.

It is what Microsoft's built-in role Reader allows, and no more: settings of resources, and no
action. Most contents and secrets are had by actions such as `listKeys`, or by data actions, which
no `Actions` of a role allow, whatever their wildcard; a few keys of old are read by a `/read`, and
nothing here asks for those (`CONTENTS`).
https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/general#reader
https://learn.microsoft.com/azure/role-based-access-control/role-definitions#control-and-data-actions
"""
CONTENTS = (
    "Microsoft.AppConfiguration/configurationStores/keyValues",
    "Microsoft.ContainerRegistry/registries/pull",
    "Microsoft.ContainerRegistry/registries/repositories",
    "Microsoft.DocumentDB/databaseAccounts/readonlykeys",
    "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers/items",
    "Microsoft.EventHub/namespaces/messages",
    "Microsoft.KeyVault/vaults/certificates",
    "Microsoft.KeyVault/vaults/secrets",
    "Microsoft.OperationalInsights/workspaces/listKeys",
    "Microsoft.OperationalInsights/workspaces/sharedKeys",
    "Microsoft.ServiceBus/namespaces/messages",
    "Microsoft.Storage/storageAccounts/blobServices/containers/blobs",
    "Microsoft.Storage/storageAccounts/fileServices/fileshares/files",
    "Microsoft.Storage/storageAccounts/queueServices/queues/messages",
    "Microsoft.Storage/storageAccounts/tableServices/tables/entities",
    "Microsoft.Web/sites/functions/masterkey",
    "Microsoft.Web/sites/publishxml",
)
"""Places at and below which a `/read` gives what a resource holds, or a secret: never asked for.

https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations
"""
_ACTION = re.compile(r"[A-Z][A-Za-z]*(\.[A-Z][A-Za-z]*)+(/[A-Za-z]+)+/read")
"""One thing of one type, with its provider."""
_GRAPH = re.compile(r"[A-Z][A-Za-z]*\.Read\.[A-Z][A-Za-z]*")
"""An application permission that reads: one that writes says ReadWrite.

https://learn.microsoft.com/graph/permissions-overview#permissions-naming-pattern
"""
_CONTENTS = tuple(f"{place.lower()}/" for place in CONTENTS)


def only_reads(need: str) -> bool:
    """True for an Azure action or a Graph permission that lets nothing but settings be read."""
    if need == ANYTHING or _GRAPH.fullmatch(need):
        return True
    return _ACTION.fullmatch(need) is not None and not need.lower().startswith(_CONTENTS)
