"""Verdicts that differ by the rules: Azure's answers are the same, the judging is another."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from app.controls.assessment import Assessment
from app.controls.observed import Interval
from app.evidence.basis import BasisChange
from app.packs.place import name_of, place_of
from collectors.kit import Status

_DIGEST = re.compile("[0-9a-f]{40}|[0-9a-f]{64}")
PRINTED = 25
"""Rows for each control; other-rules.csv has all."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherRulesRow:
    """One verdict, and what other rules said."""

    check: str
    name: str
    place: str
    status: Status
    reason: str
    former: str
    """A sentence."""


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherRulesTable:
    """Those of one control."""

    rows: tuple[OtherRulesRow, ...]
    left_out: int


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeRow:
    """One thing that judged from a night on, and not before."""

    slot: datetime
    what: str
    before: str
    now: str
    released: str
    """Who released it, and the commit it was built from; `not told`."""


def change_rows(changes: Iterable[BasisChange]) -> tuple[ChangeRow, ...]:
    """As they are printed: digests by their first digits."""
    return tuple(
        ChangeRow(
            slot=one.slot,
            what=one.what,
            before=_short(one.before),
            now=_short(one.now),
            released=(one.released_by or "not told")
            + (f", commit {_short(one.commit)}" if one.commit else ""),
        )
        for one in changes
    )


def _short(text: str) -> str:
    return f"{text[:12]}…" if _DIGEST.fullmatch(text) else text


def other_rules_table(
    assessment: Assessment, titles: Mapping[str, str], subscriptions: Mapping[str, str]
) -> OtherRulesTable:
    """The first rows of a control. `titles` are those of checks, by their full id."""
    found = sorted(assessment.by_rules, key=lambda one: (one.check_id, one.subject_name))
    rows = tuple(
        OtherRulesRow(
            check=titles.get(one.check_id, one.check_id),
            name=name_of(one.subject, one.subject_name, subscriptions),
            place=place_of(one.subject, subscriptions),
            status=one.status,
            reason=one.reason,
            former=one.former.sentence if one.former else "",
        )
        for one in found[:PRINTED]
    )
    return OtherRulesTable(rows=rows, left_out=len(found) - len(rows))


def other_rules_counts(assessments: Iterable[Assessment]) -> tuple[str, ...]:
    """How many differ in which way, each counted once however many controls it serves."""
    found: dict[tuple[str, str, object], Interval] = {
        (one.check_id, one.subject, one.first_slot): one
        for made in assessments
        for one in made.by_rules
    }
    ways = Counter((one.status, one.former.status) for one in found.values() if one.former)
    return tuple(
        f"{count:,} {'verdict' if count == 1 else 'verdicts'}: {now} by today's rules, "
        f"{then} by others"
        for (now, then), count in sorted(ways.items())
    )
