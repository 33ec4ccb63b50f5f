"""What no case has to write: empty, denied, absent, null, strange or wrongly typed answers."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from collectors.kit import Collector, Exchange, Status
from collectors.kit.registry import all_collectors
from tests.collectors.case_files import Case, case_of, cases_of, judged, read_cases, seen
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
COLLECTORS = all_collectors()


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


def subjects() -> Iterator[Subject]:
    for collector in COLLECTORS:
        for table in read_cases(collector)[0]:
            for read, rows in table["vary"].items():
                for check, changes, *_ in rows:
                    for path in changes:
                        yield subject_of(collector, table, read, check, path, changes)


def subject_of(
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
        named=(*named, good_value(table, read, path)),
        table=table,
    )


def good_value(table: dict[str, Any], read: str, where: str) -> Any:
    name, _, path = where.rpartition(":")
    value = first_item(table["good"][name or read][0]["body"])
    for step in path.split("."):
        try:
            value = value[int(step)] if isinstance(value, list) else value[step]
        except (KeyError, IndexError, TypeError, ValueError):
            return ABSENT
    return value


SUBJECTS = {f"{s.collector.id}.{s.check} {s.path} {json.dumps(s.around)}": s for s in subjects()}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS.keys())
def test_no_value_that_no_table_names_passes(subject: Subject) -> None:
    good = next(iter(table_cases(subject.table)))[1]
    case = case_of(subject.collector, "good", good)
    for value in STRANGE:
        if any(type(value) is type(one) and value == one for one in subject.named):
            continue
        pages = varied(subject.table["good"], subject.read, {**subject.around, subject.path: value})
        found = statuses(case, pages, subject.check)

        allowed = documented_pass(subject) and value in (ABSENT, None)
        assert allowed or Status.PASS not in found, value


def documented_pass(subject: Subject) -> bool:
    row = subject.collector.absent.get(subject.path)
    return row is not None and row.then is Status.PASS


def statuses(case: Case, pages: dict[str, Any], check: str) -> set[Status]:
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


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda collector: collector.id)
def test_a_tenant_that_refuses_every_list_answers_nothing_but_unknown(collector: Collector) -> None:
    for case in cases_of(collector):
        pages = tuple(refused(page) for page in case.exchanges)

        assert {one.verdict.status for one in judged(case, pages)} <= {Status.UNKNOWN}
        assert {gap.kind.value for gap in seen(case, pages).gaps} <= {"denied", "truncated"}


def refused(page: Exchange) -> Exchange:
    body = b'{"error": {"code": "AuthorizationFailed", "message": "no"}}'
    return replace(page, status=403, body=body, fault=None)


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda collector: collector.id)
def test_a_tenant_without_anything_has_no_resource_that_passes(collector: Collector) -> None:
    for case in cases_of(collector):
        pages = tuple(emptied(page) for page in case.exchanges if page.subject is None)

        subjects = {one.subject for one in judged(case, pages) if one.subject.startswith("/")}
        assert subjects == set()


def emptied(page: Exchange) -> Exchange:
    empty = {"totalRecords": 0, "count": 0, "data": [], "value": [], "resultTruncated": "false"}
    return replace(page, status=200, body=json.dumps(empty).encode(), fault=None)
