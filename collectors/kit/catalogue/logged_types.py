"""Types of which sources say what they log, for whoever asks for the settings of all of them."""

from collections.abc import Iterable
from dataclasses import replace

from collectors.kit.spec import Arm, Collector

OF_SOURCES = "types of the sources"
"""Among the types of a read: those of which sources say what they log; the registry fills it in."""


def with_logged_types(collectors: Iterable[Collector]) -> tuple[Collector, ...]:
    """The same collectors; who asks for the types of which sources say what they log asks these."""
    every = tuple(collectors)
    named = tuple(sorted({one.lower() for collector in every for one in collector.logs}))
    return tuple(_filled(collector, named) for collector in every)


def _filled(collector: Collector, named: tuple[str, ...]) -> Collector:
    reads = {
        name: replace(read, types=(*(one for one in read.types if one != OF_SOURCES), *named))
        if isinstance(read, Arm) and OF_SOURCES in read.types
        else read
        for name, read in collector.reads.items()
    }
    return collector if reads == collector.reads else replace(collector, reads=reads)
