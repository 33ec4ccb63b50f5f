"""One source by itself, in seconds: `python -m tests.collectors keys.vaults`.

Runs its cases and the answers made of them, and says what differs. It needs no home and no Azure.
"""

import json
import sys
from collections.abc import Iterator

from collectors.kit import Collector, Status
from collectors.kit.catalogue.registry import collector_by_id, validate
from collectors.kit.errors import CatalogError
from tests.collectors import case_files
from tests.collectors.case_files import CASES, cases_of, differences
from tests.collectors.made_cases import made_answers, made_unknowns, subjects
from tests.collectors.table_cases import CaseError


def main(arguments: list[str]) -> int:
    """0 when all is as it should be, 1 when something differs, 2 for wrong usage."""
    if len(arguments) != 1:
        return _refused("say which source: python -m tests.collectors <area>.<source>")
    try:
        collector = collector_by_id(arguments[0])
    except CatalogError as error:
        return _refused(f"{error}; write collectors/catalog/{arguments[0].replace('.', '/')}.py")
    try:
        validate((collector,), case_files.CONTROLS, case_files.EXPECTATIONS)
        cases = cases_of(collector)
    except (CatalogError, CaseError) as error:
        return _refused(str(error))
    if not cases:
        return _refused(f"{collector.id} has no cases; write {CASES}/{collector.id}.json")
    failures = [*_of_cases(collector), *_of_made(collector), *_not_shown(collector)]
    made = len(subjects(collector))
    sys.stdout.write("".join(f"{line}\n" for line in failures))
    sys.stdout.write(
        f"{collector.id}: {len(collector.checks)} checks, {len(cases)} cases, {made} values made "
        f"strange; {sum(not line.startswith(' ') for line in failures)} failures\n"
    )
    return 1 if failures else 0


def _refused(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


def _of_cases(collector: Collector) -> Iterator[str]:
    for case in cases_of(collector):
        differing = differences(case)
        if differing:
            yield f"case {case.name!r}"
            yield from (f"  {line}" for line in differing)


def _of_made(collector: Collector) -> Iterator[str]:
    for name, subject in subjects(collector).items():
        passing = [
            json.dumps(value) for value, found in made_answers(subject) if Status.PASS in found
        ]
        if passing:
            yield f"made {name}"
            yield f"  found     pass, where the value is {', '.join(passing)}"
            yield "  expected  fail or unknown, or a variation that names the value"


def _not_shown(collector: Collector) -> Iterator[str]:
    shown = {(check, status) for case in cases_of(collector) for _, check, status, _ in case.expect}
    shown |= {(check, "unknown") for check in made_unknowns(collector)}
    for check in collector.checks:
        for status in ("pass", "fail", "unknown"):
            if (check.id, status) not in shown:
                yield f"no case shows {check.id} {status}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
