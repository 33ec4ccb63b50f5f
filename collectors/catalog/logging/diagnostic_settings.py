"""Diagnostic settings: whether resources log, and where the logs go."""

from collections.abc import Mapping
from typing import Any

from collectors.kit import (
    Arm,
    Check,
    Collector,
    Expectations,
    Item,
    Judge,
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
    states = [on for _, on in _streams(settings)]
    if not settings["value"]:
        return failed("has no diagnostic setting")
    if True in states:
        return passed("its diagnostic settings are switched on")
    if None in states:
        return unknown("Azure returned a diagnostic setting without saying what is switched on")
    return failed("its diagnostic settings are all switched off")


def to_workspace(settings: Item, _: Expectations) -> Verdict:
    """The logs arrive where they can be searched and kept."""
    streams = _streams(settings)
    targets = [setting.get("workspaceId", UNSAID) for setting, on in streams if on]
    if any(target and target is not UNSAID for target in targets):
        return passed("what is switched on goes to a Log Analytics workspace")
    if UNSAID in targets or any(on is None for _, on in streams):
        return unknown("Azure returned a diagnostic setting without its workspaceId or switches")
    return failed("nothing goes to a Log Analytics workspace")


UNSAID = object()


def listed(judge: Judge) -> Judge:
    """The judge for resources whose settings Azure listed; without a list it cannot be known."""

    def answer(settings: Item, expectations: Expectations) -> Verdict:
        if not isinstance(settings["value"], list):
            return unknown("Azure returned no list of diagnostic settings")
        return judge(settings, expectations)

    return answer


def _streams(settings: Item) -> list[tuple[Mapping[str, Any], bool | None]]:
    """Each setting with each switch in it; None where Azure did not say."""
    kind = "metrics" if settings.parent and settings.parent.type == STORAGE else "logs"
    found: list[tuple[Mapping[str, Any], bool | None]] = []
    for setting in (element["properties"] for element in settings["value"]):
        streams = setting.get(kind)
        unsaid: list[Any] = [] if isinstance(streams, list) else [{}]
        found += [(setting, stream.get("enabled")) for stream in streams or unsaid]
    return found


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
            judge=listed(enabled),
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
            judge=listed(to_workspace),
            controls=("A.8.15", "A.8.16"),
            remedy=(
                "az monitor diagnostic-settings update --resource <id> --name <setting>"
                " --set workspaceId=<id>"
            ),
            owner=Owner.SECURITY,
        ),
    ),
)
