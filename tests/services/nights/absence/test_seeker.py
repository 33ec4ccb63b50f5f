"""What is missing is asked for within a budget: spread, each once, and no more than tells it."""

import asyncio
from collections.abc import Iterable
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.services.nights.absence.census import Census
from app.services.nights.absence.proof_questions import Questions
from app.services.nights.absence.seeker import TOGETHER, TOO_BUSY, Seeker, Sought
from collectors.azure.collect import Asker
from collectors.azure.intake import Unstored
from collectors.kit import Exchange, Gap, GapKind, Graph, Read, ResourceGraph
from collectors.kit.missing.rights import PERMISSIONS_PATH
from collectors.kit.missing.things import PROOF, Listed, Missing, absences, proofs_of
from tests.services.table_gateway import (
    GROUP_GONE,
    NOT_FOUND,
    REFUSED,
    Said,
    TableGateway,
    denying,
)

SUBSCRIPTION = "11111111-1111-1111-1111-111111111111"
S = f"/subscriptions/{SUBSCRIPTION}"
DISK, SITE = "Microsoft.Compute/disks", "Microsoft.Web/sites"
STRANGE = "Microsoft.Loom/looms"
"""A type of which no version is known."""
READ = ResourceGraph(table="resources")
ROLE = "/providers/Microsoft.Authorization/RoleDefinitions/33333333-3333-3333-3333-333333333333"
MAY_READ: Said = (200, {"value": [{"actions": ["*/read"], "notActions": []}]})
MAY_NOT: Said = (200, {"value": []})


def in_group(name: str, kind: str, amount: int, subscription: str = S) -> list[str]:
    home = f"{subscription}/resourceGroups/{name}/providers/{kind}"
    return [f"{home}/{name}-{number:03}" for number in range(amount)]


def sought(ids: Iterable[str], read: Read = READ) -> list[Sought]:
    return [Sought(missing=Missing(read="list", id=one), read=read) for one in ids]


def seeker(
    gateway: TableGateway, budget: int = 200, census: Census | None = None, *, blinded: bool = False
) -> Seeker:
    questions = Questions(Asker(gateway, Unstored))
    return Seeker(questions, census or Census(), budget, blinded=blinded)


def fates(seeking: Seeker, wanted: Iterable[Sought]) -> list[GapKind]:
    """What is known of each after the questions, from the pages a record would keep."""
    own = list(wanted)
    told = [absences([one.missing], proofs_of(seeking.pages([one.missing])), {}) for one in own]
    return [absence.kind for (absence,) in told]


def seek(
    gateway: TableGateway,
    wanted: list[Sought],
    budget: int = 200,
    census: Census | None = None,
    *,
    blinded: bool = False,
) -> list[GapKind]:
    seeking = seeker(gateway, budget, census, blinded=blinded)
    asyncio.run(seeking.seek(wanted))
    return fates(seeking, wanted)


def test_a_small_budget_reaches_every_group_and_type() -> None:
    places = list(product(("a", "b", "c"), (DISK, SITE)))
    ids = [one for name, kind in places for one in in_group(name, kind, 40)]
    gateway = TableGateway()

    found = seek(gateway, sought(ids), budget=9)

    assert len(gateway.asked) == 9
    for name, kind in places:
        assert gateway.times(f"/resourceGroups/{name}/providers/{kind}/") in {1, 2}
    assert (found.count(GapKind.GONE), found.count(GapKind.NOT_ASKED)) == (9, 231)


def test_an_azure_that_has_no_time_is_not_asked_on() -> None:
    ids = [one for number in range(40) for one in in_group(f"rg{number}", DISK, 3)]
    busy: Said = (429, {"error": {"code": "TooManyRequests", "message": "m"}})
    gateway = TableGateway(lambda _, __: busy)

    found = seek(gateway, sought(ids))

    assert len(gateway.asked) <= TOO_BUSY + TOGETHER
    assert set(found) == {GapKind.THROTTLED, GapKind.NOT_ASKED}


def test_without_a_budget_nothing_is_asked_and_nothing_is_gone() -> None:
    gateway = TableGateway()
    ids = [*in_group("a", DISK, 3), *in_group("a", STRANGE, 2), ROLE]
    assert set(seek(gateway, sought(ids), budget=0)) == {GapKind.NOT_ASKED}
    assert gateway.asked == []


def test_a_refused_group_is_asked_three_times_at_most_and_its_permissions_once() -> None:
    gateway = TableGateway(denying("/resourceGroups/shut"))
    shut = sought([*in_group("shut", DISK, 60), *in_group("shut", SITE, 60)])

    found = seek(gateway, shut)

    assert gateway.times(PERMISSIONS_PATH) == 1
    assert len(gateway.asked) <= 4
    assert set(found) == {GapKind.DENIED, GapKind.NOT_ASKED}


