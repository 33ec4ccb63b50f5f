"""A new file is a new collector; one that is described wrongly stops the start."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from collectors.kit import Arm, Check, Collector, Owner, ResourceGraph, passed
from collectors.kit.catalogue.policies import definition_guid
from collectors.kit.catalogue.registry import all_collectors, collector_by_id, validate
from collectors.kit.errors import CatalogError
from collectors.kit.reads import Among

TEMPLATES = Path(__file__).parents[4] / "evidence_templates"
CATALOGUE = Path(__file__).parents[4] / "collectors" / "catalog"
CHECK = Check(
    id="seen",
    title="Seen",
    on="rows",
    controls=("A.5.9",),
    remedy="look",
    owner=Owner.CLOUD,
    judge=lambda _item, _expectations: passed("it is here"),
)
COLLECTOR = Collector(
    id="test.seen", title="Seen", reads={"rows": ResourceGraph(table="resources")}, checks=(CHECK,)
)


def test_every_collector_is_found_by_its_file() -> None:
    files = [path for path in CATALOGUE.rglob("*.py") if path.name != "__init__.py"]
    ids = [".".join(path.relative_to(CATALOGUE).with_suffix("").parts) for path in files]

    assert [collector.id for collector in all_collectors()] == sorted(ids)


def test_a_collector_is_had_by_its_id() -> None:
    assert collector_by_id("compute.disks").title == "Managed disks"
    with pytest.raises(CatalogError, match=r"no collector 'compute\.discs'"):
        collector_by_id("compute.discs")


def test_the_catalogue_names_only_known_controls_and_expectations() -> None:
    annex = tomllib.loads((TEMPLATES / "annex_a.toml").read_text())
    expectations = tomllib.loads((TEMPLATES / "expectations.toml").read_text())

    validate(all_collectors(), [control["id"] for control in annex["control"]], expectations)


def test_every_expectation_is_measured_by_some_check() -> None:
    expectations = tomllib.loads((TEMPLATES / "expectations.toml").read_text())
    measured = {check.expectation for c in all_collectors() for check in c.checks}

    assert sorted(set(expectations) - measured) == []


def test_equal_lists_of_different_collectors_are_equal_values() -> None:
    accounts = collector_by_id("storage.accounts").reads["accounts"]
    resources = collector_by_id("inventory.resources").reads["resources"]
    workspaces = collector_by_id("logging.activity").reads["workspaces"]

    assert accounts == collector_by_id("storage.blob_services").reads["accounts"]
    assert resources == collector_by_id("logging.diagnostic_settings").reads["resources"]
    assert workspaces == collector_by_id("logging.workspace_retention").reads["workspaces"]


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda collector: collector.id)
def test_every_check_tells_what_to_do(collector: Collector) -> None:
    for check in collector.checks:
        assert check.remedy.startswith(("az ", "Azure portal > ", "Entra admin center > "))
        assert check.title[0].isupper()
        assert not check.title.endswith(".")


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"on": "columns"}, "stands on 'columns'"),
        ({"uses": ("columns",)}, "stands on 'columns'"),
        ({"controls": ("A.9.9",)}, "unknown control A.9.9"),
        ({"controls": ()}, "unknown control none"),
        ({"expectation": "most"}, "unknown expectation most"),
        ({"owner": Owner.UNSTATED}, "check seen has no owner"),
        ({"judge": None}, "needs either judge or judge_all"),
        ({"judge_all": lambda _population, _expectations: {}}, "needs either judge or judge_all"),
    ],
)
def test_a_check_that_is_described_wrongly_is_refused(wrong: Any, sentence: str) -> None:
    collector = replace(COLLECTOR, checks=(replace(CHECK, **wrong),))

    with pytest.raises(CatalogError, match=rf"collector test\.seen: .*{sentence}"):
        validate([collector], ["A.5.9"], ["minimum_tls"])


def test_a_check_that_stands_twice_is_refused() -> None:
    with pytest.raises(CatalogError, match="check seen stands twice"):
        validate([replace(COLLECTOR, checks=(CHECK, CHECK))], ["A.5.9"], [])


def test_a_read_of_items_that_are_not_read_is_refused() -> None:
    lost = Arm(path="{id}/x", api_version="1", per="resource", of="columns")

    with pytest.raises(CatalogError, match="asked per item of 'columns'"):
        validate([replace(COLLECTOR, reads={**COLLECTOR.reads, "lost": lost})], ["A.5.9"], [])


@pytest.mark.parametrize(
    "need",
    [
        "*",
        "Microsoft.Storage/*",
        "Microsoft.Storage/storageAccounts/listKeys/action",
        "Microsoft.Storage/storageAccounts/write",
        "Microsoft.Storage/storageAccounts/DELETE",
        "Directory.ReadWrite.All",
    ],
)
def test_a_read_that_needs_more_than_reading_is_refused(need: str) -> None:
    greedy = {"rows": ResourceGraph(table="resources", needs=(need,))}

    with pytest.raises(CatalogError, match="more than reading"):
        validate([replace(COLLECTOR, reads=greedy)], ["A.5.9"], [])


def test_policy_states_are_asked_for_every_definition_that_a_check_names_and_no_other() -> None:
    read = collector_by_id("posture.policy_states").reads["states"]
    named = {check.policy for c in all_collectors() for check in c.checks} - {None}

    assert isinstance(read, ResourceGraph)
    assert read.among is not None
    assert {definition_guid(one) for one in read.among.values} == named
    assert definition_guid("/subscriptions/x/providers/policyDefinitions/1") is None


def test_rows_among_none_are_refused() -> None:
    empty = ResourceGraph(table="resources", among=Among(path="id"))
    broken = Collector(id="x.y", title="x", reads={"rows": empty}, checks=())
    with pytest.raises(CatalogError, match="asks for rows among none"):
        validate([broken], [], [])
