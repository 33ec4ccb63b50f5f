"""Everything the generator says is served, and nothing of it is lost on the way."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from simulator.arm_path import parse
from simulator.levers.collector import enrolled
from simulator.levers.consent import Identity
from simulator.levers.rights import Rights
from simulator.process import SimulatorProcess
from simulator.server.arm.versions import KNOWN
from simulator.tenant.generate import TenantSpec, generate
from simulator.tenant.model import Tenant

AS_OF = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def odd(start_simulator: Callable[..., SimulatorProcess]) -> Iterator[SimulatorProcess]:
    """A tenant with an odd resource, three nights in, served by small pages."""
    with start_simulator(
        seed=11,
        subscriptions=2,
        resources=90,
        odd_resource=True,
        night=3,
        as_of=AS_OF,
        quotas="off",
        page_size=4,
    ) as process:
        yield process


@pytest.fixture(scope="module")
def tenant(odd: SimulatorProcess) -> Tenant:
    made = generate(TenantSpec(seed=11, subscriptions=2, resources=90, odd_resource=True), 3, AS_OF)
    who = Identity(app_id=odd.client_id, object_id=odd.identity()["object_id"])
    return enrolled(made, who, Rights())


@pytest.fixture(scope="module")
def asking(odd: SimulatorProcess, make_caller: Callable[[SimulatorProcess], Any]) -> Any:
    return make_caller(odd)


def test_every_arm_list_and_object_arrives_whole(asking: Any, tenant: Tenant) -> None:
    assert tenant.arm
    for path, given in tenant.arm.items():
        version = KNOWN.get(parse(path).type, ("2021-04-01",))[-1]
        url = f"{path}?api-version={version}"
        assert (
            follow(asking, url, "arm") if isinstance(given, list) else one(asking, url)
        ) == given


def test_every_graph_list_and_object_arrives_whole(asking: Any, tenant: Tenant) -> None:
    assert tenant.graph
    for path, given in tenant.graph.items():
        expand = "?$expand=policy($expand=rules)" if "policyassignments" in path else ""
        seen: Any = (
            follow(asking, f"/v1.0{path}{expand}", "graph")
            if isinstance(given, list)
            else asking.get(f"/v1.0{path}", "graph").json()
        )
        if isinstance(seen, dict):
            seen.pop("@odata.context")
        assert seen == given


ABOVE = {"authorizationScopeFilter": "AtScopeAboveAndBelow"}


def test_what_is_given_at_the_root_is_shown_to_who_asks_for_it(asking: Any) -> None:
    def scopes(**options: Any) -> set[str]:
        rows = asking.graph_rows("authorizationresources", **{"$top": 1000, **options}).json()
        return {row["properties"].get("scope", "") for row in rows["data"]}

    assert scopes(**ABOVE) - scopes() == {"/"}


def test_every_row_of_every_table_arrives_whole(asking: Any, tenant: Tenant) -> None:
    for table, rows in tenant.tables.items():
        answer = asking.graph_rows(f"{table} | order by id asc", **{"$top": 1000, **ABOVE})
        assert answer.json()["data"] == sorted(rows, key=lambda row: str(row["id"]))


def test_the_truth_is_the_generators(odd: SimulatorProcess, tenant: Tenant) -> None:
    truth = [(each.subject, each.check, each.expected) for each in tenant.truth]
    assert [(row["subject"], row["check"], row["expected"]) for row in odd.truth()] == truth


def test_another_night_is_another_tenant(odd: SimulatorProcess, asking: Any) -> None:
    before = asking.graph_rows("resources | order by id asc").content
    odd.set_night(40, datetime(2026, 4, 7, 2, 0, tzinfo=UTC))
    after = asking.graph_rows("resources | order by id asc").content
    odd.set_night(3, AS_OF)
    again = asking.graph_rows("resources | order by id asc").content
    assert before == again
    assert before != after


def one(asking: Any, url: str) -> Any:
    """The body of a single object."""
    return asking.get(url).json()


def follow(asking: Any, url: str | None, audience: str) -> list[Any]:
    """Every element of a list, through all its pages."""
    seen: list[Any] = []
    while url:
        answer = asking.get(url, audience)
        assert answer.status_code == 200, answer.text
        page = answer.json()
        seen += page["value"]
        url = page.get("nextLink") or page.get("@odata.nextLink")
    return seen
