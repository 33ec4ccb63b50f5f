"""How many addresses are many: an eighth of those that senders can have."""

import pytest

from collectors.kit.network.addresses import network, open_families, whole_families


@pytest.mark.parametrize(
    ("prefixes", "families"),
    [
        (["0.0.0.0/0"], {4}),
        (["0.0.0.0/1", "128.0.0.0/1"], {4}),
        (["32.0.0.0/3"], {4}),
        (["32.0.0.0/4"], set()),
        (["32.0.0.0/4", "48.0.0.0/4"], {4}),
        (["32.0.0.0/4", "32.0.0.0/4"], set()),
        (["32.0.0.0/4", "33.0.0.0/8"], set()),
        (["2000::/3", "203.0.113.7"], {6}),
        (["::/0", "0.0.0.0/0"], {4, 6}),
        ([], set()),
    ],
)
def test_networks_are_counted_together_and_none_twice(
    prefixes: list[str], families: set[int]
) -> None:
    found = [one for one in map(network, prefixes) if one is not None]

    assert open_families(found) == families
    assert whole_families(found) <= families


def test_halves_are_a_whole() -> None:
    halves = [one for one in map(network, ["0.0.0.0/1", "128.0.0.0/1"]) if one is not None]

    assert whole_families(halves) == {4}
    assert whole_families(halves[:1]) == set()


@pytest.mark.parametrize("text", ["VirtualNetwork", "", "10.0.0.1-10.0.0.9", "300.0.0.0/8", "789"])
def test_what_is_no_network_is_none(text: str) -> None:
    assert network(text) is None
