"""Who holds a role: whether they exist, whether they are people, who is in a group.

https://learn.microsoft.com/graph/api/directoryobject-getbyids
https://learn.microsoft.com/graph/api/group-list-transitivemembers
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from collectors.kit.access.roles import azure_privilege
from collectors.kit.beside import Beside, NotSeenError, beside_of
from collectors.kit.spec import Item

MEMBERS = "/groups/{id}/transitiveMembers?$select=id&$top=999"
"""Nested groups included. A member's type comes with its id, also where no name may be read."""
USER, GROUP = "#microsoft.graph.user", "#microsoft.graph.group"
SERVICE = "#microsoft.graph.serviceprincipal"
NOBODY = frozenset(
    {
        GROUP,
        SERVICE,
        "#microsoft.graph.device",
        "#microsoft.graph.orgcontact",
    }
)
"""Members who are no people; those of nested groups are listed beside them."""


class Existence(StrEnum):
    """What is known of a principal."""

    THERE = "there"
    GONE = "gone"
    UNSEEN = "unseen"


def holder_ids(items: Mapping[str, tuple[Item, ...]]) -> Iterable[str]:
    """Everybody whom assignments of Azure or of Entra ID name."""
    for listed in items.values():
        for item in listed:
            if (found := holder_id(item)) is not None:
                yield found


def privileged_group_ids(items: Mapping[str, tuple[Item, ...]]) -> Iterable[str]:
    """Groups that hold a privileged Azure role, or one of which that cannot be told."""
    definitions = beside_of(items["definitions"], ())
    for item in items["assignments"]:
        if item["properties.principalType"] != "Group":
            continue
        possible = azure_privilege(item["properties.roleDefinitionId"], definitions).possible
        if possible and (found := holder_id(item)) is not None:
            yield found


def holder_id(item: Item) -> str | None:
    """The principal of an assignment of Azure or of Entra ID; None where none is named."""
    found = item["properties.principalId"] or item["principalId"]
    return found if isinstance(found, str) and found else None


def existence(principal: str | None, principals: Beside) -> Existence:
    """Whether the directory still has a principal. Never raises."""
    if principal is None:
        return Existence.UNSEEN
    try:
        return Existence.GONE if principals.get(principal) is None else Existence.THERE
    except NotSeenError:
        return Existence.UNSEEN


def people_in(group: str, members: Beside) -> int | None:
    """People in a group, nested groups included; None where a member's type is not known.

    Raises NotSeenError where its members could not be seen.
    """
    found = members.get(group)
    listed = found["value"] if found is not None else None
    if not isinstance(listed, list):
        return None
    types = [one.get("@odata.type") if isinstance(one, Mapping) else None for one in listed]
    plain = [one.lower() if isinstance(one, str) else "" for one in types]
    people = plain.count(USER)
    return people if people or all(one in NOBODY for one in plain) else None
