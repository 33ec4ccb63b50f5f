"""Every collector answers its cases, and its cases show all that it can answer."""

import pytest

from collectors.kit import Collector
from collectors.kit.catalogue.registry import all_collectors
from tests.collectors.case_files import CASES, Case, cases_of, differences, judged
from tests.collectors.made_cases import made_unknowns

EVERY_CASE = [case for collector in all_collectors() for case in cases_of(collector)]


@pytest.mark.parametrize("case", EVERY_CASE, ids=lambda case: f"{case.collector.id}: {case.name}")
def test_the_case_gets_exactly_its_verdicts_and_gaps(case: Case) -> None:
    assert differences(case) == []


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda collector: collector.id)
def test_a_collector_has_cases(collector: Collector) -> None:
    assert cases_of(collector), f"write the cases of {collector.id} in {CASES}/{collector.id}.json"


def test_every_case_file_belongs_to_a_collector() -> None:
    assert {path.stem for path in CASES.iterdir()} == {one.id for one in all_collectors()}


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda collector: collector.id)
def test_cases_show_every_answer_of_every_check(collector: Collector) -> None:
    shown = {(check, status) for case in cases_of(collector) for _, check, status, _ in case.expect}
    shown |= {(check, "unknown") for check in made_unknowns(collector)}
    wanted = {(c.id, status) for c in collector.checks for status in ("pass", "fail", "unknown")}

    assert sorted(wanted - shown) == []


@pytest.mark.parametrize("collector", all_collectors(), ids=lambda collector: collector.id)
def test_no_reason_is_a_stack_trace_or_empty(collector: Collector) -> None:
    for case in cases_of(collector):
        for one in judged(case):
            assert 8 < len(one.verdict.reason) < 200
            assert "Traceback" not in one.verdict.reason
            assert one.subject_name
