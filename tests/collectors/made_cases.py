"""Answers that no case has to write: empty, denied, absent, null, strange or wrongly typed."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from collectors.kit import Collector, Exchange, Status
from tests.collectors.case_files import Case, case_of, judged, read_cases
from tests.collectors.table_cases import ABSENT, first_item, table_cases, varied

STRANGE: list[Any] = [
    ABSENT,
    None,
    "AsYetUnknown",
    "",
    "true",
    "Enabled ",
    0,
    1,
    -1,
    10**9,
    True,
    False,
    [],
    {},
    [None],
    ["AsYetUnknown"],
    {"enabled": None},
]


@dataclass(frozen=True, kw_only=True)
class Subject:
    """A value that a check looks at, in the answer on which it is varied."""

    collector: Collector
    check: str
    read: str
    path: str
    around: dict[str, Any]
    """The other changes of the variation."""
    named: tuple[Any, ...]
    """Values of the path that the variations name, and the good one."""
    table: dict[str, Any]


def subjects(collector: Collector) -> dict[str, Subject]:
    """Each value that a variation of the collector's tables changes, by what it is called."""
    found = (
        _subject(collector, table, read, check, path, changes)
        for table in read_cases(collector)[0]
        for read, rows in table["vary"].items()
        for check, changes, *_ in rows
        for path in changes
    )
    return {f"{collector.id}.{s.check} {s.path} {json.dumps(s.around)}": s for s in found}


def made_answers(subject: Subject) -> Iterator[tuple[Any, set[Status]]]:
    """What the check answers where the value is a strange one that no variation names.

    A strange value is never good: PASS is right only where absence is documented to be.
    """
    good = next(iter(table_cases(subject.table)))[1]
    case = case_of(subject.collector, "good", good)
    for value in STRANGE:
        if any(type(value) is type(one) and value == one for one in subject.named):
            continue
        pages = varied(subject.table["good"], subject.read, {**subject.around, subject.path: value})
        answers = _statuses(case, pages, subject.check)
        if value in (ABSENT, None) and _documented_pass(subject):
            answers.discard(Status.PASS)
        yield value, answers


def _subject(
    collector: Collector,
    table: dict[str, Any],
    read: str,
    check: str,
    path: str,
    changes: dict[str, Any],
) -> Subject:
    rows = table["vary"][read]
    named = tuple(other[path] for one, other, *_ in rows if one == check and path in other)
    return Subject(
        collector=collector,
        check=check,
        read=read,
        path=path,
        around={key: value for key, value in changes.items() if key != path},
        named=(*named, _good_value(table, read, path)),
        table=table,
    )


def _good_value(table: dict[str, Any], read: str, where: str) -> Any:
    name, _, path = where.rpartition(":")
    value = first_item(table["good"][name or read][0]["body"])
    for step in path.split("."):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return ABSENT
    return value


def _documented_pass(subject: Subject) -> bool:
    row = subject.collector.absent.get(subject.path)
    return row is not None and row.then is Status.PASS


def _statuses(case: Case, pages: dict[str, Any], check: str) -> set[Status]:
    told = [
        replace(
            page,
            body=json.dumps(pages[page.read][0]["body"]).encode()
            if page.read in pages
            else page.body,
        )
        for page in case.exchanges
    ]
    name = f"{case.collector.id}.{check}"
    return {one.verdict.status for one in judged(case, tuple(told)) if one.check_id == name}


def refused(page: Exchange) -> Exchange:
    """The same question, refused."""
    body = b'{"error": {"code": "AuthorizationFailed", "message": "no"}}'
    return replace(page, status=403, body=body, fault=None)


def emptied(page: Exchange) -> Exchange:
    """The same question, answered with an empty list."""
    empty = {"totalRecords": 0, "count": 0, "data": [], "value": [], "resultTruncated": "false"}
    return replace(page, status=200, body=json.dumps(empty).encode(), fault=None)


def made_unknowns(collector: Collector) -> set[str]:
    """Checks of which made answers show that they can answer unknown."""
    found = {
        subject.check
        for subject in subjects(collector).values()
        if any(Status.UNKNOWN in answers for _, answers in made_answers(subject))
    }
    for table in read_cases(collector)[0]:
        case = case_of(collector, "good", next(iter(table_cases(table)))[1])
        denied = judged(case, tuple(refused(page) for page in case.exchanges))
        found |= {one.check_id.removeprefix(f"{collector.id}.") for one in denied}
    return found