def test_permissions_of_a_refused_group_answer_for_all_in_it() -> None:
    gateway = TableGateway(denying("/resourceGroups/shut", MAY_NOT))
    shut, open_ = in_group("shut", DISK, 60), in_group("open", DISK, 5)

    found = seek(gateway, sought([*shut, *open_]))

    assert found == [GapKind.DENIED] * 60 + [GapKind.GONE] * 5
    assert len(gateway.asked) == 1 + 1 + 5


def test_a_group_that_is_gone_answers_for_all_in_it() -> None:
    gateway = TableGateway(lambda _, __: GROUP_GONE)
    found = seek(gateway, sought(in_group("gone", DISK, 100)))
    assert found == [GapKind.GONE] * 100
    assert len(gateway.asked) == 1


def test_a_group_in_which_something_is_listed_is_not_believed_gone() -> None:
    gateway = TableGateway(lambda _, __: GROUP_GONE)
    ids = in_group("here", DISK, 5)
    census = Census(listed=Listed(places=frozenset({S, f"{S}/resourcegroups/here"})))
    seeking = seeker(gateway, census=census)
    asyncio.run(seeking.seek(sought(ids)))
    assert len(gateway.asked) == 5, "it answers for none of the others"
    told = proofs_of(seeking.pages(one.missing for one in sought(ids)), census.listed).told
    assert {kind for kind, _ in told.values()} == {GapKind.UNAVAILABLE}


def test_what_holds_others_is_asked_before_them() -> None:
    server = f"{S}/resourceGroups/data/providers/Microsoft.Sql/servers/one"
    databases = [f"{server}/databases/{number}" for number in range(30)]
    gateway = TableGateway()

    found = seek(gateway, sought([*databases, server]))

    assert found == [GapKind.GONE] * 31
    assert gateway.asked == [server]


def test_what_is_there_is_no_absence() -> None:
    (one,) = in_group("a", DISK, 1)
    gateway = TableGateway(lambda _, __: (200, {"id": one}))
    assert seek(gateway, sought([one])) == [GapKind.TRUNCATED]


def test_nothing_is_asked_twice_whoever_misses_it_and_however_it_is_spelled() -> None:
    ids = in_group("a", DISK, 4)
    twice = [*sought(ids), *sought(one.upper() for one in ids)]
    gateway = TableGateway()
    seeking = seeker(gateway)

    async def again() -> None:
        await seeking.seek(twice)
        await seeking.seek(twice)

    asyncio.run(again())
    assert len(gateway.asked) == 4
    assert set(fates(seeking, twice)) == {GapKind.GONE}


def test_what_tonights_permissions_do_not_allow_is_not_asked() -> None:
    gateway = TableGateway()
    census = Census(rights={S: (_permissions(S, ["*/read"], ["Microsoft.Compute/*"]),)})
    wanted = sought([*in_group("a", DISK, 3), *in_group("a", SITE, 2)])

    found = seek(gateway, wanted, census=census)

    assert found == [GapKind.DENIED] * 3 + [GapKind.GONE] * 2
    assert gateway.times(DISK) == 0
    assert gateway.times(PERMISSIONS_PATH) == 0


def test_a_group_whose_things_are_seen_is_asked_what_it_allows_itself() -> None:
    seen, lost = in_group("a", DISK, 2)
    census = Census(
        ids={DISK.lower(): {seen.lower(): seen}},
        rights={S: (_permissions(S, ["*/read"], ["Microsoft.Compute/*"]),)},
    )

    def answer(address: str, _: str) -> Said:
        return MAY_READ if address.endswith(PERMISSIONS_PATH.lower()) else NOT_FOUND

    gateway = TableGateway(answer)
    assert seek(gateway, sought([lost]), census=census) == [GapKind.GONE]
    assert gateway.asked == [f"{S}/resourcegroups/a{PERMISSIONS_PATH}", lost]


def test_a_list_that_was_not_read_is_not_asked_for_piece_by_piece() -> None:
    (one,) = in_group("a", DISK, 1)
    gap = Gap(read="list", subject=None, kind=GapKind.THROTTLED, detail="HTTP 429")
    missing = Missing(read="list", id=one)
    gateway = TableGateway()
    asyncio.run(seeker(gateway).seek([Sought(missing=missing, read=READ, gaps=(gap,))]))
    assert gateway.asked == []


