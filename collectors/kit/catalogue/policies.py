"""Microsoft's built-in policy definitions that checks name, as one list for whoever asks for it.

No catalogue file knows another: one that needs what all of them name leaves a place, and whoever
loads the catalogue fills it in.
"""

from collections.abc import Iterable
from dataclasses import replace

from collectors.kit.reads import Among, Read, ResourceGraph
from collectors.kit.spec import Collector

NAMED_BY_CHECKS = Among(path="properties.policyDefinitionId")
"""Policy states of the definitions that checks name; the registry fills in which."""
_BUILT_IN = "/providers/Microsoft.Authorization/policyDefinitions/"


def definition_id(guid: str) -> str:
    """ARM id of a built-in policy definition."""
    return f"{_BUILT_IN}{guid}"


def definition_guid(identity: object) -> str | None:
    """GUID of a built-in definition, in lower case; None for one of the organisation's own."""
    text = identity.lower() if isinstance(identity, str) else ""
    guid = text.removeprefix(_BUILT_IN.lower())
    return guid if guid != text and "/" not in guid else None


def with_policies(collectors: Iterable[Collector]) -> tuple[Collector, ...]:
    """The same collectors; who asks for the definitions that checks name asks for these."""
    every = tuple(collectors)
    named = {check.policy for collector in every for check in collector.checks}
    values = tuple(sorted(definition_id(guid) for guid in named if guid is not None))
    return tuple(_filled(collector, values) for collector in every)


def _filled(collector: Collector, values: tuple[str, ...]) -> Collector:
    if not any(_has_place(read) for read in collector.reads.values()):
        return collector
    reads = {name: _narrowed(read, values) for name, read in collector.reads.items()}
    return replace(collector, reads=reads)


def _has_place(read: Read) -> bool:
    return isinstance(read, ResourceGraph) and read.among == NAMED_BY_CHECKS


def _narrowed(read: Read, values: tuple[str, ...]) -> Read:
    if not isinstance(read, ResourceGraph) or read.among != NAMED_BY_CHECKS:
        return read
    return replace(read, among=replace(read.among, values=values))
