"""Judges from a table: as strict as `match`, and unknown for every value they do not name."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collectors.kit import Expectations, Item, Judge, Status, failed, passed
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.settings import all_of, at_least, present, setting, tls, toggle
from tests.collectors.case_files import AS_OF

EXPECTATIONS = Expectations(values={"minimum_tls": "1.2", "days": 7}, as_of=AS_OF)
SWITCH = toggle("properties.on", passes="is on", fails="is off")
MODE = setting("properties.mode", {"Deny": passed("shut"), "Allow": failed("open")})
TLS = tls("properties.tls")
STATUS = toggle("properties.status", passes="is on", fails="is off", words=("on", "off"))
LISTED = present("properties.keys", passes="has some", fails="has none")
DAYS = at_least("properties.days", "days", "kept for {} days")
BOTH = all_of(SWITCH, DAYS)
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
        (STATUS, {"status": "on"}, "pass", "is on"),
        (STATUS, {"status": "off"}, "fail", "is off"),
        (
            STATUS,
            {"status": True},
            "unknown",
            "Azure returned status True, a value that is not known",
        ),
        (
            STATUS,
            {"status": "On"},
            "unknown",
            "Azure returned status 'On', a value that is not known",
        ),
        (LISTED, {"keys": [{"name": "k"}]}, "pass", "has some"),
        (LISTED, {"keys": []}, "fail", "has none"),
        (LISTED, {"keys": [{}]}, "unknown", "Azure returned keys [{}], a value that is not known"),
        (
            LISTED,
            {"keys": ["k"]},
            "unknown",
            "Azure returned keys ['k'], a value that is not known",
        ),
        (LISTED, {}, "unknown", "Azure returned no keys"),
        (DAYS, {"days": 7}, "pass", "kept for 7 days"),
        (DAYS, {"days": 6}, "fail", "kept for 6 days, 7 are expected"),
        (DAYS, {"days": True}, "unknown", "Azure returned days True, a value that is not known"),
        (DAYS, {"days": 8.5}, "unknown", "Azure returned days 8.5, a value that is not known"),
        (DAYS, {"days": -1}, "unknown", "Azure returned days -1, a value that is not known"),
        (DAYS, {}, "unknown", "Azure returned no days"),
        (BOTH, {"on": True, "days": 9}, "pass", "is on"),
        (BOTH, {"on": "?", "days": 1}, "fail", "kept for 1 days, 7 are expected"),
        (BOTH, {"on": True}, "unknown", "Azure returned no days"),
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


def test_what_is_left_out_above_a_property_is_told_of_by_its_own_row() -> None:
    table = collector_by_id("sql.databases").absent
    judge = toggle(
        "properties.administrators.azureADOnlyAuthentication", passes="", fails="", absent=table
    )

    assert said(judge, state="Ready") == (
        "fail",
        (
            "administrators is not set; no Entra administrator is then set, and sign-in is by SQL"
            " passwords"
        ),
    )
    assert said(judge, administrators={"login": "x"})[0] == "unknown"
    assert said(judge)[0] == "unknown"
