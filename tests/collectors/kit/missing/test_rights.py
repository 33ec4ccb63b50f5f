"""What Azure says the collecting identity may do, and where it does not say."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from collectors.kit import Exchange
from collectors.kit.missing.rights import NONE, PERMISSIONS_PATH, Rights, rights_in, rights_of

AT = datetime(2026, 11, 28, 2, tzinfo=UTC)
SCOPE = "https://management.azure.com/subscriptions/11111111-1111-1111-1111-111111111111"
STORAGE, SQL = "Microsoft.Storage/storageAccounts/read", "Microsoft.Sql/servers/read"


def page(body: Any, *, status: int = 200, path: str = PERMISSIONS_PATH) -> Exchange:
    return Exchange(
        read="@rights",
        subject=None,
        method="GET",
        url=f"{SCOPE}{path}",
        api_version="2022-04-01",
        status=status,
        body=body if isinstance(body, bytes) else json.dumps(body).encode(),
        started_at=AT,
        finished_at=AT,
    )


def row(actions: Any, *taken: str) -> dict[str, Any]:
    return {"actions": actions, "notActions": list(taken)}


BOTH = {STORAGE, SQL}
ALLOWED: dict[str, tuple[list[dict[str, Any]], set[str]]] = {
    "nothing": ([], set()),
    "all that reads": ([row(["*/read"])], BOTH),
    "everything": ([row(["*"])], BOTH),
    "in other letters": ([row(["MICROSOFT.STORAGE/STORAGEACCOUNTS/READ"])], {STORAGE}),
    "a namespace": ([row(["Microsoft.Storage/*"])], {STORAGE}),
    "a middle": ([row(["Microsoft.*/servers/read"])], {SQL}),
    "a longer name": ([row(["Microsoft.Sql/servers/read/all"])], set()),
    "writes alone": ([row(["Microsoft.Storage/storageAccounts/write"])], set()),
    "less a namespace": ([row(["*/read"], "Microsoft.Sql/*")], {STORAGE}),
    "less all": ([row(["*/read"], "*")], set()),
    "less itself": ([row([STORAGE], STORAGE)], set()),
    "less in one row": ([row(["*/read"], "Microsoft.Sql/*"), row([SQL])], BOTH),
    "less in both rows": ([row(["*/read"], SQL), row(["*"], SQL)], {STORAGE}),
    "null taken away": ([{"actions": ["*/read"], "notActions": None}], BOTH),
    "taken away left out": ([{"actions": ["*/read"]}], BOTH),
    "no action in a row": ([row([]), row([STORAGE])], {STORAGE}),
}


@pytest.mark.parametrize(("rows", "allowed"), ALLOWED.values(), ids=ALLOWED)
def test_permissions_add_up_and_each_takes_away_from_itself_alone(
    rows: list[dict[str, Any]], allowed: set[str]
) -> None:
    rights = rights_of([page({"value": rows})])
    assert rights is not None
    assert {one for one in BOTH if rights.may(one)} == allowed
    assert rights_in(rows) == rights


UNTOLD: dict[str, list[Exchange]] = {
    "no page": [],
    "refused": [page({"error": {"code": "AuthorizationFailed"}}, status=403)],
    "throttled": [page({}, status=429)],
    "not JSON": [page(b"<html>")],
    "two keys of one name": [page(b'{"value": [], "value": [{"actions": ["*"]}]}')],
    "a list": [page([])],
    "no value": [page({})],
    "null": [page({"value": None})],
    "a value that is none": [page({"value": {"actions": ["*"]}})],
    "a row that is none": [page({"value": [row(["*"]), "*"]})],
    "no actions": [page({"value": [{"notActions": []}]})],
    "null actions": [page({"value": [row(None)]})],
    "actions as text": [page({"value": [row("*/read")]})],
    "a number among actions": [page({"value": [row(["*/read", 1])]})],
    "taken away as text": [page({"value": [{"actions": ["*"], "notActions": "x"}]})],
    "a second page refused": [page({"value": [row(["*/read"])]}), page({}, status=500)],
    "another list that failed": [page({}, status=500, path="/resources")],
    "another list that came": [page({"value": []}, path="/resources")],
}


@pytest.mark.parametrize("pages", UNTOLD.values(), ids=UNTOLD)
def test_what_is_not_told_is_no_right_and_no_lack_of_one(pages: list[Exchange]) -> None:
    assert rights_of(pages) is None


def test_permissions_of_several_pages_are_all_of_them() -> None:
    rights = rights_of([page({"value": [row([SQL])]}), page({"value": [row([STORAGE])]})])
    assert rights is not None
    assert rights.may(SQL)
    assert rights.may(STORAGE)


def test_a_refused_list_of_the_resources_says_that_nothing_is_allowed() -> None:
    assert (
        rights_of([page({}, status=403, path="/resources")]) == NONE == Rights(allowed=frozenset())
    )
    assert not NONE.may(STORAGE)


def test_the_order_of_what_azure_lists_means_nothing() -> None:
    one = rights_in([row([SQL, STORAGE], "b", "a"), row(["*"])])
    assert one == rights_in([row(["*"]), row([STORAGE, SQL], "a", "b")])
