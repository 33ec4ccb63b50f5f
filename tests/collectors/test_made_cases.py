"""What no case has to write: empty, denied, absent, null, strange or wrongly typed answers."""

import pytest

from collectors.kit import Collector, Status
from collectors.kit.catalogue.registry import all_collectors
from tests.collectors.case_files import cases_of, judged, read_cases, seen
from tests.collectors.made_cases import Subject, emptied, made_answers, refused, subjects

COLLECTORS = all_collectors()
SUBJECTS = {name: one for collector in COLLECTORS for name, one in subjects(collector).items()}


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=SUBJECTS.keys())
def test_no_value_that_no_table_names_passes(subject: Subject) -> None:
    passing = [value for value, answers in made_answers(subject) if Status.PASS in answers]

    assert passing == []


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda collector: collector.id)
def test_a_table_varies_what_every_check_looks_at(collector: Collector) -> None:
    varied = {
        check
        for table in read_cases(collector)[0]
        for rows in table["vary"].values()
        for check, *_ in rows
    }

    assert sorted({check.id for check in collector.checks} - varied) == []


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda collector: collector.id)
def test_a_tenant_that_refuses_every_list_answers_nothing_but_unknown(collector: Collector) -> None:
    for case in cases_of(collector):
        pages = tuple(refused(page) for page in case.exchanges)

        assert {one.verdict.status for one in judged(case, pages)} <= {Status.UNKNOWN}
        assert {gap.kind.value for gap in seen(case, pages).gaps} <= {"denied", "truncated"}


@pytest.mark.parametrize("collector", COLLECTORS, ids=lambda collector: collector.id)
def test_a_tenant_without_anything_has_no_resource_that_passes(collector: Collector) -> None:
    for case in cases_of(collector):
        pages = tuple(emptied(page) for page in case.exchanges if page.subject is None)

        subjects = {one.subject for one in judged(case, pages) if one.subject.startswith("/")}
        assert subjects == set()
