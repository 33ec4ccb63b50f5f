"""What a group lets in: the cases of network.security_groups say the most, this says the rest."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit.ports import (
    ALL_PORTS,
    TCP,
    UDP,
    InboundRule,
    RuleError,
    inbound_rules,
    openings,
    port_list,
    port_set,
)

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
        partial=draw(st.booleans()),
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
            if matches and (one.allows or not one.partial):
                expected = expected or one.allows
                break

    assert any(opening.ports >> port & 1 for opening in openings(ordered, TCP)) is expected
