"""The pages of one list put together: its elements, or the gap that a page leaves."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from collectors.kit.answers.answer import read_answer
from collectors.kit.answers.elements import miscounted, truncated
from collectors.kit.answers.exchange import Exchange
from collectors.kit.spec import Arm, Gap, Graph, NotApplicable, Read, ResourceGraph

VERSION = re.compile(r"\d{4}-\d{2}-\d{2}")
"""How a version of an Azure API begins."""


@dataclass(slots=True)
class Pages:
    """One list while its pages are put together."""

    elements: list[Any] = field(default_factory=list)
    bodies: list[Mapping[str, Any]] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    not_applicable: list[NotApplicable] = field(default_factory=list)
    version: str | None = None
    """Version of the API that was asked; None for Resource Graph."""
    totals: list[int | None] = field(default_factory=list)
    """What each page of a Resource Graph list announced for the whole of it."""
    pages: int = 0

    @property
    def announced(self) -> int | None:
        """The first total that Azure announced."""
        return next((total for total in self.totals if total is not None), None)


def joined_pages(name: str, read: Read, subject: str | None, pages: Sequence[Exchange]) -> Pages:
    """Put the pages of one list together; a page that fails leaves a gap for its subject."""
    whole = Pages(pages=len(pages))
    more, cut = True, False
    for page in pages:
        answer = read_answer(read, page)
        if isinstance(answer, NotApplicable):
            whole.not_applicable.append(replace(answer, subject=subject or ""))
            return whole
        whole.version = _version(read, page)
        if isinstance(answer, Gap):
            whole.gaps.append(replace(answer, subject=subject))
            return whole
        whole.elements += answer.elements
        whole.bodies.append(answer.body)
        if isinstance(read, ResourceGraph):
            whole.totals.append(answer.announced)
        more, cut = answer.more, answer.cut
    if cut:
        whole.gaps.append(truncated(name, subject, "Resource Graph cut the result off"))
    elif more:
        detail = "the list breaks off before its last page" if pages else "it was not asked"
        whole.gaps.append(truncated(name, subject, detail))
    else:
        received = len(whole.elements)
        whole.gaps += miscounted(name, subject, received, whole.totals)
        whole.gaps += _emptied(name, read, subject, whole)
    return whole


def _emptied(name: str, read: Read, subject: str | None, whole: Pages) -> list[Gap]:
    """A list that Azure always has came without anything: it was not really told."""
    always = isinstance(read, ResourceGraph | Arm | Graph) and read.never_empty
    if not always or whole.elements or whole.gaps:
        return []
    return [truncated(name, subject, "Azure sent an empty list of what is never empty")]


def _version(read: Read, page: Exchange) -> str | None:
    """The version that was asked; the read's own where the page names none."""
    if not isinstance(read, Arm):
        return None
    return page.api_version if VERSION.match(page.api_version) else read.api_version
