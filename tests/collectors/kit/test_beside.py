"""A look-up that misses says "none" only where nothing is hidden."""

import pytest

from collectors.kit import (
    Expectations,
    Gap,
    GapKind,
    Item,
    NotSeenError,
    Status,
    Verdict,
    as_far_as_seen,
    failed,
    passed,
)
from collectors.kit.beside import beside_of
from tests.collectors.case_files import AS_OF

ROLE = Item(id="/Roles/Owner", data={})
WHOLE = Gap(read="roles", subject=None, kind=GapKind.DENIED, detail="no")
ONE = Gap(read="roles", subject="/roles/READER", kind=GapKind.GONE, detail="no")


def test_what_was_seen_is_found_whatever_else_is_hidden() -> None:
    for gaps in ([], [WHOLE], [ONE]):
        assert beside_of([ROLE], gaps).get("/roles/owner") is ROLE


def test_a_miss_is_none_only_where_nothing_is_hidden() -> None:
    assert beside_of([ROLE], []).get("/roles/other") is None
    assert beside_of([ROLE], [ONE]).get("/roles/other") is None
    with pytest.raises(NotSeenError, match="denied, no"):
        beside_of([ROLE], [WHOLE]).get("/roles/other")
    with pytest.raises(NotSeenError, match="gone, no"):
        beside_of([ROLE], [ONE]).get("/roles/Reader")


def test_all_are_had_only_where_nothing_is_hidden() -> None:
    assert beside_of([ROLE], []).all() == (ROLE,)
    for gap in (WHOLE, ONE):
        with pytest.raises(NotSeenError):
            beside_of([ROLE], [gap]).all()


def test_a_judge_that_looks_past_what_was_read_says_unknown() -> None:
    def judge(item: Item, _: Expectations) -> Verdict:
        return failed("missing") if item.near("roles").get("x") is None else passed("there")

    verdict = as_far_as_seen(judge)(ROLE, Expectations(values={}, as_of=AS_OF))

    assert verdict.status is Status.UNKNOWN
    assert verdict.reason == "could not be seen: unavailable, roles were not read"
