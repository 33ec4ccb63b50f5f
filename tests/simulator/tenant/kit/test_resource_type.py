"""A type described in one file, from the example in the docstring to rows and truth."""

import re
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from simulator.tenant.estate.dates import Dates
from simulator.tenant.estate.dice import Dice
from simulator.tenant.estate.estate import (
    Estate,
    Fragment,
    Place,
    Resource,
    Subscription,
    TenantSpec,
)
from simulator.tenant.kit import ABSENT, Child, Fault, ResourceType, Scene, resource_type, where
from simulator.tenant.kit.construction import construct

BLOCK = re.search(r"```python\n(.*?)```", resource_type.__doc__ or "", re.DOTALL)
NAME = "Microsoft.Example/things"


def example() -> ResourceType:
    """What a newcomer copies."""
    assert BLOCK is not None
    told: dict[str, ResourceType] = {}
    exec(BLOCK[1], told)  # noqa: S102 - our own docstring
    return told["TYPE"]


def estate_of(name: str, amount: int, *, odd: bool = False) -> Estate:
    subscription = Subscription(id="s", name="one", environment="prod")
    place = Place(subscription=subscription, workload="imaging", short="img", location="eastus2")
    resources = tuple(
        Resource(type=name, name=f"thing-{n}", ordinal=n, place=place) for n in range(amount)
    )
    if odd:
        resources = (*resources[:-1], replace(resources[-1], odd=True))
    return Estate(
        spec=TenantSpec(),
        tenant_id="t",
        dice=Dice(seed=7, night=0),
        dates=Dates(datetime(2026, 11, 23, tzinfo=UTC), 0),
        subscriptions=(subscription,),
        places=(place,),
        resources=resources,
    )


def verdicts(made: Fragment, check: str) -> dict[str, str]:
    return {one.subject: one.expected for one in made.truth if one.check == check}


def test_the_documented_example_makes_resources_of_both_verdicts() -> None:
    kind = example()
    made = construct(estate_of(kind.type, 200), kind)

    told = verdicts(made, "containers.registries.public_network")
    shown = {row["id"]: row["properties"].get("publicNetworkAccess") for row in made.rows}

    assert set(told.values()) == {"pass", "fail", "unknown"}
    meaning = {"pass": "Disabled", "fail": "Enabled", "unknown": None}
    assert shown == {subject: meaning[verdict] for subject, verdict in told.items()}


def thing(**fields: object) -> ResourceType:
    described = {
        "type": NAME,
        "naming": "thing-{n}",
        "versions": ("2024-01-01",),
        "body": lambda _: {"properties": {"safe": True, "deep": {"list": [1], "word": "a"}}},
    }
    return ResourceType(**(described | fields))  # type: ignore[arg-type]  # the type's own fields


def test_a_fault_changes_the_good_body_at_its_path_and_nowhere_else() -> None:
    kind = thing(
        faults={
            "a.b.one": Fault(fails=({"properties.deep.word": ABSENT},)),
            "a.b.two": Fault(fails=({"properties.new.path": 1},)),
        }
    )
    made = construct(estate_of(NAME, 100), kind)
    first, second = verdicts(made, "a.b.one"), verdicts(made, "a.b.two")

    for row in made.rows:
        properties = row["properties"]
        assert properties["deep"]["list"] == [1]
        assert ("word" in properties["deep"]) is (first[row["id"]] == "pass")
        assert ("new" in properties) is (second[row["id"]] == "fail")


def test_several_ways_to_pass_and_to_fail_all_occur() -> None:
    ways = Fault(
        fails=({"kind": "x"}, {"kind": "y"}),
        passes=({"kind": "p"}, lambda scene: {"kind": scene.name[:5]}),
    )
    made = construct(estate_of(NAME, 300), thing(faults={"a.b.c": ways}))

    assert {row["kind"] for row in made.rows} == {"x", "y", "p", "thing"}


def test_who_is_not_asked_has_no_verdict_and_who_is_settled_takes_no_part_in_the_draw() -> None:
    def second(scene: Scene) -> bool:
        return scene.resource.ordinal == 1

    fault = Fault(
        fails=({"kind": "bad"},),
        asked=lambda scene: scene.resource.ordinal > 0,
        settled=where(second, "fail"),
    )
    made = construct(estate_of(NAME, 50), thing(faults={"a.b.c": fault}))
    told, kinds = verdicts(made, "a.b.c"), [row["kind"] for row in made.rows]

    assert len(told) == 49
    assert (told[made.rows[1]["id"]], kinds[1]) == ("fail", "")
    assert (kinds[0], kinds.count("bad")) == ("", Counter(told.values())["fail"] - 1)


def test_an_odd_resource_has_no_properties_and_every_check_is_unknown() -> None:
    child = Child(
        path="inner/default",
        body=lambda _: {"properties": {"on": True}},
        faults={"a.b.d": Fault(fails=({"properties.on": False},))},
    )
    kind = thing(faults={"a.b.c": Fault(fails=({"properties.safe": False},))}, children=(child,))
    made = construct(estate_of(NAME, 5, odd=True), kind)
    odd = made.rows[4]["id"]

    assert (
        made.rows[4]["properties"] == made.arm[f"{odd}/inner/default".lower()]["properties"] == {}
    )
    assert verdicts(made, "a.b.c")[odd] == verdicts(made, "a.b.d")[odd] == "unknown"


def test_a_list_below_a_resource_has_a_verdict_for_each_element() -> None:
    child = Child(
        path="keys",
        names=lambda scene: ("a", "b") if scene.resource.ordinal else (),
        body=lambda scene: {"properties": {"called": scene.name, "on": True}},
        faults={"a.b.c": Fault(fails=({"properties.on": False},))},
    )
    made = construct(estate_of(NAME, 20), thing(children=(child,)))
    told = verdicts(made, "a.b.c")
    lists = [made.arm[f"{row['id']}/keys".lower()] for row in made.rows]
    elements = [one for listed in lists for one in listed]

    assert (lists[0], len(elements)) == ([], 38)
    assert elements[0]["type"] == f"{NAME}/keys"
    assert elements[0]["id"] == f"{made.rows[1]['id']}/keys/a"
    assert elements[0]["properties"]["called"] == elements[0]["name"] == "a"
    assert told == {one["id"]: "pass" if one["properties"]["on"] else "fail" for one in elements}


def test_a_resource_without_the_object_below_it_has_none() -> None:
    child = Child(path="inner/default", body=lambda s: None if s.resource.ordinal else {})
    made = construct(estate_of(NAME, 3), thing(children=(child,)))

    assert list(made.arm) == [f"{made.rows[0]['id']}/inner/default".lower()]


@pytest.mark.parametrize("more", [1, 7])
def test_a_verdict_depends_on_no_other_resource(more: int) -> None:
    kind = thing(faults={"a.b.c": Fault(fails=({"kind": "bad"},))})
    few, many = (construct(estate_of(NAME, n), kind) for n in (60, 60 + more))

    assert verdicts(few, "a.b.c").items() <= verdicts(many, "a.b.c").items()
    assert list(few.rows) == list(many.rows[:60])
