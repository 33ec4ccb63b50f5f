"""Finds every type in `simulator.tenant.types`: a new file is a new type, nothing else."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator
from functools import cache

from simulator.tenant.kit.fault import Fault
from simulator.tenant.kit.resource_type import ResourceType


@cache
def all_types() -> tuple[ResourceType, ...]:
    """Every type, parents before what lives below them, else by name of the file.

    Raises:
        TypeError: a file without a TYPE, a type that two files describe, or a parent that no file
            describes. A check may be asked of several types.
    """
    package = importlib.import_module("simulator.tenant.types")
    names = sorted(_modules(package.__path__, f"{package.__name__}."))
    found = {name: _type(name) for name in names}
    _refuse_twice((one.row_type, name) for name, one in found.items())
    known = {one.type for one in found.values()}
    for name, one in found.items():
        if one.parent and one.parent not in known:
            raise TypeError(f"{name} lives below {one.parent!r}, which no file describes")
    return tuple(sorted(found.values(), key=lambda one: one.parent != ""))


@cache
def type_of(name: str) -> ResourceType | None:
    """The type of that name in any case; None for one that no file describes."""
    return next((one for one in all_types() if one.row_type == name.lower()), None)


def all_faults() -> Iterator[tuple[str, Fault]]:
    """Every check that types are asked, by its full id."""
    for one in all_types():
        for faults in (one.faults, *(child.faults for child in one.children)):
            yield from faults.items()


def _modules(path: Iterable[str], prefix: str) -> Iterator[str]:
    for module in pkgutil.iter_modules(path, prefix):
        if module.ispkg:
            package = importlib.import_module(module.name)
            yield from _modules(package.__path__, f"{module.name}.")
        else:
            yield module.name


def _type(module_name: str) -> ResourceType:
    found = getattr(importlib.import_module(module_name), "TYPE", None)
    if not isinstance(found, ResourceType):
        raise TypeError(f"{module_name} must define TYPE, a ResourceType")
    return found


def _refuse_twice(described: Iterable[tuple[str, str]]) -> None:
    seen: dict[str, str] = {}
    for key, module_name in described:
        if key in seen:
            raise TypeError(f"{seen[key]} and {module_name} both describe the type {key!r}")
        seen[key] = module_name
