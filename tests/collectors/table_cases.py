"""Cases as one good answer and its variations: how a case file says much in few lines.

A page whose body is a list holds these items as the read's API sends them. The tables stand under
`$table`; a case beside them may be like another one (or like "good", of a table), with changes.
What many answers hold stands once under `$parts`: `{"$like": "rule", "properties.access": "Deny"}`
is that part with the change.

    "$table": {
      "scope": "tenant",
      "good": {"accounts": [{"body": …}]},
      "passes": {"shared_key": "account keys are refused, access is by Entra ID only"},
      "vary": {"accounts": [
        ["shared_key", {"properties.allowSharedKeyAccess": true}, "fail", "account keys give …"],
        ["shared_key", {"properties.allowSharedKeyAccess": "$absent"}, "fail", "…"]
      ]}
    }

`good` are the pages, one item a list, or the name of a case below that has them. A variation names
a check, what is changed in the first item of its read (`read:path` changes another read's), the
status and the reason. "not asked" as status says that the check then is not about the item.

    "stopped": {
      "like": "a year and up to date",
      "change": {"activity:tables.0.rows.0.2": "2026-01-14T01:59:59Z"},
      "expect": [[null, "recent", "fail", "…"]]
    }
"""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

ABSENT = "$absent"
NOT_ASKED = "not asked"


class CaseError(ValueError):
    """A case file cannot be read: what was found, and what was expected."""


def table_cases(table: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(name, plain case) of the good answer and of each variation; subjects are still implied."""
    base = {key: table[key] for key in ("scope", "as_of", "expectations") if key in table}
    told = [[None, check, "pass", why] for check, why in table["passes"].items()]
    yield "good", {**base, "pages": table["good"], "checks": list(table["passes"]), "expect": told}
    for read, rows in table["vary"].items():
        for number, (check, changes, status, *why) in enumerate(rows):
            pages = varied(table["good"], read, changes)
            expect = [] if status == NOT_ASKED else [[None, check, status, why[0]]]
            name = f"{check} {status} {number}: {json.dumps(changes)[:80]}"
            yield name, {**base, "pages": pages, "checks": [check], "expect": expect}


def with_parts(value: Any, parts: Mapping[str, Any]) -> Any:
    """The value with everything that is like a part written out."""
    if isinstance(value, list):
        return [with_parts(one, parts) for one in value]
    if not isinstance(value, dict):
        return value
    whole = {key: with_parts(one, parts) for key, one in value.items()}
    name = whole.pop("$like", None)
    if name is None:
        return whole
    made = copy.deepcopy(parts[name])
    for path, one in whole.items():
        change(made, path, one)
    return made


def plain_cases(
    tables: list[dict[str, Any]], written: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """The cases beside the tables, each whole. One may be like those above it.

    A table whose good answer is that of a case gets it here.
    """
    known: dict[str, dict[str, Any]] = {
        f"good {number}" if number else "good": {**table, "pages": table["good"]}
        for number, table in enumerate(tables)
    }
    made = {}
    for name, facts in written.items():
        known[name] = made[name] = _whole(facts, known)
    for table in tables:
        if isinstance(table["good"], str):
            table.update(scope=made[table["good"]]["scope"], good=made[table["good"]]["pages"])
    return made


def _whole(facts: dict[str, Any], known: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    if "like" not in facts:
        return facts
    other = known[facts["like"]]
    shared = {key: other[key] for key in ("scope", "as_of", "expectations") if key in other}
    return {**shared, **facts, "pages": varied(other["pages"], "", facts.get("change", {}))}


def varied(good: Mapping[str, Any], read: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The good pages with something changed in the first item of a read.

    Without a read of their own or a path's, changes are in the pages themselves.
    """
    pages: dict[str, Any] = copy.deepcopy(dict(good))
    for where, value in changes.items():
        name, _, path = where.rpartition(":")
        own = name or read
        if own and own not in pages:
            known = ", ".join(pages)
            raise CaseError(f"a variation is of the read {own!r}; the good answer has {known}")
        change(first_item(pages[own][0]["body"]) if own else pages, path, value)
    return pages


def first_item(body: Any) -> Any:
    """The first element of a list, or the object itself."""
    for key in ("data", "value"):
        if isinstance(body.get(key), list) and body[key]:
            return body[key][0]
    return body


def change(item: Any, path: str, value: Any) -> None:
    """Set a dotted path, or take it away; a step into a list is its number, one more appends."""
    *steps, last = [int(s) if s.isdigit() else s for s in path.split(".")]
    for step in steps:
        item = item.setdefault(step, {}) if isinstance(item, dict) else item[step]
    if value == ABSENT:
        item.pop(last) if isinstance(item, list) else item.pop(last, None)
    elif isinstance(item, list) and last == len(item):
        item.append(copy.deepcopy(value))
    else:
        item[last] = copy.deepcopy(value)
