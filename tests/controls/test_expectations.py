"""Expectations come with defaults and take only what fits."""

import pytest

from app.controls.expectations import expectation_values, load_expectations
from app.errors import UsageError


def test_the_defaults_stand() -> None:
    assert expectation_values(load_expectations()) == {
        "minimum_tls": "1.2",
        "soft_delete_days": 7,
        "log_retention_days": 365,
        "max_owners": 3,
        "activation_hours": 8,
        "secret_lifetime_days": 180,
        "credential_warning_days": 14,
        "log_freshness_hours": 24,
        "open_ports": 1000,
        "standing_access_days": 180,
        "eligibility_days": 365,
        "certificate_lifetime_days": 398,
    }


def test_every_expectation_says_what_it_is_and_why() -> None:
    for expectation in load_expectations().values():
        assert expectation.title
        assert expectation.unit
        assert expectation.why
        assert not expectation.changed


def test_an_override_changes_one_value_and_is_marked() -> None:
    expectations = load_expectations({"max_owners": 2, "minimum_tls": "1.3"})
    assert expectations["max_owners"].value == 2
    assert expectations["max_owners"].changed
    assert expectations["minimum_tls"].value == "1.3"
    assert not expectations["soft_delete_days"].changed


@pytest.mark.parametrize(
    ("key", "value", "says"),
    [
        ("max_owner", 2, "no expectation"),
        ("max_owners", "2", "whole number"),
        ("max_owners", True, "whole number"),
        ("max_owners", -1, "whole number"),
        ("log_retention_days", 1.5, "whole number"),
        ("minimum_tls", 1.2, "one of"),
        ("minimum_tls", "TLS1_2", "one of"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(key: str, value: object, says: str) -> None:
    with pytest.raises(UsageError, match=says) as refused:
        load_expectations({key: value})
    assert "\n" not in refused.value.message
