"""Finds every collector in `collectors.catalog`: a new file is a new collector, nothing else."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache

from collectors.kit.catalogue.logged_types import with_logged_types
from collectors.kit.catalogue.policies import with_policies
from collectors.kit.catalogue.read_actions import only_reads
from collectors.kit.errors import CatalogError
from collectors.kit.level import leans_on, parent_read
from collectors.kit.spec import Check, Collector, GraphBatch, Read, ResourceGraph


@cache
def all_collectors() -> tuple[Collector, ...]:
    """Every collector, by id. Raises CatalogError when one is described wrongly."""
    package = importlib.import_module("collectors.catalog")
    names = sorted(_modules(package.__path__, "collectors.catalog."))
    return with_logged_types(with_policies(_collector(name) for name in names))


def collector_by_id(collector_id: str) -> Collector:
    """One collector. Raises CatalogError for an id that does not exist."""
    for collector in all_collectors():
        if collector.id == collector_id:
            return collector
    raise CatalogError(f"there is no collector {collector_id!r}")


def validate(
    collectors: Iterable[Collector], controls: Iterable[str], expectations: Iterable[str]
) -> None:
    """Refuse to start with a check that names an unknown control, expectation or read."""
    known_controls, known_expectations = set(controls), set(expectations)
    for collector in collectors:
        for fault in _faults(collector, known_controls, known_expectations):
            raise CatalogError(f"collector {collector.id}: {fault}")


def _modules(path: Iterable[str], prefix: str) -> Iterator[str]:
    for module in pkgutil.iter_modules(path, prefix):
        if module.ispkg:
            package = importlib.import_module(module.name)
            yield from _modules(package.__path__, module.name + ".")
        else:
            yield module.name


def _collector(module_name: str) -> Collector:
    found = getattr(importlib.import_module(module_name), "COLLECTOR", None)
    expected = module_name.removeprefix("collectors.catalog.")
    if not isinstance(found, Collector) or found.id != expected:
        raise CatalogError(f"{module_name} must define COLLECTOR with the id {expected!r}")
    return found


def _faults(collector: Collector, controls: set[str], expectations: set[str]) -> Iterator[str]:
    for name, read in collector.reads.items():
        yield from _read_faults(name, read, collector)
    seen: set[str] = set()
    for check in collector.checks:
        if check.id in seen:
            yield f"check {check.id} stands twice"
        seen.add(check.id)
        yield from _check_faults(check, collector, controls, expectations)


def _read_faults(name: str, read: Read, collector: Collector) -> Iterator[str]:
    of = parent_read(read)
    if of is not None and of not in collector.reads:
        yield f"read {name} is asked per item of {of!r}, which is not a read"
    before = list(collector.reads)[: list(collector.reads).index(name)]
    if isinstance(read, GraphBatch) and not set(leans_on(read)) <= set(before):
        yield f"read {name} takes its ids from {', '.join(read.of)}, which do not stand before it"
    if isinstance(read, ResourceGraph) and read.among is not None and not read.among.values:
        yield f"read {name} asks for rows among none"
    for need in read.needs:
        if not only_reads(need):
            yield f"read {name} needs {need}, which is more than reading"


def _check_faults(
    check: Check, collector: Collector, controls: set[str], expectations: set[str]
) -> Iterator[str]:
    if (check.judge is None) == (check.judge_all is None):
        yield f"check {check.id} needs either judge or judge_all"
    if not check.owner:
        yield f"check {check.id} has no owner, and its collector names none"
    for name in (check.on, *check.uses, *check.beside):
        if name not in collector.reads:
            yield f"check {check.id} stands on {name!r}, which is not a read"
    for control in set(check.controls) - controls or ({"none"} if not check.controls else ()):
        yield f"check {check.id} names the unknown control {control}"
    if check.expectation is not None and check.expectation not in expectations:
        yield f"check {check.id} names the unknown expectation {check.expectation}"
