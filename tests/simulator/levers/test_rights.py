"""Rights withdrawn: patterns of actions, scopes, and what is left."""

from typing import Any

import pytest

from simulator.levers.document import LeverError
from simulator.levers.rights import Rights, matches, parse_withdrawal

SUB = "/subscriptions/s1"
GROUP = f"{SUB}/resourceGroups/rg-a"
DISK = f"{GROUP}/providers/Microsoft.Compute/disks/d"


def left(*withdrawn: dict[str, Any]) -> Rights:
    return Rights(withdrawn=tuple(map(parse_withdrawal, withdrawn)))


@pytest.mark.parametrize(
    ("pattern", "action", "covered"),
    [
        ("*", "Microsoft.Sql/servers/read", True),
        ("*/read", "Microsoft.Sql/servers/databases/read", True),
        ("Microsoft.Sql/*", "microsoft.sql/SERVERS/read", True),
        ("Microsoft.Sql/servers/*", "Microsoft.Sql/servers/databases/read", True),
        ("Microsoft.Sql/servers/*", "Microsoft.Sql/managedInstances/read", False),
        ("Microsoft.Sql/servers/read", "Microsoft.Sql/servers/databases/read", False),
        ("Microsoft.Sql/*", "Microsoft.SqlVirtualMachine/x/read", False),
    ],
)
def test_an_asterisk_of_an_action_stands_for_any_text(
    pattern: str, action: str, *, covered: bool
) -> None:
    assert matches(pattern, action) is covered


@pytest.mark.parametrize(
    ("withdrawn", "action", "scope", "allowed"),
    [
        ({"type": "Microsoft.Compute/disks"}, "Microsoft.Compute/disks/read", DISK, False),
        ({"type": "Microsoft.Compute/disks"}, "Microsoft.Sql/servers/read", DISK, True),
        ({"group": GROUP}, "Microsoft.Compute/disks/read", DISK.upper(), False),
        ({"group": GROUP}, "Microsoft.Compute/disks/read", DISK.replace("rg-a", "rg-ab"), True),
        ({"group": GROUP}, "Microsoft.Resources/subscriptions/read", SUB, True),
        ({"subscription": "s1"}, "Microsoft.Resources/subscriptions/read", SUB, False),
        ({"subscription": "s1"}, "Microsoft.Compute/disks/read", DISK.replace("s1", "s11"), True),
        ({"resource": DISK}, "Microsoft.Compute/disks/read", DISK, False),
        ({"resource": DISK}, "Microsoft.Compute/disks/read", f"{DISK}2", True),
        ({"type": "Microsoft.Compute", "group": GROUP}, "Microsoft.Compute/x/read", DISK, False),
        ({"everything": True}, "Microsoft.Management/managementGroups/read", "/providers/m", False),
        ({"permission": "User.Read.All"}, "Microsoft.Compute/disks/read", DISK, True),
    ],
)
def test_a_right_is_gone_where_it_was_withdrawn_and_nowhere_else(
    withdrawn: dict[str, Any], action: str, scope: str, *, allowed: bool
) -> None:
    assert left(withdrawn).allows(action, scope) is allowed


def test_permissions_say_what_is_left_at_each_scope() -> None:
    rights = left({"type": "Microsoft.Sql"}, {"group": GROUP}, {"subscription": "s2"})

    (here,) = rights.permissions(SUB)
    assert (here["actions"], here["notActions"]) == (["*/read"], ["Microsoft.Sql/*"])
    assert rights.permissions(DISK) == rights.permissions("/subscriptions/s2") == []


def test_a_permission_of_graph_is_withdrawn_by_itself_or_with_all() -> None:
    assert not left({"permission": "User.Read.All"}).grants("User.Read.All")
    assert left({"permission": "User.Read.All"}).grants("Policy.Read.All")
    assert left({"permission": "*"}).granted == left({"everything": True}).granted == ()


@pytest.mark.parametrize(
    "document",
    [
        [],
        {},
        {"sort": "x"},
        {"type": 1},
        {"type": ""},
        {"type": "a/b", "action": "a/b/read"},
        {"group": "rg-a"},
        {"group": GROUP, "subscription": "s1"},
        {"permission": "Everything.Read"},
        {"permission": "User.Read.All", "group": GROUP},
    ],
)
def test_a_withdrawal_that_says_nothing_or_too_much_is_refused(document: Any) -> None:
    with pytest.raises(LeverError):
        parse_withdrawal(document)
