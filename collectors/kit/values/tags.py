"""Resource tags, and what they say about the data a resource holds."""

from collections.abc import Mapping

from collectors.kit.item import Expectations, Item, Judge
from collectors.kit.verdicts import Verdict, unknown

CLASSIFICATION = "dataClassification"
PHI = "phi"
"""Protected health information, compared in lower case."""
_NOT_SAID = object()


def tag(item: Item, name: str) -> str | None:
    """Value of a tag; None when the resource does not carry it or carries it empty.

    Azure compares tag names without regard to case:
    https://learn.microsoft.com/azure/azure-resource-manager/management/tag-resources
    """
    tags = item["tags"]
    if not isinstance(tags, Mapping):
        return None
    values = [v for k, v in tags.items() if k.lower() == name.lower() and isinstance(v, str)]
    return next((value for value in values if value.strip()), None)


def tags_withheld(item: Item) -> bool:
    """True when Azure's answer says nothing about tags. Without tags it says null or {}."""
    tags = item.data.get("tags", _NOT_SAID)
    return tags is not None and not isinstance(tags, Mapping)


def may_hold_phi(item: Item) -> bool:
    """True for resources tagged as PHI, and for those whose tags could not be seen."""
    return tags_withheld(item) or (tag(item, CLASSIFICATION) or "").strip().lower() == PHI


def if_phi(judge: Judge) -> Judge:
    """The judge for PHI resources: where the tags are withheld, it cannot be known."""

    def answer(item: Item, expectations: Expectations) -> Verdict:
        if tags_withheld(item):
            return unknown("Azure returned no tags, so it cannot be said whether it holds PHI")
        return judge(item, expectations)

    return answer
