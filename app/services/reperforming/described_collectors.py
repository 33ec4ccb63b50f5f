"""Collectors of sealed rules, as those rules describe themselves."""

from collections.abc import Mapping
from typing import Any, Literal

from collectors.kit import Arm, Check, Collector, Graph, GraphBatch, Owner, Read


def described_collector(told: Mapping[str, Any]) -> Collector:
    """A collector as far as an assessment looks at it: who leans on whom, which check is on what.

    What is really asked of Azure stays in the rules. Raises LookupError, TypeError or ValueError
    for what describes none.
    """
    return Collector(
        id=told["id"],
        title=told["title"],
        reads={name: _read(read) for name, read in told["reads"].items()},
        checks=tuple(
            Check(
                id=check["id"],
                title=check["title"],
                on=check["on"],
                uses=tuple(check["uses"]),
                beside=tuple(check["beside"]),
                controls=tuple(check["controls"]),
                remedy=check["remedy"],
                owner=Owner(check["owner"]),
            )
            for check in told["checks"]
        ),
    )


def _read(told: Mapping[str, Any]) -> Read:
    if told["kind"] == "GraphBatch":
        return GraphBatch(of=tuple(told["leans_on"]), ids=lambda _: ())
    if told["kind"] == "Graph":
        return Graph(path="")
    if told["of"] is not None:
        per: Literal["management_group", "resource"] = (
            "management_group" if told["tenant_wide"] else "resource"
        )
        return Arm(path="", api_version="", per=per, of=told["of"])
    return Arm(path="", api_version="", per="tenant" if told["tenant_wide"] else "subscription")
