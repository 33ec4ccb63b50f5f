"""Reads the collectors' cases: what Azure answered, and what must be said about it.

Cases are made from a table (`tests.collectors.table_cases`) or written out whole. A case names
pages by read; `request` is the body a page was asked with. A read it does not name answered with an
empty list, or with a role that nobody asks about where a list is never empty; asked for ids, with
people who exist, and with groups that have no members. With `checks` a case is about these alone;
`expect` then, as always, lists every verdict of them with its reason.
"""

import json
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from collectors.kit import (
    TENANT,
    Collector,
    Exchange,
    Expectations,
    GapKind,
    Graph,
    GraphBatch,
    Read,
    ResourceGraph,
    Scope,
)
from collectors.kit.interpret import Seen, ids_of, interpret
from collectors.kit.judge import Judgement, judge
from collectors.kit.level import context_of, parent_read, reads_in
from tests.collectors.table_cases import CaseError, plain_cases, table_cases, with_parts

CASES = Path(__file__).parent / "cases"
AS_OF = datetime(2026, 1, 15, 2, 0, tzinfo=UTC)
TEMPLATES = Path(__file__).parents[2] / "evidence_templates"
EXPECTATIONS: Mapping[str, Any] = {
    name: told["value"]
    for name, told in tomllib.loads((TEMPLATES / "expectations.toml").read_text()).items()
}
"""As they come with the product; a case that needs others states them."""
CONTROLS: tuple[str, ...] = tuple(
    one["id"] for one in tomllib.loads((TEMPLATES / "annex_a.toml").read_text())["control"]
)
"""Ids of Annex A."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One answer of Azure and everything it must lead to."""

    collector: Collector
    name: str
    scope: Scope
    exchanges: tuple[Exchange, ...]
    expectations: Expectations
    checks: frozenset[str]
    expect: frozenset[tuple[str | None, str, str, str]]
    """Subject (None: whichever the one verdict is about), check, status and reason."""
    gaps: frozenset[tuple[str, str | None, str]]


def cases_of(collector: Collector) -> list[Case]:
    """Every case of a collector; none when it has no file."""
    tables, written = read_cases(collector)
    made = [case for table in tables for case in table_cases(table)]
    return [case_of(collector, name, facts) for name, facts in (*made, *written.items())]


def read_cases(collector: Collector) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """The tables of a collector's case file (one a scope), and the cases beside them, whole."""
    path = CASES / f"{collector.id}.json"
    if not path.exists():
        return [], {}
    try:
        written: dict[str, Any] = json.loads(path.read_text())
    except ValueError as error:
        raise CaseError(f"{path.name} is not JSON: {error}") from error
    written = with_parts(written, written.pop("$parts", {}))
    found = written.pop("$table", [])
    tables = found if isinstance(found, list) else [found]
    for facts in (*tables, *written.values()):
        for pages in ("good", "pages"):
            if isinstance(facts.get(pages), dict):
                facts[pages] = _sent(collector, facts[pages])
    return tables, plain_cases(tables, written)


def _sent(collector: Collector, pages: Mapping[str, list[Any]]) -> dict[str, list[dict[str, Any]]]:
    """The pages as they are sent: a list of items gets what its API puts around it."""
    for name in pages.keys() - collector.reads.keys():
        known = ", ".join(collector.reads)
        raise CaseError(f"{collector.id} has no read {name!r}, as its cases say; it has {known}")
    return {
        name: [
            {**page, "body": listed(collector.reads[name], page["body"])}
            if isinstance(page.get("body"), list)
            else page
            for page in found
        ]
        for name, found in pages.items()
    }


def listed(read: Read, items: list[Any]) -> dict[str, Any]:
    """Items as the API of a read sends a list of them."""
    if isinstance(read, ResourceGraph):
        rows = {"totalRecords": len(items), "count": len(items), "data": items}
        return {**rows, "resultTruncated": "false", "facets": []}
    return {"value": items}


def seen(case: Case, exchanges: tuple[Exchange, ...] | None = None) -> Seen:
    """What the pages of a case show."""
    return interpret(case.collector, case.scope, case.exchanges if exchanges is None else exchanges)


def judged(case: Case, exchanges: tuple[Exchange, ...] | None = None) -> tuple[Judgement, ...]:
    """Every verdict on what the pages of a case show."""
    return judge(case.collector, case.scope, seen(case, exchanges), case.expectations)


