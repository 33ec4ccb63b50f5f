"""Charts as inline SVG: the same facts give the same bytes, and shape tells what colour tells.

Units are millimetres. The `<title>` of each drawing becomes its text for screen readers.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from markupsafe import Markup, escape

from app.controls.night_state import NightState
from app.packs.view.night_rows import NightCell, TrendCell
from app.packs.view.words import MONTHS

INK, MUTED, LINE = "#16202e", "#5b6675", "#d5dbe3"
PASS, FAIL, UNKNOWN = "#1f7a5c", "#b3261e", "#b7791f"
WIDTH = 170.0
ROW_DAYS = 31
"""Longest period whose nights are drawn in one row."""
DATED = 10.0
"""Width of a cell under which day and month find room."""
COLLECTED = frozenset(
    {
        NightState.COMPLETE,
        NightState.COMPLETE_WITH_GAPS,
        NightState.LATE,
        NightState.MANUAL,
    }
)
WEEKDAYS = ((0, "Mon"), (2, "Wed"), (4, "Fri"), (6, "Sun"))


def answers_bar(passed: int, failed: int, unknown: int) -> Markup:
    """One bar of all answers of a night: pass, fail, unknown, with their numbers."""
    total = passed + failed + unknown
    parts = (
        (passed, PASS, "none", "pass"),
        (failed, FAIL, "none", "fail"),
        (unknown, "#fff", UNKNOWN, "unknown"),
    )
    shapes, x, legend = [], 0.0, 0.0
    widths = _shares([passed, failed, unknown], WIDTH - 1.0)
    for (number, fill, stroke, word), width in zip(parts, widths, strict=True):
        if number:
            shapes.append(_rect(x + 0.15, 0.15, width - 0.3, 4.7, fill, stroke))
            x += width + 0.4
        shapes.append(_rect(legend + 0.15, 7.65, 2.1, 2.1, fill, stroke))
        label = f"{number:,} {word}"
        shapes.append(_text(legend + 3.2, 9.7, label, 2.8, INK))
        legend += 9 + len(label) * 1.5
    if not total:
        shapes.append(_rect(0.15, 0.15, WIDTH - 0.3, 4.7, "#fff", LINE))
    said = f"{total:,} answers: {passed:,} pass, {failed:,} fail, {unknown:,} unknown."
    return _svg(WIDTH, 10.4, said, shapes)


def coverage_calendar(cells: Sequence[NightCell]) -> Markup:
    """One cell for each day: a dated row of them, or a column for each week of a longer period."""
    whole = sum(cell.state in COLLECTED for cell in cells)
    said = f"Calendar of nights: {whole} of {len(cells)} days with every night collected."
    return _strip(cells, said) if in_a_row(len(cells)) else _weeks(cells, said)


def in_a_row(days: int) -> bool:
    """Whether a period of so many days is drawn as one row."""
    return days <= ROW_DAYS


def _strip(cells: Sequence[NightCell], said: str) -> Markup:
    pitch = min(14.0, WIDTH / len(cells))
    wide = pitch >= DATED
    size, top = min(6.0, pitch * 0.84), 0.4 if wide else 4.2
    shapes: list[str] = []
    for place, cell in enumerate(cells):
        x, month = place * pitch, MONTHS[cell.day.month - 1][:3]
        shapes += _night(cell.state, x, top, size)
        day = f"{cell.day.day} {month}" if wide else str(cell.day.day)
        shapes.append(_text(x, top + size + 3.2, day, 2.3))
        if not wide and (place == 0 or cell.day.day == 1) and place < len(cells) - 1:
            shapes.append(_text(x, 2.6, month, 2.3))
    return _svg(WIDTH, top + size + 4.2, said, shapes)


def _weeks(cells: Sequence[NightCell], said: str) -> Markup:
    start = cells[0].day - timedelta(days=cells[0].day.weekday())
    weeks = (cells[-1].day - start).days // 7 + 1
    left, top = 9.0, 4.2
    pitch = min(5.0, (WIDTH - left) / weeks)
    size = pitch * 0.84
    shapes = [_text(0, top + row * pitch + size * 0.8, name, 2.3) for row, name in WEEKDAYS]
    free = 0.0
    for place, cell in enumerate(cells):
        offset = (cell.day - start).days
        x, y = left + offset // 7 * pitch, top + offset % 7 * pitch
        shapes += _night(cell.state, x, y, size)
        if (place == 0 or cell.day.day == 1) and x >= free:
            shapes.append(_text(x, 2.6, _month(cell.day), 2.3))
            free = x + 11
    return _svg(WIDTH, top + 7 * pitch + 0.4, said, shapes)


def legend_cell(state: NightState) -> Markup:
    """The mark of one night state, for the legend of the calendar."""
    return _svg(3.4, 3.4, state.replace("_", " "), _night(state, 0, 0, 3.4))


def trend_columns(cells: Sequence[TrendCell]) -> Markup:
    """Answers that did not pass, night by night; nights without an answer are crossed."""
    highest = max((_open(cell) for cell in cells), default=0)
    left, top, height, foot = 9.0, 4.0, 14.0 if highest else 2.0, 4.0
    pitch = min(12.0, (WIDTH - left) / len(cells))
    width = pitch * 0.72 if pitch > 1 else pitch
    scale = height / max(highest, 1)
    base = top + height
    shapes = [_line(left, base, left + pitch * len(cells), base, MUTED)]
    shapes.append(_text(left - 1.6, base, "0", 2.3, MUTED, "end"))
    if highest:
        shapes.append(_text(left - 1.6, top + 0.8, f"{highest:,}", 2.3, MUTED, "end"))
    for first, cell, nights in _runs(cells, merge=pitch <= 1):
        x = left + first * pitch + (pitch - width) / 2
        shapes += _column(cell, x, width + (nights - 1) * pitch, base, scale, numbers=pitch > 5)
    shapes += _days(cells, left + (pitch - width) / 2, pitch, base + 3.0)
    asked = sum(cell.passed is not None for cell in cells)
    said = (
        f"Answers that did not pass, for each of {len(cells)} nights: at most {highest:,}. "
        f"{len(cells) - asked} nights without an answer."
    )
    return _svg(WIDTH, base + foot, said, shapes)


def _runs(cells: Sequence[TrendCell], *, merge: bool) -> Iterator[tuple[int, TrendCell, int]]:
    """Place, cell and number of nights; equal neighbours as one where columns are thin."""
    place = 0
    for _, group in groupby(
        enumerate(cells), key=lambda entry: _answers(entry[1]) if merge else entry[0]
    ):
        members = [cell for _, cell in group]
        yield place, members[0], len(members)
        place += len(members)


def _answers(cell: TrendCell) -> tuple[int | None, int | None]:
    return cell.failed, cell.unknown


def _days(cells: Sequence[TrendCell], left: float, pitch: float, y: float) -> list[str]:
    """Labels of the first night, of each month, and of every night of a short period."""
    shapes: list[str] = []
    free = 0.0
    for place, cell in enumerate(cells):
        x = left + place * pitch
        if x >= free and (place == 0 or pitch > 11 or cell.day.day == 1):
            shapes.append(_text(x, y, f"{cell.day.day} {MONTHS[cell.day.month - 1][:3]}", 2.2))
            free = x + 9
    return shapes


def _column(
    cell: TrendCell, x: float, width: float, base: float, scale: float, *, numbers: bool
) -> list[str]:
    if cell.passed is None or cell.failed is None or cell.unknown is None:
        return _cross(x + width / 2 - 1, base - 3.2, 2.0)
    failed, unknown = cell.failed * scale, cell.unknown * scale
    shapes = []
    if failed:
        shapes.append(_rect(x, base - failed, width, failed, FAIL))
    if unknown:
        shapes.append(
            _rect(
                x + 0.1, base - failed - unknown + 0.1, width - 0.2, unknown - 0.2, "#fff", UNKNOWN
            )
        )
    if numbers:
        top = base - failed - unknown - 0.8
        shapes.append(_text(x + width / 2, top, f"{_open(cell):,}", 2.3, INK, "middle"))
    return shapes


def _night(state: NightState, x: float, y: float, size: float) -> list[str]:
    match state:
        case NightState.COMPLETE:
            return [_rect(x, y, size, size, PASS)]
        case NightState.COMPLETE_WITH_GAPS:
            dot = f'<circle cx="{_n(x + size / 2)}" cy="{_n(y + size / 2)}" r="{_n(size / 5)}"'
            return [_rect(x, y, size, size, "#8fc3ae"), f'{dot} fill="{INK}"/>']
        case NightState.LATE:
            box = _rect(x + 0.1, y + 0.1, size - 0.2, size - 0.2, "#fff", PASS)
            return [box, _rect(x, y + size / 2, size, size / 2, PASS)]
        case NightState.MANUAL:
            box = _rect(x + 0.1, y + 0.1, size - 0.2, size - 0.2, "#fff", PASS)
            dot = f'<circle cx="{_n(x + size / 2)}" cy="{_n(y + size / 2)}" r="{_n(size / 5)}"'
            return [box, f'{dot} fill="{PASS}"/>']
        case NightState.MISSED | NightState.FAILED:
            box = _rect(x + 0.1, y + 0.1, size - 0.2, size - 0.2, "#fff", FAIL)
            return [box, *_cross(x + size * 0.25, y + size * 0.25, size * 0.5)]
        case _:
            return [_rect(x + 0.1, y + 0.1, size - 0.2, size - 0.2, "#fff", MUTED)]


def _shares(numbers: Sequence[int], width: float) -> list[float]:
    """Widths in proportion, with a visible sliver for the smallest."""
    total = max(sum(numbers), 1)
    raw = [max(width * n / total, 2.0) if n else 0.0 for n in numbers]
    over = sum(raw) - width
    widest = raw.index(max(raw))
    raw[widest] -= max(0.0, over)
    return raw


def _open(cell: TrendCell) -> int:
    return (cell.failed or 0) + (cell.unknown or 0)


def _month(day: date) -> str:
    name = MONTHS[day.month - 1][:3]
    return f"{name} {day.year}" if day.month == 1 or day.day != 1 else name


def _svg(width: float, height: float, said: str, shapes: Sequence[str]) -> Markup:
    return Markup(  # noqa: S704 - made of numbers and escaped text only
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_n(width)}mm" height="{_n(height)}mm" '
        f'viewBox="0 0 {_n(width)} {_n(height)}"><title>{escape(said)}</title>'
        f"{''.join(shapes)}</svg>"
    )


def _rect(x: float, y: float, w: float, h: float, fill: str, stroke: str = "none") -> str:
    return (
        f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(max(w, 0.1))}" height="{_n(max(h, 0.1))}" '
        f'fill="{fill}" stroke="{stroke}" stroke-width="0.3"/>'
    )


def _line(x1: float, y1: float, x2: float, y2: float, stroke: str) -> str:
    return (
        f'<line x1="{_n(x1)}" y1="{_n(y1)}" x2="{_n(x2)}" y2="{_n(y2)}" '
        f'stroke="{stroke}" stroke-width="0.25"/>'
    )


def _cross(x: float, y: float, size: float) -> list[str]:
    return [_line(x, y, x + size, y + size, FAIL), _line(x + size, y, x, y + size, FAIL)]


def _text(
    x: float, y: float, said: str, size: float, fill: str = MUTED, anchor: str = "start"
) -> str:
    return (
        f'<text x="{_n(x)}" y="{_n(y)}" font-family="IBM Plex Sans" font-size="{_n(size)}" '
        f'fill="{fill}" text-anchor="{anchor}">{escape(said)}</text>'
    )


def _n(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
