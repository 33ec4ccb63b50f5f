"""What can no longer be seen, counted by place and night, and the rights that were lost since."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from app.evidence.canonical import canonical
from app.evidence.events.run_events import RightsChanged, RightTold
from app.evidence.record import entry_key, utc
from app.evidence.rights import GRAPH, TENANT
from app.services.index.lost_sight import LostSight, lost_in
from tests.services.memory import MemoryStore

SLOT = datetime(2026, 11, 28, 2, tzinfo=UTC)
SEEN = SLOT - timedelta(days=2)
S = "/subscriptions/11111111-1111-1111-1111-111111111111"
G = f"{S}/resourcegroups/letters"
DISK = "Microsoft.Compute/disks/read"


def lacking(item_id: str, *checks: str, **other: Any) -> dict[str, Any]:
    told = {"read": "disks", "id": item_id, "name": "", "checks": list(checks), "kind": "denied"}
    return {**told, "last_seen": utc(SEEN), "all_of_them": False, "detail": "refused", **other}


def disk(number: int, group: str = G) -> str:
    return f"{group}/providers/Microsoft.Compute/disks/{number}"


def change(days: int, place: str, *rights: str) -> RightsChanged:
    return RightsChanged(
        run_id="r",
        connection_id="c",
        slot=SLOT - timedelta(days=days),
        lost=tuple(RightTold(place=place, right=one) for one in rights),
        gained=(),
    )


def losses(
    *missing: dict[str, Any],
    changes: list[RightsChanged] | None = None,
    collector: str = "compute.disks",
) -> tuple[LostSight, ...]:
    store = MemoryStore()
    store.put_once(
        entry_key(3), canonical({"what": {"collector": collector, "missing": list(missing)}})
    )
    return lost_in(store, [3], changes or [], SLOT)


def test_things_of_one_group_are_one_loss() -> None:
    (lost,) = losses(*(lacking(disk(number), "encrypted", "export") for number in range(3)))
    assert lost == LostSight(
        place=G, last_seen=SEEN, kinds=("denied",), things=3, verdicts=6, lost=()
    )
    assert lost.sentence == (
        f"since 2026-11-26 02:00 UTC, 6 verdicts on 3 things in {G} can no longer be given (denied)"
    )


def test_things_of_several_groups_are_a_loss_of_their_subscription() -> None:
    other = f"{S}/resourcegroups/scans"
    (lost,) = losses(lacking(disk(1), "export"), lacking(disk(1, other), "export"))
    assert (lost.place, lost.things, lost.verdicts) == (S, 2, 2)


def test_one_thing_that_two_lists_miss_is_counted_once() -> None:
    (lost,) = losses(lacking(disk(1), "export"), lacking(disk(1).upper(), "export", read="other"))
    assert (lost.things, lost.verdicts) == (1, 1)
    assert lost.sentence.startswith("since 2026-11-26 02:00 UTC, 1 verdict on 1 thing in ")


def test_nights_that_saw_them_last_are_told_apart_and_the_largest_loss_comes_first() -> None:
    found = losses(
        lacking(disk(1), "export", last_seen=utc(SEEN - timedelta(days=5))),
        lacking(disk(2), "export", "encrypted", kind="not_asked"),
    )
    assert [(one.verdicts, one.kinds) for one in found] == [(2, ("not_asked",)), (1, ("denied",))]


NO_LOSS: dict[str, dict[str, Any]] = {
    "what is proved to be gone": {"kind": "gone"},
    "what no night saw": {"last_seen": None},
    "a whole list in doubt": {"all_of_them": True},
}


@pytest.mark.parametrize("other", NO_LOSS.values(), ids=NO_LOSS)
def test_it_is_no_loss(other: dict[str, Any]) -> None:
    assert losses(lacking(disk(1), "export", **other)) == ()


def test_records_of_old_nights_miss_nothing() -> None:
    store = MemoryStore()
    store.put_once(entry_key(3), canonical({"what": {"collector": "compute.disks"}}))
    assert lost_in(store, [3], [], SLOT) == ()
    assert lost_in(store, [], [], SLOT) == ()


CHANGES: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "tonight": (change(0, S, DISK), (DISK,)),
    "the night before": (change(1, S, DISK), (DISK,)),
    "of the tenant": (change(1, "tenant", "Reader at /"), ("Reader at /",)),
    "in the night that saw it": (change(2, S, DISK), ()),
    "before": (change(3, S, DISK), ()),
    "after": (change(-1, S, DISK), ()),
    "elsewhere": (change(1, "/subscriptions/other", DISK), ()),
}


@pytest.mark.parametrize(("told", "lost"), CHANGES.values(), ids=CHANGES)
def test_only_rights_lost_there_since_explain_a_loss(
    told: RightsChanged, lost: tuple[str, ...]
) -> None:
    (found,) = losses(lacking(disk(1), "export"), changes=[told])
    assert found.lost == lost


def test_a_right_that_was_lost_twice_is_named_once_and_many_are_counted() -> None:
    told = [change(1, S, "a", "b"), change(0, S, "a", "c", "d", "e")]
    (found,) = losses(lacking(disk(1), "export"), changes=told)
    assert found.lost == ("a", "b", "c", "d", "e")
    assert found.sentence.endswith("; since then the collecting identity lost a, b, c and 2 more")


def test_roles_are_told_before_what_they_allowed() -> None:
    told = [change(0, S, "an action"), change(0, "tenant", "Reader at /")]
    (found,) = losses(lacking(disk(1), "export"), changes=told)
    assert found.lost == ("Reader at /", "an action")


def test_things_that_no_check_asks_about_are_a_loss_without_verdicts() -> None:
    (found,) = losses(lacking(disk(1)))
    assert found.sentence == (
        f"since 2026-11-26 02:00 UTC, 1 thing in {G} can no longer be seen (denied)"
    )


def test_a_loss_in_microsoft_graph_is_explained_by_its_permissions_alone() -> None:
    told = [change(1, GRAPH, "Application.Read.All"), change(1, "tenant", "Reader at /")]
    (found,) = losses(
        lacking("44444444-4444-4444-4444-444444444444", "no_secrets", read="applications"),
        changes=told,
        collector="identity.app_credentials",
    )
    assert found.lost == ("Application.Read.All",)
    (other,) = losses(lacking(disk(1), "export"), changes=told)
    assert other.lost == ("Reader at /",)


def test_what_lies_in_no_subscription_is_called_by_its_list() -> None:
    one = "44444444-4444-4444-4444-444444444444"
    (lost,) = losses(
        lacking(one, "no_secrets", read="applications"), collector="identity.app_credentials"
    )
    assert lost.place == "Microsoft Graph /applications"
    (other,) = losses(lacking("/providers/x/y/z", "a", read="none"))
    assert other.place == TENANT
