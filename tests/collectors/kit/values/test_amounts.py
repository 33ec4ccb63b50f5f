"""Whole numbers, and what only looks like one."""

import pytest

from collectors.kit.values.amounts import whole


@pytest.mark.parametrize("number", [0, -1, 365])
def test_a_whole_number_is_itself(number: int) -> None:
    assert whole(number) == number


@pytest.mark.parametrize("other", [True, False, None, "7", 7.0, [7]])
def test_nothing_else_is_one(other: object) -> None:
    assert whole(other) is None
