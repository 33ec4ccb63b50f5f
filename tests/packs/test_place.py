"""Subjects are named for people, and say where they are."""

from app.packs.place import name_of, place_of

PROD = "7d1f0a52-0a0e-4c7b-9a41-6d2b1d4f6a01"
NAMES = {PROD: "prod-patient-portal"}


def test_a_subscription_named_by_its_bare_id_gets_its_display_name() -> None:
    assert name_of(PROD.upper(), PROD, NAMES) == "prod-patient-portal"
    assert name_of("another", "as sealed", NAMES) == "as sealed"


def test_a_nested_resource_says_its_chain_its_group_and_its_subscription() -> None:
    subject = (
        f"/subscriptions/{PROD}/resourceGroups/rg/providers/Microsoft.Sql/servers/s/databases/d"
    )
    assert (
        place_of(subject, NAMES) == "Microsoft.Sql/servers/databases s/d, rg, prod-patient-portal"
    )
