"""An authentication context demands what the policies in force that target it demand."""

from typing import Any

import pytest

from collectors.kit import Gap, GapKind, Item, NotSeenError, Status
from collectors.kit.access.conditional_access import context_demands_mfa
from collectors.kit.beside import Beside, beside_of
from tests.collectors.table_cases import change

HIDDEN = Gap(read="conditional_access", subject=None, kind=GapKind.DENIED, detail="no")


def policy(**changes: Any) -> Item:
    data: dict[str, Any] = {
        "id": "p1",
        "displayName": "Step up",
        "state": "enabled",
        "conditions": {
            "applications": {"includeAuthenticationContextClassReferences": ["c1", "c2"]},
            "users": {"includeUsers": ["All"], "excludeUsers": [], "excludeGroups": []},
            "clientAppTypes": ["all"],
            "locations": None,
            "userRiskLevels": [],
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"], "termsOfUse": []},
    }
    for path, value in changes.items():
        change(data, path.replace("__", "."), value)
    return Item(id="p1", data=data)


STRENGTH = {"operator": "AND", "authenticationStrength": {"requirementsSatisfied": "mfa"}}


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({}, Status.PASS),
        ({"grantControls": STRENGTH}, Status.PASS),
        (
            {
                "grantControls__operator": "AND",
                "grantControls__builtInControls": ["mfa", "compliantDevice"],
            },
            Status.PASS,
        ),
        ({"grantControls__builtInControls": ["mfa", "compliantDevice"]}, Status.UNKNOWN),
        ({"grantControls__termsOfUse": ["t"]}, Status.UNKNOWN),
        ({"grantControls__operator": None}, Status.UNKNOWN),
        ({"grantControls__builtInControls": ["block"]}, Status.UNKNOWN),
        (
            {
                "grantControls": {
                    "operator": "OR",
                    "authenticationStrength": {"requirementsSatisfied": "none"},
                }
            },
            Status.UNKNOWN,
        ),
        ({"grantControls": None}, Status.UNKNOWN),
        ({"conditions__users__includeUsers": ["someone"]}, Status.UNKNOWN),
        ({"conditions__users": None}, Status.UNKNOWN),
        ({"conditions__users__excludeGroups": ["g"]}, Status.UNKNOWN),
        ({"conditions__locations": {"includeLocations": ["All"]}}, Status.UNKNOWN),
        ({"conditions__userRiskLevels": ["high"]}, Status.UNKNOWN),
        ({"conditions__clientAppTypes": ["browser"]}, Status.UNKNOWN),
        ({"state": "enabledForReportingButNotEnforced"}, Status.FAIL),
        ({"state": "disabled"}, Status.FAIL),
        ({"state": None}, Status.UNKNOWN),
        ({"state": "ENABLED"}, Status.UNKNOWN),
        (
            {"conditions__applications__includeAuthenticationContextClassReferences": ["c2"]},
            Status.FAIL,
        ),
        (
            {"conditions__applications__includeAuthenticationContextClassReferences": ["C1"]},
            Status.UNKNOWN,
        ),
        (
            {"conditions__applications__includeAuthenticationContextClassReferences": [1]},
            Status.UNKNOWN,
        ),
        ({"conditions__applications": None}, Status.UNKNOWN),
        ({"conditions__applications": {"includeApplications": []}}, Status.UNKNOWN),
        ({"conditions__applications": {"includeApplications": ["All"]}}, Status.FAIL),
        ({"conditions__applications": {"includeUserActions": ["u"]}}, Status.FAIL),
        ({"conditions": None}, Status.UNKNOWN),
        ({"conditions": None, "state": "disabled"}, Status.FAIL),
    ],
)
def test_a_policy_binds_everybody_to_a_second_factor_or_is_no_answer(
    changes: dict[str, Any], status: Status
) -> None:
    assert context_demands_mfa("c1", "Owner", beside_of([policy(**changes)], ())).status is status


def test_a_tenant_whose_list_of_policies_is_empty_tells_nothing() -> None:
    assert context_demands_mfa("c1", "Owner", Beside()).status is Status.UNKNOWN


def test_what_was_seen_is_enough_to_pass_and_not_to_fail() -> None:
    assert context_demands_mfa("c1", "Owner", beside_of([policy()], [HIDDEN])).status is Status.PASS
    with pytest.raises(NotSeenError):
        context_demands_mfa("c1", "Owner", beside_of([policy(state="disabled")], [HIDDEN]))
