"""The page of checks says what the code does."""

from app.cli.checks_page import checks_page
from collectors.kit.catalogue.registry import all_collectors


def test_the_page_of_checks_names_every_check_of_every_source_once() -> None:
    page = checks_page(all_collectors())

    for collector in all_collectors():
        assert page.count(f"## {collector.title}\n\n`{collector.id}`\n") == 1
        section = page.split(f"`{collector.id}`\n")[1].split("\n## ")[0]
        for check in collector.checks:
            assert section.count(f"(`{check.id}`;") == 1
            assert check.remedy in section


def test_the_page_of_checks_tells_every_absence_with_its_source() -> None:
    page = checks_page(all_collectors())

    for row in (row for collector in all_collectors() for row in collector.absent.values()):
        assert f"| {row.type} | {row.path.removeprefix('properties.')} | {row.means} |" in page
        assert row.source in page


def test_a_policy_is_a_guid_of_azure_and_a_stricter_check_names_one() -> None:
    checks = [check for collector in all_collectors() for check in collector.checks]

    assert all(len(check.policy) == 36 for check in checks if check.policy)
    assert all(check.policy for check in checks if check.differs)
