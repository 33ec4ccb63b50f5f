"""Judges from a table: as strict as `match`, and unknown for every value they do not name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit import Expectations, Item, Judge, Status, failed, passed
from collectors.kit.registry import collector_by_id
from collectors.kit.settings import setting, tls, toggle
from tests.collectors.case_files import AS_OF

EXPECTATIONS = Expectations(values={"minimum_tls": "1.2"}, as_of=AS_OF)
SWITCH = toggle("properties.on", passes="is on", fails="is off")
MODE = setting("properties.mode", {"Deny": passed("shut"), "Allow": failed("open")})
TLS = tls("properties.tls")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner),
)


def said(judge: Judge, **properties: Any) -> tuple[str, str]:
    verdict = judge(Item(id="/x", data={"properties": properties}), EXPECTATIONS)
    return verdict.status.value, verdict.reason


@pytest.mark.parametrize(
    ("judge", "properties", "status", "reason"),
    [
        (SWITCH, {"on": True}, "pass", "is on"),
        (SWITCH, {"on": False}, "fail", "is off"),
        (SWITCH, {"on": 1}, "unknown", "Azure returned on 1, a value that is not known"),
        (SWITCH, {"on": "true"}, "unknown", "Azure returned on 'true', a value that is not known"),
        (SWITCH, {}, "unknown", "Azure returned no on"),
        (MODE, {"mode": "Deny"}, "pass", "shut"),
        (MODE, {"mode": "Allow"}, "fail", "open"),
        (
            MODE,
            {"mode": "deny"},
            "unknown",
            "Azure returned mode 'deny', a value that is not known",
        ),
        (TLS, {"tls": "TLS1_2"}, "pass", "the lowest TLS version accepted is 1.2"),
        (TLS, {"tls": "1.1"}, "fail", "accepts TLS 1.1, older than 1.2"),
        (TLS, {"tls": "None"}, "unknown", "Azure returned tls 'None', a value that is not known"),
    ],
)
def test_a_named_value_is_answered_and_any_other_is_named(
    judge: Judge, properties: dict[str, Any], status: str, reason: str
) -> None:
    assert said(judge, **properties) == (status, reason)


@given(value=JSON)
def test_nothing_but_the_good_values_passes(value: Any) -> None:
    assert said(SWITCH, on=value)[0] != Status.PASS or value is True
    assert said(MODE, mode=value)[0] != Status.PASS or value == "Deny"


def test_a_documented_absence_is_told_with_its_meaning() -> None:
    table = collector_by_id("storage.accounts").absent
    path = "properties.allowSharedKeyAccess"
    judge = toggle(path, passes="refused", fails="accepted", good=False, absent=table)

    assert said(judge, provisioningState="Succeeded") == (
        "fail",
        (
            "allowSharedKeyAccess is not set; Azure then accepts account keys, which do not say "
            "who used them"
        ),
    )
    assert said(judge)[0] == "unknown"
