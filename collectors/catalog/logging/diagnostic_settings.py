"""Diagnostic settings: whether resources log, and where the logs go."""

from collections.abc import Iterator, Mapping
from typing import Any

from collectors.kit import (
    Arm,
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

STORAGE = "microsoft.storage/storageaccounts"
"""Accounts emit metrics only; their logs belong to the services below them.
https://learn.microsoft.com/azure/storage/blobs/monitor-blob-storage
"""


def enabled(settings: Item, _: Expectations) -> Verdict:
    """Something is logged."""
    if not _settings(settings):
        return failed("has no diagnostic setting")
    states = [state for _, state in _streams(settings)]
    if True in states:
        return passed("its diagnostic settings are switched on")
    if None in states:
        return unknown("Azure returned a diagnostic setting without saying what is switched on")
    return failed("its diagnostic settings are all switched off")


def to_workspace(settings: Item, _: Expectations) -> Verdict:
    """The logs arrive where they can be searched and kept."""
    found = list(_streams(settings))
    targets = [setting.get("workspaceId", UNSAID) for setting, on in found if on]
    if any(target and target is not UNSAID for target in targets):
        return passed("what is switched on goes to a Log Analytics workspace")
    if UNSAID in targets or any(on is None for _, on in found):
        return unknown("Azure returned a diagnostic setting without its workspaceId or switches")
    return failed("nothing goes to a Log Analytics workspace")


UNSAID = object()


def _settings(settings: Item) -> list[Mapping[str, Any]]:
    """Raises TypeError where Azure sent no list: the kit answers unknown."""
    value = settings["value"]
    if not isinstance(value, list):
        raise TypeError("no list of diagnostic settings")
    return [setting["properties"] for setting in value]


def _streams(settings: Item) -> Iterator[tuple[Mapping[str, Any], bool | None]]:
    """Each setting with each switch in it; None where Azure did not say."""
    of = settings.parent.type if settings.parent else ""
    for setting in _settings(settings):
        streams = setting.get("metrics" if of == STORAGE else "logs")
        if not isinstance(streams, list):
            yield setting, None
        for stream in streams or ():
            yield setting, stream.get("enabled")


COLLECTOR = Collector(
    id="logging.diagnostic_settings",
    title="Diagnostic settings",
    reads={
        "resources": ResourceGraph(
            table="resources",
            project=(
                "id",
                "name",
                "type",
                "kind",
                "location",
                "resourceGroup",
                "subscriptionId",
                "tags",
            ),
            needs=("*/read",),
        ),
        "settings": Arm(
            path="{id}/providers/Microsoft.Insights/diagnosticSettings",
            api_version="2021-05-01-preview",
            per="resource",
            of="resources",
            types=(
                "microsoft.keyvault/vaults",
                "microsoft.sql/servers/databases",
                "microsoft.network/networksecuritygroups",
                "microsoft.network/applicationgateways",
                "microsoft.web/sites",
                "microsoft.operationalinsights/workspaces",
                STORAGE,
                "microsoft.recoveryservices/vaults",
                "microsoft.containerservice/managedclusters",
                "microsoft.dbforpostgresql/flexibleservers",
                "microsoft.cognitiveservices/accounts",
                "microsoft.apimanagement/service",
            ),
            needs=("Microsoft.Insights/diagnosticSettings/read",),
        ),
    },
    checks=(
        Check(
            id="enabled",
            title="Resources log what happens to them",
            on="settings",
            judge=enabled,
            controls=("A.8.15",),
            remedy=(
                "az monitor diagnostic-settings create --resource <id> --name to-workspace"
                """ --workspace <id> --logs '[{"categoryGroup":"allLogs","enabled":true}]'"""
            ),
            owner=Owner.CLOUD,
        ),
        Check(
            id="to_workspace",
            title="Logs go to a Log Analytics workspace",
            on="settings",
            judge=to_workspace,
            controls=("A.8.15", "A.8.16"),
            remedy=(
                "az monitor diagnostic-settings update --resource <id> --name <setting>"
                " --set workspaceId=<id>"
            ),
            owner=Owner.SECURITY,
        ),
    ),
)
