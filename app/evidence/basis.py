"""What a night was judged by, as sealed: software, rules, settings, expectations; what changed.

Pure. The records alone tell it, of nights of before there was an event for it as well.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.evidence.events.run_events import BasisChanged, Changed

SOFTWARE, CODE, RULES, EXPECTATIONS = "software", "code", "rules", "expectations"
Values = Callable[[str], Mapping[str, Any]]
"""Expectations by the SHA-256 of the object that holds them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Basis:
    """By what a record was made and judged."""

    software: str
    """Version of this program."""
    code: str
    """SHA-256 over the collectors' code."""
    rules: str
    """SHA-256 of the rules."""
    expectations: str
    """SHA-256 of the organisation's own criteria."""
    settings: Mapping[str, str] | None = None
    """Settings that decide what is asked and assessed; None: the run did not tell them."""


@dataclass(frozen=True, kw_only=True, slots=True)
class BasisChange:
    """One thing that was another one than the night before, from a night on."""

    slot: datetime
    what: str
    """software, code, rules, `setting <name>` or `expectation <key>`."""
    before: str
    now: str
    released_by: str | None
    """Who released it; None: not told."""
    commit: str | None


def basis_of(record: Mapping[str, Any], settings: Mapping[str, str] | None) -> Basis:
    """That of a sealed record, and of its run's settings."""
    collector = record["collector"]
    return Basis(
        software=collector["version"],
        code=collector["code_sha256"],
        rules=collector["rules_sha256"],
        expectations=record["expectations"]["sha256"],
        settings=settings,
    )


def changed(before: Basis, now: Basis, values: Values) -> Iterator[Changed]:
    """What changed from one basis to another; of expectations each that did.

    `values` is asked for the expectations where these differ, and may raise what reading raises.
    """
    for what in (SOFTWARE, CODE, RULES):
        was, is_now = getattr(before, what), getattr(now, what)
        if was != is_now:
            yield Changed(what=what, before=was, now=is_now)
    if before.settings is not None and now.settings is not None:
        yield from _each("setting", before.settings, now.settings)
    if before.expectations != now.expectations:
        yield from _each("expectation", values(before.expectations), values(now.expectations))


def changes(
    nights: Iterable[tuple[datetime, str, Basis]],
    told: Mapping[str, BasisChanged],
    values: Values,
) -> Iterator[BasisChange]:
    """What changed between nights: slot, run and basis of each record, in the order of the log.

    `told` are the events that say who released what, by the run that they came with.
    """
    before: Basis | None = None
    for slot, run_id, now in nights:
        if before is not None and before != now:
            event = told.get(run_id)
            for one in changed(before, now, values):
                yield BasisChange(
                    slot=slot,
                    what=one.what,
                    before=one.before,
                    now=one.now,
                    released_by=event.released_by if event else None,
                    commit=event.commit if event else None,
                )
        before = now


def _each(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Changed]:
    for key in sorted({*old, *new}):
        if old.get(key) != new.get(key) or (key in old) != (key in new):
            yield Changed(what=f"{what} {key}", before=_said(old, key), now=_said(new, key))


def _said(values: Mapping[str, Any], key: str) -> str:
    return str(values[key]) if key in values else "not set"
