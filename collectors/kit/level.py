"""Which reads belong to which scope."""

from collections.abc import Iterator

from collectors.kit.spec import (
    TENANT,
    Arm,
    Collector,
    Graph,
    GraphBatch,
    Logs,
    Read,
    ResourceGraph,
    ResourceList,
    Scope,
)
from collectors.kit.values.arm_ids import SUBSCRIPTION


def is_tenant_wide(read: Read) -> bool:
    """True for reads asked once for the tenant, False for those asked per subscription."""
    match read:
        case Arm(per=per):
            return per in ("tenant", "management_group")
        case Logs() | ResourceList():
            return False
        case _:
            return True


def parent_read(read: Read) -> str | None:
    """Name of the sibling read whose items this read is asked for, if it is per resource."""
    match read:
        case Arm(per="resource" | "management_group", of=of) | Logs(of=of):
            return of
        case _:
            return None


def leans_on(read: Read) -> tuple[str, ...]:
    """Names of the sibling reads whose items say what this read is asked for."""
    if isinstance(read, GraphBatch):
        return read.of
    of = parent_read(read)
    return () if of is None else (of,)


def reads_in(collector: Collector, scope: Scope) -> Iterator[str]:
    """Names of the reads a record of this scope speaks for."""
    for name, read in collector.reads.items():
        if is_tenant_wide(read) == (scope == TENANT):
            yield name


def context_of(collector: Collector, scope: Scope) -> tuple[str, ...]:
    """Tenant-wide reads a record of this scope needs beside its own: parents and compared sets."""
    own = set(reads_in(collector, scope))
    wanted = {name for one in own for name in leans_on(collector.reads[one])}
    for check in collector.checks:
        if check.on in own:
            wanted.update((*check.uses, *check.beside))
    for name in reversed(tuple(collector.reads)):  # what a read leans on stands before it
        if name in wanted:
            wanted.update(leans_on(collector.reads[name]))
    return tuple(name for name in collector.reads if name in wanted and name not in own)


def looked_at(collector: Collector, scope: Scope) -> set[str]:
    """Names of the reads in which a record of this scope looks things up, whole as they are."""
    own = set(reads_in(collector, scope))
    found = {name for check in collector.checks if check.on in own for name in check.beside}
    batches = (read for read in collector.reads.values() if isinstance(read, GraphBatch))
    return found.union(*(batch.of for batch in batches))


def types_of(read: Read) -> tuple[str, ...]:
    """Azure types that a list holds, in lower case; empty for a list of anything."""
    match read:
        case ResourceGraph(types=types):
            return types
        case Arm(per="tenant", path="/subscriptions"):
            return (SUBSCRIPTION,)
        case Arm(per="subscription", path=path):
            _, found, own = path.lower().rpartition("/providers/")
            return (own,) if found else ()
        case _:
            return ()


def lists_in(collector: Collector, scope: Scope) -> list[str]:
    """Names of the lists a record of this scope rests on: of each something may be missing."""
    return [
        name
        for name in (*context_of(collector, scope), *reads_in(collector, scope))
        if is_list(collector.reads[name])
    ]


def is_list(read: Read) -> bool:
    """True for a read whose elements are things that can be asked for by themselves.

    States of policies are none: they come and go with their assignments and evaluations.
    """
    match read:
        case ResourceGraph(table="policyresources"):
            return False
        case ResourceGraph() | Graph() | ResourceList():
            return True
        case Arm(per="tenant" | "subscription"):
            return True
        case Arm(each=each):
            return each
        case _:
            return False


def has_scope(collector: Collector, scope: Scope) -> bool:
    """True when the collector asks anything in this kind of scope."""
    return any(True for _ in reads_in(collector, scope))
