"""Rules of activation: each is met, not met, or cannot be told."""

from typing import Any

import pytest

from collectors.kit import Beside, Status
from collectors.kit.access.pim_rules import (
    APPROVAL,
    CONTEXT,
    ENABLEMENT,
    EXPIRATION,
    activation_approval,
    activation_duration,
    activation_justification,
    activation_mfa,
)

MFA = {"id": ENABLEMENT, "enabledRules": ["MultiFactorAuthentication"]}
NO_MFA = {"id": ENABLEMENT, "enabledRules": ["Justification"]}
CONTEXT_ON = {"id": CONTEXT, "isEnabled": True, "claimValue": "c1"}
CONTEXT_OFF = {"id": CONTEXT, "isEnabled": False, "claimValue": ""}


@pytest.mark.parametrize(
    ("rules", "status"),
    [
        ([MFA, CONTEXT_OFF], Status.PASS),
        ([MFA], Status.PASS),
        ([NO_MFA, CONTEXT_ON], Status.UNKNOWN),
        ([MFA, CONTEXT_ON], Status.PASS),
        ([NO_MFA, {**CONTEXT_ON, "claimValue": ""}], Status.FAIL),
        ([NO_MFA, {**CONTEXT_ON, "claimValue": None}], Status.FAIL),
        ([NO_MFA, {**CONTEXT_ON, "claimValue": 1}], Status.UNKNOWN),
        ([CONTEXT_ON], Status.UNKNOWN),
        ([NO_MFA, CONTEXT_OFF], Status.FAIL),
        ([{"id": ENABLEMENT, "enabledRules": ["mfa"]}, CONTEXT_OFF], Status.UNKNOWN),
        ([{"id": ENABLEMENT, "enabledRules": [None]}, CONTEXT_OFF], Status.UNKNOWN),
        ([{"id": ENABLEMENT, "enabledRules": ["Ticketing"]}, CONTEXT_OFF], Status.FAIL),
        ([NO_MFA], Status.UNKNOWN),
        ([CONTEXT_OFF], Status.UNKNOWN),
        ([{"id": ENABLEMENT, "enabledRules": None}, CONTEXT_OFF], Status.UNKNOWN),
        (
            [{"id": "Enablement_Admin_Assignment", "enabledRules": MFA["enabledRules"]}],
            Status.UNKNOWN,
        ),
        ([], Status.UNKNOWN),
        (None, Status.UNKNOWN),
        (["odd", None], Status.UNKNOWN),
    ],
)
def test_mfa_comes_by_the_rule_or_by_a_context(rules: Any, status: Status) -> None:
    assert activation_mfa(rules, "Owner", Beside()).status is status


@pytest.mark.parametrize(
    ("rules", "status"),
    [([NO_MFA], Status.PASS), ([MFA], Status.FAIL), ([CONTEXT_ON], Status.UNKNOWN)],
)
def test_a_justification_is_asked_by_the_enablement_rule(rules: Any, status: Status) -> None:
    assert activation_justification(rules, "Owner").status is status


@pytest.mark.parametrize(
    ("setting", "status"),
    [
        ({"isApprovalRequired": True}, Status.PASS),
        ({"isApprovalRequired": False}, Status.FAIL),
        ({}, Status.UNKNOWN),
        (None, Status.UNKNOWN),
    ],
)
def test_approval_is_asked_by_its_setting(setting: Any, status: Status) -> None:
    assert activation_approval([{"id": APPROVAL, "setting": setting}], "Owner").status is status


@pytest.mark.parametrize(
    ("rule", "status", "reason"),
    [
        ({"maximumDuration": "PT8H"}, Status.PASS, "an activation of Owner lasts 8 h at most"),
        ({"maximumDuration": "PT30M"}, Status.PASS, "an activation of Owner lasts 0.5 h at most"),
        (
            {"maximumDuration": "P1D"},
            Status.FAIL,
            "an activation of Owner lasts up to 24 h, more than 8 h",
        ),
        (
            {"maximumDuration": "PT1H", "isExpirationRequired": False},
            Status.FAIL,
            "an activation of Owner need not end",
        ),
        (
            {"maximumDuration": "P10675199DT2H48M5.4775807S"},
            Status.FAIL,
            "an activation of Owner lasts up to 2.56205e+08 h, more than 8 h",
        ),
        (
            {"maximumDuration": "PT1H", "isExpirationRequired": None},
            Status.UNKNOWN,
            f"Azure returned no complete rule {EXPIRATION} of Owner",
        ),
        ({}, Status.UNKNOWN, f"Azure returned no complete rule {EXPIRATION} of Owner"),
    ],
)
def test_an_activation_ends_in_time(rule: dict[str, Any], status: Status, reason: str) -> None:
    verdict = activation_duration(
        [{"id": EXPIRATION, "isExpirationRequired": True, **rule}], "Owner", 8
    )

    assert (verdict.status, verdict.reason) == (status, reason)
