"""Rights of two nights: what is known of both is compared, and nothing else."""

from typing import Any

from app.evidence.rights import GRAPH, TENANT, Right, rights_change, rights_shown
from collectors.kit import Item

S = "/subscriptions/11111111-1111-1111-1111-111111111111"
T = "/subscriptions/22222222-2222-2222-2222-222222222222"
STORAGE, SQL = "Microsoft.Storage/storageAccounts/read", "Microsoft.Sql/servers/read"
ACTIONS = (STORAGE, SQL)
READER = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
APPLICATIONS = "Application.Read.All"


def permissions(scope: str, *actions: str, taken: Any = None) -> Item:
    return Item(id=scope, data={"value": [{"actions": list(actions), "notActions": taken}]})


def role(definition: Any, scope: Any) -> Item:
    facts = {"roleDefinitionId": definition, "scope": scope}
    return Item(id="role", data={"properties": facts})


def shown(
    *hidden: str, granted: list[str] | None = None, **items: list[Item]
) -> dict[tuple[str, str], frozenset[Right]]:
    return rights_shown(items, frozenset(hidden), ACTIONS, granted)


def test_of_patterns_only_what_is_asked_for_counts() -> None:
    wide = shown(permissions=[permissions(S.upper(), "*/read")])
    named = shown(permissions=[permissions(S.lower(), *ACTIONS, "Microsoft.Web/sites/write")])
    assert wide == {(S, "actions"): {Right(S, STORAGE), Right(S, SQL)}}
    assert rights_change(wide, named).lost == ()


def test_what_was_taken_from_one_subscription_is_lost_there_alone() -> None:
    before = shown(permissions=[permissions(S, "*/read"), permissions(T, "*/read")])
    now = shown(
        permissions=[permissions(S, "*/read", taken=["Microsoft.Sql/*"]), permissions(T, "*")]
    )
    change = rights_change(before, now)
    assert (change.lost, change.gained) == ((Right(S, SQL),), ())
    assert rights_change(now, before).gained == (Right(S, SQL),)


def test_no_permission_at_all_is_a_loss_and_an_untold_one_is_none() -> None:
    before = shown(permissions=[permissions(S, "*/read")])
    none = shown(permissions=[Item(id=S, data={"value": []})])
    untold = shown(permissions=[Item(id=S, data={"value": None})])
    assert set(rights_change(before, none).lost) == {Right(S, STORAGE), Right(S, SQL)}
    assert rights_change(before, untold).lost == ()
    assert rights_change(before, {}).lost == ()


def test_roles_are_named_for_people() -> None:
    found = shown(roles=[role(READER, S)])
    assert found == {(TENANT, "roles"): {Right(TENANT, f"Reader at {S}")}}


def test_permissions_of_microsoft_graph_are_those_of_the_token() -> None:
    before = shown(granted=[APPLICATIONS, "Policy.Read.All"])
    assert before == {
        (GRAPH, "grants"): {Right(GRAPH, APPLICATIONS), Right(GRAPH, "Policy.Read.All")}
    }
    change = rights_change(before, shown(granted=[APPLICATIONS]))
    assert change.lost == (Right(GRAPH, "Policy.Read.All"),)
    assert len(rights_change(before, shown(granted=[])).lost) == 2
    assert rights_change(before, shown(granted=None)).lost == (), "a token that did not tell"


def test_a_role_that_azure_described_badly_is_still_one() -> None:
    found = shown(roles=[role(None, None), role("custom", 7)])
    assert found[TENANT, "roles"] == {
        Right(TENANT, "a role without id at a scope that Azure did not name"),
        Right(TENANT, "role custom at a scope that Azure did not name"),
    }


def test_a_list_with_a_gap_tells_of_no_loss() -> None:
    before = shown(roles=[role(READER, S)])
    hidden = shown("roles", roles=[])
    empty = shown(roles=[])
    assert (TENANT, "roles") not in hidden
    assert rights_change(before, hidden).lost == ()
    assert rights_change(before, empty).lost == (Right(TENANT, f"Reader at {S}"),)


def test_a_change_is_told_in_an_order_of_its_own() -> None:
    change = rights_change(
        shown(permissions=[permissions(T, "*/read"), permissions(S, "*/read")]),
        shown(permissions=[permissions(T), permissions(S)]),
    )
    assert list(change.lost) == sorted(change.lost)
    assert len(change.lost) == 4
