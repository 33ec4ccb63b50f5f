"""What a connection asked about on a night: what it was told not to ask for is not lost. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from app.evidence.canonical import parse
from collectors.kit.values.arm_ids import is_arm, subscription_path


@dataclass(frozen=True, slots=True)
class Asked:
    """The subscriptions that are asked about."""

    chosen: frozenset[str]
    """In lower case; empty: every one that can be seen."""

    def covers(self, item_id: str, before: "Asked | None") -> bool:
        """Whether a thing that `before` showed has to be shown tonight as well.

        What lies above subscriptions is told by their lists; once the connection names others, such
        a list speaks of something else.
        """
        if not self.chosen or not is_arm(item_id):
            return True
        home = subscription_path(item_id)
        if home is not None:
            return home.rsplit("/", 1)[-1] in self.chosen
        return before is None or before == self


def asked_of(record: Mapping[str, Any]) -> Asked | None:
    """What Resource Graph was asked about for a record; None when it was not asked."""
    for source in record["source"]:
        body = _body(source["request_body"])
        if "subscriptions" in body:
            return Asked(frozenset(str(one).lower() for one in body["subscriptions"]))
        if "managementGroups" in body:
            return Asked(frozenset())
    return None


def _body(text: str | None) -> Mapping[str, Any]:
    try:
        body = parse(text.encode()) if text else {}
    except ValueError:
        return {}
    return body if isinstance(body, Mapping) else {}
