"""What the routes that name everything name, and what the permissions leave of each list."""

import asyncio
from typing import Any

import pytest

from app.services.nights.absence.census import Census, take_census
from app.services.nights.one_record import Job
from collectors.azure.collect import Asker
from collectors.azure.intake import Unstored
from collectors.kit import TENANT, Item, Scope
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.missing.rights import PERMISSIONS_PATH
from collectors.kit.missing.things import RIGHTS, Missing
from collectors.kit.values.arm_ids import SUBSCRIPTION
from tests.services.table_gateway import REFUSED, Said, TableGateway

FIRST, SECOND = "11111111-1111-1111-1111-11111111111a", "22222222-2222-2222-2222-22222222222b"
S, T = f"/subscriptions/{FIRST}", f"/subscriptions/{SECOND}"
ACCOUNT = "microsoft.storage/storageaccounts"
MINE = f"{S}/resourceGroups/Letters/providers/Microsoft.Storage/storageAccounts/mine"
OTHER = f"{T}/resourceGroups/scans/providers/Microsoft.Storage/storageAccounts/other"
DISK = f"{S}/resourceGroups/Letters/providers/Microsoft.Compute/disks/one"
ALL: Said = (200, {"value": [{"actions": ["*/read"], "notActions": []}]})
NO_STORAGE: Said = (
    200,
    {"value": [{"actions": ["*/read"], "notActions": ["Microsoft.Storage/*"]}]},
)
ACCOUNTS = collector_by_id("storage.accounts")


def row(item_id: str) -> dict[str, Any]:
    kind = item_id.split("/providers/")[1].rsplit("/", 1)[0]
    return {"id": item_id, "name": item_id.rsplit("/", 1)[1], "type": kind.lower()}


class Cloud:
    """Two routes that each name some things, and permissions by subscription."""

    def __init__(self, graph: list[str], listed: list[str], rights: dict[str, Said]) -> None:
        self._graph, self._listed, self._rights = graph, listed, rights

    def __call__(self, address: str, _: str) -> Said:
        if address.startswith("/resource_graph/"):
            rows = [row(one) for one in self._graph]
            return (200, {"data": rows, "count": len(rows), "totalRecords": len(rows)})
        home = "/".join(address.split("/")[:3])
        if address.endswith(PERMISSIONS_PATH.lower()):
            return self._rights[home]
        if home in self._rights and self._rights[home] is REFUSED:
            return REFUSED
        return (200, {"value": [row(one) for one in self._listed if one.lower().startswith(home)]})


def census(graph: list[str], listed: list[str], **rights: Said) -> tuple[Census, TableGateway]:
    told = {S: rights.get("first", ALL), T: rights.get("second", ALL)}
    gateway = TableGateway(Cloud(graph, listed, told))
    taken = asyncio.run(take_census(Asker(gateway, Unstored), [FIRST.upper(), SECOND]))
    return taken, gateway


def lists(*ids: str) -> dict[str, tuple[Item, ...]]:
    return dict.fromkeys(ACCOUNTS.reads, tuple(Item(id=one, data={}) for one in ids))


def missing(taken: Census, scope: Scope, *shown: str) -> set[str]:
    return {one.id for one in taken.named(Job(collector=ACCOUNTS, scope=scope), lists(*shown))}


def test_both_routes_and_the_permissions_are_asked_once() -> None:
    taken, gateway = census([MINE], [OTHER])
    assert len(gateway.asked) == len(set(gateway.asked)) == 1 + 2 * 2
    assert set(taken.ids) == {ACCOUNT, SUBSCRIPTION}
    assert set(taken.ids[ACCOUNT]) == {MINE.lower(), OTHER.lower()}
    assert set(taken.ids[SUBSCRIPTION]) == {S, T}
    assert set(taken.rights) == {S, T}
    groups = {f"{S}/resourcegroups/letters", f"{T}/resourcegroups/scans"}
    assert taken.listed.places >= {S, T, *groups}
    assert taken.listed.kinds >= {(group, ACCOUNT) for group in groups}
    pages = [page for told in taken.rights.values() for page in told]
    assert {(page.read, page.subject) for page in pages} == {(RIGHTS, S), (RIGHTS, T)}


@pytest.mark.parametrize("routes", [([MINE, OTHER], []), ([], [MINE, OTHER]), ([MINE], [OTHER])])
def test_a_list_lacks_what_another_route_names(routes: tuple[list[str], list[str]]) -> None:
    taken, _ = census(*routes)
    assert missing(taken, TENANT, MINE) == {OTHER}
    assert missing(taken, TENANT, MINE.upper(), OTHER) == set()
    assert missing(taken, TENANT) == {MINE, OTHER}, "spelled as Azure does"


def test_things_of_another_type_are_not_missing_from_a_list() -> None:
    taken, _ = census([DISK], [DISK])
    assert missing(taken, TENANT) == set()


def test_a_record_of_a_subscription_lacks_what_lies_in_it_alone() -> None:
    taken, _ = census([MINE, OTHER], [])
    for spelled in (FIRST, FIRST.upper()):
        found = taken.named(Job(collector=ACCOUNTS, scope=Scope(spelled)), lists())
        assert {one.id for one in found} <= {MINE}


def test_a_list_that_leaves_out_in_silence_is_in_doubt_where_the_permissions_do_not_cover_it() -> (
    None
):
    taken, _ = census([OTHER], [OTHER], first=NO_STORAGE)
    job = Job(collector=ACCOUNTS, scope=TENANT)
    doubted = set(taken.forbidden(job))
    assert doubted == {
        Missing(read=name, id=S, all_of_them=True)
        for name, read in ACCOUNTS.reads.items()
        if getattr(read, "table", "") == "resources"
    }
    assert doubted
    assert not list(census([OTHER], [OTHER])[0].forbidden(job))


def test_permissions_that_are_not_told_put_no_list_in_doubt() -> None:
    taken, _ = census([MINE], [MINE], first=(200, {"value": None}), second=(500, {}))
    assert not list(taken.forbidden(Job(collector=ACCOUNTS, scope=TENANT)))
    assert not taken.forbids(ACCOUNT)


def test_a_subscription_that_refuses_everything_allows_nothing() -> None:
    taken, _ = census([OTHER], [OTHER], first=REFUSED)
    assert {one.id for one in taken.forbidden(Job(collector=ACCOUNTS, scope=TENANT))} == {S}
    assert taken.forbids(ACCOUNT)


def test_one_subscription_that_forbids_a_type_is_enough() -> None:
    taken, _ = census([], [], second=NO_STORAGE)
    assert taken.forbids("Microsoft.Storage/storageAccounts")
    assert not taken.forbids("Microsoft.Compute/disks")


def test_a_group_may_allow_what_its_subscription_does_not() -> None:
    taken, _ = census([MINE, DISK], [], first=NO_STORAGE)
    assert taken.permitted_apart(f"{S}/resourcegroups/letters")
    assert not taken.permitted_apart(f"{S}/resourcegroups/letter"), "not by the start of its name"
    assert not taken.permitted_apart(f"{T}/resourcegroups/letters")
    only_disks, _ = census([DISK], [], first=NO_STORAGE)
    assert not only_disks.permitted_apart(f"{S}/resourcegroups/letters")
