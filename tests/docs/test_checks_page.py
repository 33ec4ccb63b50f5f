"""The page of checks says what the code does."""

from pathlib import Path

from app.cli.evidence.checks_page import checks_page
from collectors.kit.registry import all_collectors

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"


def test_the_page_of_checks_is_what_the_command_prints() -> None:
    told = "write it anew: annexa collectors --markdown > docs/checks.md"
    assert PAGE.read_text("utf-8") == checks_page(all_collectors()), told


def test_a_policy_is_a_guid_of_azure_and_a_stricter_check_names_one() -> None:
    checks = [check for collector in all_collectors() for check in collector.checks]

    assert all(len(check.policy) == 36 for check in checks if check.policy)
    assert all(check.policy for check in checks if check.differs)