def differences(case: Case) -> list[str]:
    """What the pages of a case lead to, other than it says; a line each."""
    own = f"{case.collector.id}."
    made = judged(case)
    subjects = [(one.subject, one.check_id) for one in made]
    implied = any(subject is None for subject, *_ in case.expect)
    found = [
        (
            None if implied else one.subject,
            one.check_id.removeprefix(own),
            one.verdict.status.value,
            one.verdict.reason,
        )
        for one in made
        if one.check_id.removeprefix(own) in case.checks
    ]
    gaps = {(gap.read, gap.subject, gap.kind.value) for gap in seen(case).gaps}
    told = Counter(found)
    return [
        *(f"expected  {_told(one)}" for one in sorted(case.expect, key=str) if one not in told),
        *(f"found     {_told(one)}" for one in sorted(told, key=str) if one not in case.expect),
        *(f"twice     {_told(one)}" for one, count in told.items() if count > 1),
        *(f"twice     {one[1]} of {one[0]}" for one, n in Counter(subjects).items() if n > 1),
        *(f"expected  the gap {gap}" for gap in sorted(case.gaps - gaps, key=str)),
        *(f"found     the gap {gap}" for gap in sorted(gaps - case.gaps, key=str)),
    ]


def _told(verdict: tuple[str | None, str, str, str]) -> str:
    subject, check, status, reason = verdict
    return f"{check} {status}: {reason}{f' ({subject})' if subject else ''}"


def exchange(
    read: str,
    body: Any,
    *,
    subject: str | None = None,
    status: int | None = 200,
    fault: GapKind | None = None,
    request: Any = None,
) -> Exchange:
    """An answer as the gateway would hand it over; text and bytes are sent as they are."""
    raw = body if isinstance(body, str) else json.dumps(body)
    return Exchange(
        read=read,
        subject=subject,
        method="GET",
        url="https://management.azure.com/",
        api_version="2021-03-01",
        request_body=None if request is None else json.dumps(request).encode(),
        status=status,
        body=raw.encode(),
        started_at=AS_OF,
        finished_at=AS_OF,
        fault=fault,
    )


def case_of(collector: Collector, name: str, facts: Mapping[str, Any]) -> Case:
    """A case from its facts, as a case file or a table gives them."""
    scope = _scope(facts["scope"])
    as_of = datetime.fromisoformat(facts["as_of"]) if "as_of" in facts else AS_OF
    return Case(
        collector=collector,
        name=name,
        scope=scope,
        exchanges=tuple(_exchanges(collector, scope, facts["pages"])),
        expectations=Expectations(
            values={**EXPECTATIONS, **facts.get("expectations", {})}, as_of=as_of
        ),
        checks=frozenset(facts.get("checks") or (check.id for check in collector.checks)),
        expect=frozenset(
            (subject, check, status, why) for subject, check, status, why in facts["expect"]
        ),
        gaps=frozenset((read, subject, kind) for read, subject, kind in facts.get("gaps", ())),
    )


def _scope(text: str) -> Scope:
    return TENANT if text == "tenant" else Scope(text.removeprefix("subscription/"))


def _exchanges(
    collector: Collector, scope: Scope, pages: Mapping[str, list[dict[str, Any]]]
) -> Iterator[Exchange]:
    lists: list[Exchange] = []
    for name in (*context_of(collector, scope), *reads_in(collector, scope)):
        read = collector.reads[name]
        if name in pages:
            lists += [_page(name, page) for page in pages[name]]
        elif isinstance(read, GraphBatch):
            lists += _answered(name, read, ids_of(collector, name, lists))
        elif parent_read(read) is None:
            lists.append(exchange(name, _nothing(read)))
    yield from lists


def _page(name: str, page: Mapping[str, Any]) -> Exchange:
    return exchange(
        name,
        page.get("body", ""),
        subject=page.get("subject"),
        status=page.get("status", 200),
        fault=GapKind(page["fault"]) if "fault" in page else None,
        request=page.get("request"),
    )


def _answered(name: str, read: GraphBatch, ids: tuple[str, ...]) -> Iterator[Exchange]:
    """Everybody who was named exists, and no group has a member."""
    if not ids:
        return
    if read.path is None:
        found = [{"@odata.type": "#microsoft.graph.user", "id": one} for one in ids]
        yield exchange(name, {"value": found}, request={"ids": list(ids)})
        return
    empty = [{"id": one, "status": 200, "body": {"value": []}} for one in ids]
    asked = [{"id": one, "method": "GET", "url": read.path} for one in ids]
    yield exchange(name, {"responses": empty}, request={"requests": asked})


READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b"
"""Roles without privilege: no check is about what is said of them."""


def _nothing(read: Read) -> dict[str, Any]:
    least = listed(read, [_least(read)] if getattr(read, "never_empty", False) else [])
    return {"@odata.context": "…", **least} if isinstance(read, Graph) else least


def _least(read: Read) -> dict[str, Any]:
    """What a list that is never empty holds at least."""
    if isinstance(read, Graph):
        own = DIRECTORY_READERS
        return {"id": own, "roleDefinitionId": own, "displayName": "Directory Readers"}
    own = f"/providers/Microsoft.Authorization/RoleDefinitions/{READER}"
    told = {"roleDefinitionId": own, "roleName": "Reader", "type": "BuiltInRole"}
    return {"id": own, "name": READER, "properties": told}