def test_of_two_lists_the_one_that_was_read_gets_its_answer() -> None:
    (one,) = in_group("a", DISK, 1)
    gap = Gap(read="list", subject=None, kind=GapKind.THROTTLED, detail="HTTP 429")
    missing = Missing(read="list", id=one)
    hidden, read = (Sought(missing=missing, read=READ, gaps=gaps) for gaps in ((gap,), ()))
    for wanted in ([hidden, read], [read, hidden]):
        assert set(seek(TableGateway(), wanted)) == {GapKind.GONE}


def test_whole_lists_in_doubt_are_no_questions() -> None:
    gateway = TableGateway()
    missing = Missing(read="list", id=S, all_of_them=True)
    asyncio.run(seeker(gateway).seek([Sought(missing=missing, read=READ)]))
    assert gateway.asked == []


GRAPH_ANSWERS: dict[str, tuple[Said, GapKind]] = {
    "gone": ((404, {"error": {"code": "Request_ResourceNotFound"}}), GapKind.GONE),
    "refused": ((403, {"error": {"code": "Authorization_RequestDenied"}}), GapKind.DENIED),
    "there": ((200, {"id": "44444444-4444-4444-4444-444444444444"}), GapKind.TRUNCATED),
}


@pytest.mark.parametrize(("said", "kind"), GRAPH_ANSWERS.values(), ids=GRAPH_ANSWERS)
def test_an_object_of_microsoft_graph_is_asked_below_its_list(said: Said, kind: GapKind) -> None:
    one = "44444444-4444-4444-4444-444444444444"
    gateway = TableGateway(lambda _, __: said)
    assert seek(gateway, sought([one], Graph(path="/applications"))) == [kind]
    assert gateway.asked == [f"/applications/{one}"]


def test_a_refused_list_of_microsoft_graph_is_not_asked_on() -> None:
    ids = [f"44444444-4444-4444-4444-{number:012}" for number in range(80)]
    gateway = TableGateway(lambda _, __: GRAPH_ANSWERS["refused"][0])
    seek(gateway, sought(ids, Graph(path="/applications")))
    assert len(gateway.asked) <= TOGETHER + 1


def test_a_role_of_the_tenant_is_asked_only_where_nothing_else_is_refused() -> None:
    gateway = TableGateway()
    assert seek(gateway, sought([ROLE])) == [GapKind.GONE]

    shut = TableGateway(denying("/resourceGroups/shut"))
    found = seek(shut, sought([ROLE, *in_group("shut", DISK, 1)]))
    assert found[0] is GapKind.NOT_ASKED

    narrow = Census(rights={S: (_permissions(S, ["Microsoft.Compute/*/read"]),)})
    for census, blinded in ((narrow, False), (Census(), True)):
        gateway = TableGateway()
        found = seek(gateway, sought([ROLE]), census=census, blinded=blinded)
        assert found == [GapKind.NOT_ASKED]
        assert gateway.asked == []


def test_the_answers_that_a_record_keeps_are_those_about_it() -> None:
    mine, other = in_group("a", DISK, 2)
    gateway = TableGateway()
    seeking = seeker(gateway)
    asyncio.run(seeking.seek(sought([mine, other])))
    kept = seeking.pages([Missing(read="list", id=mine)])
    assert [(page.read, page.subject) for page in kept] == [(PROOF, mine)]


@given(
    st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from([DISK, SITE]), st.integers(0, 9))),
    st.integers(0, 30),
    st.sets(st.sampled_from("abcd")),
)
def test_the_budget_is_never_exceeded_and_what_it_leaves_is_not_gone(
    things: list[tuple[str, str, int]], budget: int, shut: set[str]
) -> None:
    ids = {
        f"{S}/resourceGroups/{name}/providers/{kind}/x{number}": name
        for name, kind, number in things
    }

    def answer(address: str, _: str) -> Said:
        return REFUSED if any(f"/resourcegroups/{one}" in address for one in shut) else NOT_FOUND

    gateway = TableGateway(answer)
    found = seek(gateway, sought(ids), budget=budget)

    assert len(gateway.asked) <= budget
    assert len(gateway.asked) == len(set(gateway.asked))
    for name, kind in zip(ids.values(), found, strict=True):
        assert kind in ({GapKind.DENIED, GapKind.NOT_ASKED} if name in shut else _ASKED_OR_NOT)
    assert found.count(GapKind.GONE) <= budget


_ASKED_OR_NOT = {GapKind.GONE, GapKind.NOT_ASKED}


def _permissions(scope: str, actions: list[str], taken: list[str] | None = None) -> Exchange:
    said = {"value": [{"actions": actions, "notActions": taken or []}]}
    gateway = TableGateway(lambda _, __: (200, said))
    (page,) = asyncio.run(Questions(Asker(gateway, Unstored)).permissions(scope))
    return page
