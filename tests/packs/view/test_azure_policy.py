"""Azure Policy beside our verdicts in the pack: every cause is shown, every row is in the file."""

import csv
import io
from typing import Any

from app.packs.page.render import render_html
from app.packs.view.azure_policy import DISAGREEMENTS, HEAD, PRINTED


def rows_of(pack: Any) -> list[dict[str, str]]:
    text = pack.attachments[DISAGREEMENTS].decode()
    return list(csv.DictReader(io.StringIO(text)))


def test_every_disagreement_is_in_the_file_and_the_first_of_each_cause_are_printed(
    pack: Any,
) -> None:
    table, rows = pack.view.azure_policy, rows_of(pack)

    assert tuple(rows[0]) == HEAD
    assert sum(number for _, number in table.causes) == len(rows)
    assert len(table.rows) + table.left_out == len(rows)
    assert len(table.rows) == min(PRINTED, len(rows))
    assert {row.cause for row in table.rows} == {row["cause"] for row in rows}
    assert len(table.causes) > 1


def test_the_section_says_how_many_agree_and_what_has_no_state(pack: Any) -> None:
    html = render_html(pack.view)

    assert pack.view.azure_policy.sentence in html
    for cause, _ in pack.view.azure_policy.causes:
        assert cause[1:] in html
    assert all(guid in html for guid in pack.view.azure_policy.stateless)
    assert "f-policy-disagreements-csv" in html
