"""Application permissions of Microsoft Graph: their ids, and the lists each one opens.

Ids: https://learn.microsoft.com/graph/permissions-reference. Of the permissions that open a list
the least is asked for, as the page of each list names it; higher ones are never granted here.
"""

import re

GRAPH_APP = "00000003-0000-0000-c000-000000000000"
"""Application id of Microsoft Graph in every tenant."""

GRANTED = {
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "AuditLog.Read.All": "b0afded3-3588-46d8-8b3d-9842eff778da",
    "GroupMember.Read.All": "98830695-27a2-44f7-8c18-0c3ebc9698f6",
    "Policy.Read.All": "246dd0d5-5bd0-4def-940b-0421030a5b68",
    "RoleAssignmentSchedule.Read.Directory": "d5fe8ce8-684c-4c83-a52c-46e882ce4be1",
    "RoleEligibilitySchedule.Read.Directory": "ff278e11-4a33-4d0c-83d2-d01dc58929a5",
    "RoleManagement.Read.Directory": "483bed4a-2ad3-4361-a73b-c83ccdbdc53c",
    "RoleManagementPolicy.Read.Directory": "fdc4c997-9942-4479-bfcb-75a36d1138df",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
}
"""What the collecting identity holds when nothing is withdrawn, and the id of each."""

OTHERS = {
    "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
}
"""Some that Microsoft Graph offers and the identity does not hold."""

_OPENS = (
    (r"/(applications|serviceprincipals)(/.*|\(.*)?", "Application.Read.All"),
    (r"/auditlogs/.*", "AuditLog.Read.All"),
    (r"/groups(/.*)?", "GroupMember.Read.All"),
    (r"/users(/.*)?", "User.Read.All"),
    (r"/identity/conditionalaccess/.*", "Policy.Read.All"),
    (
        r"/rolemanagement/directory/roleassignmentscheduleinstances(/.*)?",
        "RoleAssignmentSchedule.Read.Directory",
    ),
    (
        r"/rolemanagement/directory/roleeligibilityscheduleinstances(/.*)?",
        "RoleEligibilitySchedule.Read.Directory",
    ),
    (r"/rolemanagement/directory/roledefinitions(/.*)?", "RoleManagement.Read.Directory"),
    (r"/policies/rolemanagementpolicyassignments(/.*)?", "RoleManagementPolicy.Read.Directory"),
)
_OBJECTS = {
    "#microsoft.graph.user": "User.Read.All",
    "#microsoft.graph.group": "GroupMember.Read.All",
    "#microsoft.graph.servicePrincipal": "Application.Read.All",
    "#microsoft.graph.application": "Application.Read.All",
}
OBJECT_PERMISSIONS = frozenset(_OBJECTS.values())
"""Without all of these a question for objects of any kind is refused."""


def permission_for(path: str) -> str | None:
    """The permission that a lower-case path below /v1.0 asks for; None where any token will do."""
    return next((needed for opens, needed in _OPENS if re.fullmatch(opens, path)), None)


def permission_for_object(kind: str) -> str | None:
    """The permission that shows more of a directory object than its id; None for other kinds."""
    return _OBJECTS.get(kind)
