"""The least rights the collectors need, generated from what each read declares."""

from collections.abc import Iterable
from typing import Any

from collectors.kit.spec import Collector, Graph, GraphBatch


def azure_actions(collectors: Iterable[Collector]) -> list[str]:
    """Azure RBAC actions of all ARM, Resource Graph and Log Analytics reads, sorted."""
    return sorted(
        {
            need
            for collector in collectors
            for read in collector.reads.values()
            if not isinstance(read, Graph | GraphBatch)
            for need in read.needs
        }
    )


def needed_actions() -> list[str]:
    """Azure RBAC actions of every collector there is, sorted."""
    # the registry finds the catalogue, whose files stand on this module
    from collectors.kit.catalogue.registry import all_collectors

    return azure_actions(all_collectors())


def graph_permissions(collectors: Iterable[Collector]) -> list[str]:
    """Microsoft Graph application permissions, sorted."""
    return sorted(
        {
            need
            for collector in collectors
            for read in collector.reads.values()
            if isinstance(read, Graph | GraphBatch)
            for need in read.needs
        }
    )


def custom_role(collectors: Iterable[Collector], scope: str) -> dict[str, Any]:
    """A custom role definition for `az role definition create`, with reads only."""
    return {
        "Name": "Annexa evidence collector",
        "IsCustom": True,
        "Description": "Reads configuration for ISO/IEC 27001 evidence. No writes, no secrets.",
        "Actions": azure_actions(collectors),
        "NotActions": [],
        "DataActions": [],
        "NotDataActions": [],
        "AssignableScopes": [scope],
    }
