"""What the collecting identity lacks is named, whatever sources there are."""

import json

from collectors.kit.catalogue.permissions import needed_actions
from collectors.kit.catalogue.registry import collector_by_id
from tests.collectors.case_files import case_of, judged, read_cases
from tests.collectors.table_cases import varied


def test_the_first_two_of_many_missing_permissions_are_named_and_the_others_counted() -> None:
    collector = collector_by_id("access.collector_rights")
    table = read_cases(collector)[0][0]
    of_sql = [one for one in needed_actions() if one.startswith("Microsoft.Sql/")]
    taken = varied(table["good"], "permissions", {"notActions": ["Microsoft.Sql/*"]})
    case = case_of(collector, "no SQL", {"scope": table["scope"], "pages": taken, "expect": []})

    (told,) = judged(case)

    first, second, *others = of_sql
    named = f"lacks {first}, {second} and {len(others)} more"
    assert told.verdict.reason == f"the collecting identity {named}", json.dumps(of_sql)
