"""What the collecting identity may do in a scope, as Azure itself says it that night.

`GET {scope}/providers/Microsoft.Authorization/permissions` lists the caller's effective permissions
there, inherited ones included. What they do not allow is hidden from Resource Graph and from
`/resources` without a word; so a list is only as whole as the rights are.

https://learn.microsoft.com/rest/api/authorization/permissions
https://learn.microsoft.com/azure/governance/resource-graph/overview#permissions-in-azure-resource-graph
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from collectors.kit.access.roles import may
from collectors.kit.answers.exchange import Exchange
from collectors.kit.answers.strict_json import parse_body

PERMISSIONS_PATH = "/providers/Microsoft.Authorization/permissions"
API_VERSION = "2022-04-01"

Allowed = tuple[tuple[str, ...], tuple[str, ...]]
"""Actions, and actions taken away again."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Rights:
    """Effective permissions of the identity in one scope."""

    allowed: frozenset[Allowed]

    def may(self, action: str) -> bool:
        """Whether one of the permissions allows the action, as Azure computes it."""
        return any(may(actions, taken, action) for actions, taken in self.allowed)


NONE = Rights(allowed=frozenset())


def rights_of(pages: Sequence[Exchange]) -> Rights | None:
    """What the pages of one scope say; None where they do not tell.

    A refused question for the permissions tells nothing: a narrow role need not allow to ask. A
    refused list of the resources tells that nothing at all is allowed in the whole of the scope:
    Azure answers whoever holds any role there.
    """
    if pages and PERMISSIONS_PATH.lower() not in pages[0].url.lower():
        return NONE if pages[-1].status == 403 else None
    told = [_rows(page) for page in pages]
    whole = [row for rows in told if rows is not None for row in rows]
    return None if not told or None in told else rights_in(whole)


def rights_in(rows: Any) -> Rights | None:
    """What a list of permissions allows; None when it is none."""
    found = [_allowed(row) for row in rows] if isinstance(rows, list) else [None]
    known = [one for one in found if one is not None]
    return Rights(allowed=frozenset(known)) if len(known) == len(found) else None


def _rows(page: Exchange) -> list[Any] | None:
    if page.status != 200:
        return None
    try:
        body = parse_body(page.body)
    except ValueError:
        return None
    rows = body.get("value") if isinstance(body, Mapping) else None
    return rows if isinstance(rows, list) else None


def _allowed(row: Any) -> Allowed | None:
    if not isinstance(row, Mapping):
        return None
    actions, taken = row.get("actions"), row.get("notActions")
    taken = [] if taken is None else taken
    for listed in (actions, taken):
        if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
            return None
    return tuple(sorted(actions or ())), tuple(sorted(taken))
