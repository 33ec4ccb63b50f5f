"""A record compared with what its pages gave when they were read and judged again. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from app.evidence.canonical import canonical, sha256
from app.evidence.draft import outcome_of

Row = Sequence[str]
"""A verdict as records keep it: check, subject, name of the subject, status, reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Something that is not what was sealed."""

    code: str
    """Stable: verdict_differs, verdict_missing, verdict_invented, items_differ, and so on."""
    object: str
    """File or store key of the record."""
    about: str
    """What of it, for people: a check and its subject, a read."""
    sealed: str
    found: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Performed:
    """What the rules made of a record's pages."""

    title: str
    controls: Sequence[str]
    items: Mapping[str, Sequence[Mapping[str, Any]]]
    """Items by read, in the shape of the normal form."""
    context: Sequence[str]
    gaps: Sequence[Mapping[str, Any]]
    not_applicable: Sequence[Mapping[str, Any]]
    completeness: Mapping[str, Mapping[str, Any]]
    verdicts: Sequence[Row]
    missing: Sequence[Mapping[str, Any]] = ()
    """What became of missing things; rules of commit 55d35cf and before know none."""

    @property
    def outcome(self) -> str:
        """As a record says it."""
        own = [gap["kind"] for gap in self.gaps if gap["read"] not in self.context]
        return outcome_of(own, sum(len(items) for items in self.items.values()))


def differences(
    name: str, record: Mapping[str, Any], verdicts: Sequence[Row], found: Performed
) -> Iterator[Difference]:
    """Everything in which a sealed record and its verdicts differ from what was found.

    Raises LookupError, TypeError or ValueError when one of the two has not the form of a record.
    """

    def differ(code: str, about: str, sealed: object, now: object) -> Difference:
        return Difference(code=code, object=name, about=about, sealed=str(sealed), found=str(now))

    what, items = record["what"], record["normalised"]
    if items["sha256"] != sha256(canonical(dict(found.items))):
        yield differ("items_differ", "digest of the items", items["sha256"], "another digest")
    for code, about, sealed, now in (
        ("items_differ", "number of items", items["items"], _numbers(found)),
        ("completeness_differs", "completeness", record["completeness"], found.completeness),
        (
            "not_applicable_differs",
            "questions that make no sense for a resource",
            what.get("not_applicable", []),  # records of caa3bc1 and before know no such outcome
            list(found.not_applicable),
        ),
        (
            "missing_differs",
            "what became of missing things",
            what.get("missing", []),
            list(found.missing),
        ),
        ("outcome_differs", "outcome", what["outcome"], found.outcome),
        ("title_differs", "title", what["title"], found.title),
        ("controls_differ", "controls", what["controls"], list(found.controls)),
        ("counts_differ", "counts of verdicts", _said(record["verdicts"]), _counted(found)),
    ):
        if sealed != now:
            yield differ(code, about, sealed, now)
    yield from _gaps(name, what["gaps"], found.gaps)
    yield from _verdicts(name, verdicts, found.verdicts)


def verdict_differences(
    name: str, sealed: Sequence[Row], found: Sequence[Row]
) -> Iterator[Difference]:
    """Verdict by verdict, what was sealed under this name and what was found."""
    yield from _verdicts(name, sealed, found)


def _numbers(found: Performed) -> dict[str, int]:
    return {read: len(items) for read, items in found.items.items()}


def _said(verdicts: Mapping[str, Any]) -> dict[str, int]:
    return {status: verdicts[status] for status in ("pass", "fail", "unknown")}


def _counted(found: Performed) -> dict[str, int]:
    statuses = [row[3] for row in found.verdicts]
    return {status: statuses.count(status) for status in ("pass", "fail", "unknown")}


def _gaps(
    name: str, sealed: Sequence[Mapping[str, Any]], found: Sequence[Mapping[str, Any]]
) -> Iterator[Difference]:
    was = {_said_of(gap) for gap in sealed}
    now = {_said_of(gap) for gap in found}
    for about in sorted(was - now):
        yield Difference(
            code="gap_invented", object=name, about=about, sealed="sealed", found="not found"
        )
    for about in sorted(now - was):
        yield Difference(
            code="gap_missing", object=name, about=about, sealed="not sealed", found="found"
        )


def _said_of(gap: Mapping[str, Any]) -> str:
    return f"gap in {gap['read']} of {gap['subject'] or 'all'}: {gap['kind']}, {gap['detail']}"


def _verdicts(name: str, sealed: Sequence[Row], found: Sequence[Row]) -> Iterator[Difference]:
    was = {(row[0], row[1]): tuple(row[2:]) for row in sealed}
    now = {(row[0], row[1]): tuple(row[2:]) for row in found}
    for key in sorted({*was, *now}):
        before, after = was.get(key), now.get(key)
        if before != after:
            code = "verdict_differs"
            if before is None or after is None:
                code = "verdict_missing" if before is None else "verdict_invented"
            yield Difference(
                code=code,
                object=name,
                about=f"{key[0]} of {key[1]}",
                sealed=_shown(before),
                found=_shown(after),
            )
    if was == now and [tuple(row) for row in sealed] != [tuple(row) for row in found]:
        yield Difference(
            code="verdict_differs",
            object=name,
            about="order of the verdicts",
            sealed="another order, or some twice",
            found="in the order of the checks",
        )


def _shown(verdict: Row | None) -> str:
    return "none" if verdict is None else f"{verdict[1]}: {verdict[2]} ({verdict[0]})"


def equal_verdicts(sealed: Sequence[Row], found: Sequence[Row]) -> int:
    """How many of the sealed verdicts were found again, word for word."""
    now = {tuple(row) for row in found}
    return sum(tuple(row) in now for row in sealed)
