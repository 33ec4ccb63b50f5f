"""Azure Policy's own states beside our verdicts, as the pack prints them: pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from app.controls.azure_policy.agreement import Disagreement, PolicyAgreement
from app.controls.azure_policy.cause import Cause
from app.packs.place import name_of, place_of

PRINTED = 25
"""Rows printed; policy-disagreements.csv has all. Of each cause some are shown."""
DISAGREEMENTS = "policy-disagreements.csv"
HEAD = (
    "check",
    "subject",
    "name",
    "status",
    "reason",
    "since",
    "policy",
    "state",
    "evaluated",
    "effect",
    "assignment",
    "reference",
    "cause",
    "explanation",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyRow:
    """One resource on which the two differ."""

    check: str
    name: str
    place: str
    ours: str
    """Our verdict and its reason."""
    theirs: str
    """Azure's state and when it evaluated."""
    cause: str
    explanation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PolicyTable:
    """What the pack says of Azure Policy on the newest night that asked it."""

    night: datetime
    sentence: str
    causes: tuple[tuple[str, int], ...]
    rows: tuple[PolicyRow, ...]
    left_out: int
    stateless: tuple[str, ...]
    """Definitions that checks name and of which Azure has no state."""


def policy_table(
    agreement: PolicyAgreement, titles: Mapping[str, str], subscriptions: Mapping[str, str]
) -> PolicyTable:
    """The first rows of each cause in turn. `titles` are those of checks, by their full id."""
    found = agreement.disagreements
    shown = _dealt(found)[:PRINTED]
    counts = Counter(one.cause for one in found)
    return PolicyTable(
        night=agreement.night,
        sentence=agreement.sentence,
        causes=tuple((str(cause), counts[cause]) for cause in Cause if counts[cause]),
        rows=tuple(_row(one, titles, subscriptions) for one in shown),
        left_out=len(found) - len(shown),
        stateless=agreement.stateless,
    )


def disagreement_cells(agreement: PolicyAgreement) -> list[tuple[str, ...]]:
    """Every disagreement as cells of text, in the order of HEAD."""
    return [
        (
            one.check_id,
            one.subject,
            one.subject_name,
            str(one.status),
            one.reason,
            _moment(one.since),
            one.policy,
            one.state,
            _moment(one.evaluated) if one.evaluated else "",
            one.effect,
            one.assignment,
            one.reference,
            str(one.cause),
            one.explanation,
        )
        for one in agreement.disagreements
    ]


def _dealt(found: tuple[Disagreement, ...]) -> list[Disagreement]:
    """Dealt round by cause, so that a rare one is not hidden behind a frequent one."""
    turn: Counter[Cause] = Counter()
    placed: list[tuple[int, Disagreement]] = []
    for one in found:
        placed.append((turn[one.cause], one))
        turn[one.cause] += 1
    kept = sorted(placed, key=lambda pair: pair[0])[:PRINTED]
    order = list(Cause)
    return [one for _, one in sorted(kept, key=lambda pair: order.index(pair[1].cause))]


def _row(
    one: Disagreement, titles: Mapping[str, str], subscriptions: Mapping[str, str]
) -> PolicyRow:
    at = f", evaluated {one.evaluated:%Y-%m-%d %H:%M} UTC" if one.evaluated else ""
    return PolicyRow(
        check=titles.get(one.check_id, one.check_id),
        name=name_of(one.subject, one.subject_name, subscriptions),
        place=place_of(one.subject, subscriptions),
        ours=f"{one.status}: {one.reason}",
        theirs=f"{one.state or 'no state'}{at}",
        cause=str(one.cause),
        explanation=one.explanation,
    )


def _moment(instant: datetime) -> str:
    return f"{instant:%Y-%m-%dT%H:%M:%SZ}"
