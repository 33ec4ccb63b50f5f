"""Rights that are withdrawn hide what the types say they show: no list names the types again."""

from datetime import UTC, datetime

import pytest

from simulator.levers.expected import PERMITTED, expected
from simulator.levers.rights import Rights, parse_withdrawal
from simulator.tenant.estate.estate import TenantSpec
from simulator.tenant.generate import generate
from simulator.tenant.kit import ResourceType
from simulator.tenant.kit.registry import all_types

TENANT = generate(TenantSpec(resources=200), 0, datetime(2026, 11, 23, tzinfo=UTC))
READ = [kind for kind in all_types() if kind.checks() or kind.asked_for]
BELOW = {
    kind.below(child): set(child.faults)
    for kind in all_types()
    for child in kind.children
    if child.faults
}


def told(action: str, below: str = "") -> dict[str, set[str]]:
    """Verdicts by check, when this action is withdrawn everywhere, on what lies in the path."""
    rights = Rights(withdrawn=(parse_withdrawal({"action": action}),))
    by_check: dict[str, set[str]] = {}
    for one in expected(TENANT, rights):
        if below in one.subject or one.check == PERMITTED:
            by_check.setdefault(one.check, set()).add(one.expected)
    return by_check


@pytest.mark.parametrize("kind", READ, ids=lambda kind: kind.type)
def test_a_type_that_may_not_be_read_is_unknown_and_the_collector_lacks_it(
    kind: ResourceType,
) -> None:
    found = told(f"{kind.type}/read", f"/{kind.type.split('/')[0]}/")

    assert found[PERMITTED] == {"fail"}
    for check in kind.faults:
        assert found[check] == {"unknown"}


@pytest.mark.parametrize("child", BELOW)
def test_what_may_not_be_read_below_a_type_is_unknown(child: str) -> None:
    found = told(f"{child}/read")

    assert found[PERMITTED] == {"fail"}
    for check in BELOW[child]:
        assert found[check] == {"unknown"}
