"""Charts hold for any nights, and tell in words what they draw."""

import re
import xml.etree.ElementTree as ET
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from app.packs.page.charts import answers_bar, coverage_calendar, trend_columns
from app.packs.view.pack import NightCell, TrendCell

numbers = st.integers(0, 100_000)
SVG = "{http://www.w3.org/2000/svg}"


def _inside(drawing: str) -> ET.Element:
    root = ET.fromstring(drawing)  # noqa: S314 - our own drawing
    _, _, width, height = map(float, str(root.get("viewBox")).split())
    for rect in root.iter(f"{SVG}rect"):
        x, y, w, h = (float(str(rect.get(key))) for key in ("x", "y", "width", "height"))
        assert x >= 0
        assert y >= 0
        assert x + w <= width + 0.5
        assert y + h <= height + 0.5
    return root


@given(passed=numbers, failed=numbers, unknown=numbers)
def test_a_bar_shows_every_part_inside_its_frame(passed: int, failed: int, unknown: int) -> None:
    root = _inside(answers_bar(passed, failed, unknown))
    title = str(root.findtext(f"{SVG}title"))
    assert f"{failed:,} fail" in title


@given(
    st.lists(st.one_of(st.none(), st.tuples(numbers, numbers, numbers)), min_size=1, max_size=400)
)
def test_a_trend_holds_for_any_number_of_nights(nights: list[tuple[int, int, int] | None]) -> None:
    cells = [
        TrendCell(
            day=date(2026, 1, 1) + timedelta(days=n),
            passed=night[0] if night else None,
            failed=night[1] if night else None,
            unknown=night[2] if night else None,
        )
        for n, night in enumerate(nights)
    ]
    root = _inside(trend_columns(cells))
    missing = sum(night is None for night in nights)
    assert f"{missing} nights without an answer" in str(root.findtext(f"{SVG}title"))


@given(st.lists(st.sampled_from(["complete", "missed", "none"]), min_size=1, max_size=400))
def test_a_calendar_has_a_cell_for_every_day(states: list[str]) -> None:
    cells = [
        NightCell(day=date(2026, 1, 1) + timedelta(days=n), state=state, detail="")
        for n, state in enumerate(states)
    ]
    root = _inside(coverage_calendar(cells))
    assert len(list(root.iter(f"{SVG}rect"))) == len(states)
    assert re.match(r"Calendar of nights: \d+ of \d+", str(root.findtext(f"{SVG}title")))


@given(days=st.integers(1, 31))
def test_every_night_of_a_short_period_stands_in_one_dated_row(days: int) -> None:
    cells = [
        NightCell(day=date(2026, 11, 16) + timedelta(days=n), state="complete", detail="")
        for n in range(days)
    ]
    root = _inside(coverage_calendar(cells))
    places = [(rect.get("x"), rect.get("y")) for rect in root.iter(f"{SVG}rect")]
    assert len({y for _, y in places}) == 1
    assert len({x for x, _ in places}) == days
    written = [str(text.text) for text in root.iter(f"{SVG}text")]
    dated = [text for text in written if text[0].isdigit()]
    assert [int(text.split()[0]) for text in dated] == [cell.day.day for cell in cells]
    assert any("Nov" in text for text in written)
