"""From the elements of a list to its items: each once, each with an id, or a gap that says so."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from collectors.kit.spec import Gap, GapKind, Item


def items_of(
    name: str, elements: Sequence[Any], version: str | None, parent: Item | None
) -> tuple[tuple[Item, ...], list[Gap]]:
    """Items of list elements; an element without an id, or one sent twice, is a gap.

    Where two elements of one id say different things, the item carries both: neither is chosen.
    """
    found: dict[str, Item] = {}
    gaps: list[Gap] = []
    subject = parent.id if parent else None
    for place, element in enumerate(elements):
        item_id = _id(element)
        if item_id is None:
            detail = f"element {place} of the list has no id"
            gaps.append(Gap(read=name, subject=subject, kind=GapKind.MALFORMED, detail=detail))
        elif (first := found.get(item_id.lower())) is not None:
            found[item_id.lower()] = _twice(first, element)
            said = "came twice" if element == first.data else "came twice, with two contents"
            gaps.append(truncated(name, subject, f"{item_id} {said}: the paging is unsafe"))
        else:
            found[item_id.lower()] = Item(
                id=item_id, data=element, parent=parent, api_version=version
            )
    return tuple(found.values()), gaps


def truncated(name: str, subject: str | None, detail: str) -> Gap:
    """The gap of a list that is not whole."""
    return Gap(read=name, subject=subject, kind=GapKind.TRUNCATED, detail=detail)


def miscounted(
    name: str, subject: str | None, received: int, totals: Sequence[int | None]
) -> list[Gap]:
    """Every page must announce the same number, and that many rows must have come."""
    announced = list(dict.fromkeys(totals))
    if None in announced:
        detail = "Azure did not say how many rows there are"
        return [Gap(read=name, subject=subject, kind=GapKind.MALFORMED, detail=detail)]
    if len(announced) > 1:
        first, *others = map(str, announced)
        later = " and ".join(others)
        detail = f"the list changed while it was read: {first} rows announced, then {later}"
        return [truncated(name, subject, detail)]
    if announced and announced[0] != received:
        detail = f"Azure announced {announced[0]} rows and sent {received}"
        return [truncated(name, subject, detail)]
    return []


def _twice(first: Item, element: Mapping[str, Any]) -> Item:
    known = element in (first.data, *first.others)
    return first if known else replace(first, others=(*first.others, element))


def _id(element: Any) -> str | None:
    if not isinstance(element, Mapping):
        return None
    value = element.get("id")
    return value if isinstance(value, str) and value else None
