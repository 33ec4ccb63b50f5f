"""Reads in words an auditor can repeat: where it was asked, the question, how often."""

from app.packs.view.pack import SourceRow
from collectors.kit import (
    Arm,
    Collector,
    Graph,
    GraphBatch,
    Logs,
    Read,
    ResourceGraph,
    ResourceList,
)
from collectors.kit.level import leans_on

PER = {
    "tenant": "once for the tenant",
    "management_group": "once for each management group",
    "subscription": "once for each subscription",
    "resource": "once for each resource",
}


def source_rows(collector: Collector, reads: set[str]) -> list[SourceRow]:
    """Rows of the named reads and of the lists they are asked for, in the collector's order."""
    wanted = set(reads)
    for name in reads:
        wanted.update(leans_on(collector.reads[name]))
    return [_row(collector, collector.reads[name]) for name in collector.reads if name in wanted]


def _row(collector: Collector, read: Read) -> SourceRow:
    match read:
        case ResourceGraph():
            kind, question, asked = "Azure Resource Graph", _kql(read), PER["tenant"]
        case Arm(path=path, api_version=version, per=per):
            kind = "Azure Resource Manager"
            question, asked = f"GET {path}?api-version={version}", PER[per]
        case Graph():
            kind, question, asked = "Microsoft Graph", _graph(read), PER["tenant"]
        case GraphBatch(path=path):
            kind, question = "Microsoft Graph", "POST /directoryObjects/getByIds"
            if path is not None:
                question = f"POST /$batch of GET {path}"
            asked = "once for each id that was named"
        case Logs(kql=kql, timespan=timespan):
            kind, question = "Azure Monitor Logs", kql
            asked = f"once for each workspace, over {timespan.days} days"
        case ResourceList():
            kind = "Azure Resource Manager, second route"
            question = "GET /subscriptions/{subscription}/resources"
            asked = PER["subscription"]
    return SourceRow(collector=collector.id, kind=kind, question=question, asked=asked)


def _kql(read: ResourceGraph) -> str:
    parts = [read.table]
    if read.types:
        parts.append(f"where type in~ ({', '.join(repr(t) for t in read.types)})")
    if read.among is not None:
        parts.append(f"where {read.among.path} in~ ({', '.join(map(repr, read.among.values))})")
    if read.project:
        parts.append(f"project {', '.join(read.project)}")
    return " | ".join([*parts, "order by id asc"])


def _graph(read: Graph) -> str:
    options = [
        f"${name}={value}"
        for name, value in (
            ("select", ",".join(read.select)),
            ("filter", read.filter),
            ("expand", read.expand),
            ("top", read.top),
        )
        if value
    ]
    return f"GET /v1.0/{read.path.lstrip('/')}" + ("?" + "&".join(options) if options else "")
