"""What a group lets in: the cases of network.security_groups say the most, this says the rest."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit.network.ports import (
    TCP,
    UDP,
    InboundRule,
    UnreadableRuleError,
    inbound_rules,
    openings,
    port_list,
    port_set,
)
from collectors.kit.network.rule_fields import ALL_PORTS, RuleError

FACTS = {
    "protocol": "Tcp",
    "sourceAddressPrefix": "*",
    "sourcePortRange": "*",
    "destinationAddressPrefix": "*",
    "destinationPortRange": "22",
    "access": "Allow",
    "priority": 100,
    "direction": "Inbound",
}


def rule(**facts: Any) -> dict[str, Any]:
    merged = FACTS | facts
    return {"name": "r", "properties": {k: v for k, v in merged.items() if v is not None}}


@pytest.mark.parametrize(
    "missing",
    [
        "protocol",
        "sourceAddressPrefix",
        "destinationAddressPrefix",
        "destinationPortRange",
        "access",
        "priority",
        "direction",
    ],
)
def test_a_rule_that_lacks_a_fact_cannot_be_read(missing: str) -> None:
    with pytest.raises(RuleError, match=r"Azure returned no .* of rule r"):
        inbound_rules([rule(**{missing: None})])


@pytest.mark.parametrize("text", ["ssh", "-1", "70000", "30-20", "1-x", "22,23", "-"])
def test_a_port_that_is_none_cannot_be_read(text: str) -> None:
    with pytest.raises(RuleError, match="rule r has the"):
        inbound_rules([rule(destinationPortRange=text)])


@pytest.mark.parametrize("rules", [None, {}, "rules", [None], [{}], [{"properties": None}]])
def test_a_list_that_is_none_cannot_be_read(rules: Any) -> None:
    with pytest.raises(RuleError):
        inbound_rules(rules)


@pytest.mark.parametrize(
    ("prefix", "families"),
    [
        ("*", {4, 6}),
        ("Any", {4, 6}),
        ("INTERNET", {4, 6}),
        ("0.0.0.0/0", {4}),
        ("::/0", {6}),
        ("10.0.0.0/8", set()),
        ("10.0.0.4", set()),
        ("VirtualNetwork", set()),
    ],
)
def test_any_source_is_told_from_some(prefix: str, families: set[int]) -> None:
    (only,) = inbound_rules([rule(sourceAddressPrefix=prefix)])

    assert only.families == families


@pytest.mark.parametrize(
    "text",
    [
        "/0",
        "0/0",
        "000.000.000.000/0",
        "0.0.0.0-255.255.255.255",
        "789",
        "0.0.0.0/33",
        "::/0/0",
        "zz::/0",
        "10.0.0.0/8,0.0.0.0/0",
        "internet/0",
        "-",
    ],
)
@pytest.mark.parametrize("field", ["sourceAddressPrefix", "destinationAddressPrefix"])
def test_what_is_neither_a_network_nor_a_tag_cannot_be_read(field: str, text: str) -> None:
    with pytest.raises(RuleError, match=re.escape(repr(text))):
        inbound_rules([rule(**{field: text})])


@pytest.mark.parametrize(
    "facts",
    [
        {"destinationPortRanges": [22, "443"]},
        {"destinationPortRanges": "22"},
        {"destinationPortRange": 22},
        {"sourceAddressPrefixes": "*"},
        {"sourceAddressPrefixes": ["10.0.0.0/8", None]},
        {"sourceAddressPrefixes": ["10.0.0.0/8", ""]},
        {"sourceAddressPrefix": ["*"]},
        {"sourceApplicationSecurityGroups": {"id": "/a"}},
        {"destinationAddressPrefixes": "*"},
        {"destinationAddressPrefixes": [4]},
        {"sourcePortRanges": [7]},
        {"sourcePortRanges": ["low"]},
    ],
)
def test_no_element_of_a_rule_is_dropped_in_silence(facts: dict[str, Any]) -> None:
    with pytest.raises(RuleError, match="rule r"):
        inbound_rules([rule(**facts)])


@pytest.mark.parametrize(
    ("to", "some", "covers"),
    [
        (["*"], {4, 6}, {4, 6}),
        (["VirtualNetwork"], {4, 6}, {4, 6}),
        (["0.0.0.0/0"], {4}, {4}),
        (["::/0"], {6}, {6}),
        (["0.0.0.0/1", "128.0.0.0/1"], {4}, {4}),
        (["0.0.0.0/0", "::/0"], {4, 6}, {4, 6}),
        (["10.0.0.4"], {4}, set()),
        (["::/0", "10.0.0.4"], {4, 6}, {6}),
        (["Storage", "::/0"], {4, 6}, {6}),
    ],
)
def test_a_rule_holds_for_the_ip_versions_of_its_destinations(
    to: list[str], some: set[int], covers: set[int]
) -> None:
    facts = {"destinationAddressPrefix": None, "destinationAddressPrefixes": to}
    (only,) = inbound_rules([rule(**facts)])

    assert (only.families, only.covers) == (some, covers)


@pytest.mark.parametrize("ranges", [["0-65535"], ["0-99", "100-65535"], ["*"], []])
def test_source_ports_that_are_all_there_are_narrow_nothing(ranges: list[str]) -> None:
    (only,) = inbound_rules([rule(sourcePortRange=None, sourcePortRanges=ranges)])

    assert only.covers == {4, 6}


@pytest.mark.parametrize(("spoilt", "before"), [(200, [100]), (50, []), (None, []), ("x", [])])
def test_what_azure_looks_at_before_a_rule_that_cannot_be_read_is_told(
    spoilt: Any, before: list[int]
) -> None:
    bad = rule(priority=spoilt, sourceAddressPrefix="789")
    with pytest.raises(UnreadableRuleError) as caught:
        inbound_rules([bad, rule(priority=300), rule(priority=100)])

    assert [one.priority for one in caught.value.before] == before


ports = st.sets(st.integers(0, 65535), min_size=1, max_size=6)


@given(ports)
def test_a_set_of_ports_is_what_was_put_in(wanted: set[int]) -> None:
    assert port_list(port_set(wanted)) == sorted(wanted)


@st.composite
def inbound(draw: st.DrawFn) -> InboundRule:
    return InboundRule(
        name="r",
        priority=draw(st.integers(100, 4096)),
        allows=draw(st.booleans()),
        protocol=draw(st.sampled_from([TCP, UDP, "*"])),
        families=draw(st.sampled_from([frozenset(), frozenset({4}), frozenset({4, 6})])),
        ports=draw(st.one_of(st.just(ALL_PORTS), ports.map(port_set))),
        covers=draw(st.sampled_from([frozenset(), frozenset({6}), frozenset({4, 6})])),
    )


@given(st.lists(inbound(), max_size=6, unique_by=lambda one: one.priority), st.integers(0, 65535))
def test_a_port_is_open_when_the_first_rule_that_settles_it_allows(
    rules: list[InboundRule], port: int
) -> None:
    ordered = sorted(rules, key=lambda one: one.priority)
    expected = False
    for family in (4, 6):
        for one in ordered:
            matches = (
                family in one.families and one.protocol in (TCP, "*") and one.ports >> port & 1
            )
            if matches and (one.allows or family in one.covers):
                expected = expected or one.allows
                break

    assert any(opening.ports >> port & 1 for opening in openings(ordered, TCP)) is expected
