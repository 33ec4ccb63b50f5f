"""How far the rights of the collecting identity reach, never saying more than is known."""

from typing import Any

import pytest

from app.schedule.connection import Connection, new_connection
from app.services.reading.scope_limits import BEYOND, EVERYWHERE, NAMED, ROOT, _reach, limits_in
from collectors.kit import Gap, GapKind, Item
from collectors.kit.interpret import Seen
from tests.services.memory import MemoryStore

TENANT = "fbcc9616-332d-49fa-bd68-dbb57cee5089"
S = "/subscriptions/11111111-1111-1111-1111-111111111111"
READER, OWNER = "acdd72a7-3385-48ef-bd42-f606fba81ae7", "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
SECURITY_READER = "39bc4728-0917-49c7-9d2c-d95423bc2eb4"
UNSAID = "at a scope that Azure did not name"
UNRECORDED = "How far the collecting identity's rights reach was not recorded."


def role(definition: Any, scope: Any) -> Item:
    facts = {"roleDefinitionId": definition, "scope": scope}
    return Item(id=f"{scope}/{definition}", data={"properties": facts})


def reach(*roles: Item, gaps: tuple[Gap, ...] = ()) -> str:
    seen = Seen(items={"roles": roles}, gaps=gaps, completeness={}, context=frozenset())
    (told,) = _reach(seen, TENANT)
    return told


def connection(*subscriptions: str) -> Connection:
    return new_connection(
        name="northgate",
        tenant_id=TENANT,
        credential={"kind": "secret_env", "client_id": TENANT, "secret_env": "NONE"},
        cloud="public",
        cloud_file=None,
        subscriptions=subscriptions,
        schedule="0 2 * * *",
    )


WHOLE = {
    "Reader at the root group": role(READER, f"{ROOT}{TENANT}"),
    "in other letters": role(READER.upper(), f"{ROOT}{TENANT}".upper() + "/"),
    "Owner at the root group": role(OWNER, f"{ROOT}{TENANT}"),
    "Reader above all groups": role(f"/providers/x/roleDefinitions/{READER}", "/"),
}


@pytest.mark.parametrize("held", WHOLE.values(), ids=WHOLE)
def test_who_reads_from_the_root_sees_every_subscription(held: Item) -> None:
    assert reach(role(READER, S), held) == EVERYWHERE


NARROW = {
    "a subscription": (role(READER, S), f"Reader at {S}"),
    "another group": (role(READER, f"{ROOT}letters"), f"Reader at {ROOT}letters"),
    "a group whose name begins alike": (role(READER, f"{ROOT}{TENANT}-2"), f"Reader at {ROOT}"),
    "a narrower role at the root": (role(SECURITY_READER, "/"), "Security Reader at /"),
    "a role of its own": (role("my-role", S), f"role my-role at {S}"),
    "a role without id": (role(None, S), f"a role without id at {S}"),
    "Reader where Azure did not say": (role(READER, None), f"Reader {UNSAID}"),
    "Reader at an empty scope": (role(READER, ""), "Reader at "),
    "a scope that is no text": (role(SECURITY_READER, 7), f"Security Reader {UNSAID}"),
}


@pytest.mark.parametrize(("held", "named"), NARROW.values(), ids=NARROW)
def test_of_all_others_it_says_what_they_hold_and_that_nothing_beyond_is_known(
    held: Item, named: str
) -> None:
    assert reach(held).startswith(f"The collecting identity holds {named}")
    assert reach(held).endswith(BEYOND)


def test_an_identity_without_a_role_has_none() -> None:
    assert reach() == f"The collecting identity holds no role of its own. {BEYOND}"


def test_roles_that_could_not_be_seen_reach_nowhere() -> None:
    gap = Gap(read="roles", subject=None, kind=GapKind.DENIED, detail="HTTP 403")
    told = reach(role(READER, f"{ROOT}{TENANT}"), gaps=(gap,))
    assert told == "Which roles the collecting identity holds could not be seen."


def test_many_roles_are_counted_and_equal_ones_named_once() -> None:
    roles = [role(READER, f"{S}/resourceGroups/{number}") for number in range(NAMED + 2)]
    told = reach(*roles, *roles)
    assert told.count("Reader at ") == NAMED
    assert " and 2 more. " in told


@pytest.mark.parametrize(
    ("subscriptions", "said"),
    [
        ((), (UNRECORDED,)),
        ((S[15:],), ("The connection names 1 subscription; no other was asked for anything.",)),
        (
            (S[15:], TENANT),
            ("The connection names 2 subscriptions; no other was asked for anything.",),
        ),
    ],
)
def test_subscriptions_that_were_chosen_are_a_limit_and_so_is_a_night_without_a_record(
    subscriptions: tuple[str, ...], said: tuple[str, ...]
) -> None:
    told = limits_in(MemoryStore(), connection(*subscriptions), [])
    assert told == (*(one for one in said if one != UNRECORDED), UNRECORDED)
