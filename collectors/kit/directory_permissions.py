"""Application permissions of Microsoft Graph by id, as far as collectors ask for them.

https://learn.microsoft.com/graph/permissions-reference
"""

from collections.abc import Mapping
from types import MappingProxyType

PERMISSION_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30": "Application.Read.All",
        "b0afded3-3588-46d8-8b3d-9842eff778da": "AuditLog.Read.All",
        "7ab1d382-f21e-4acd-a863-ba3e13f7da61": "Directory.Read.All",
        "5b567255-7703-4780-807c-7be8301ae99b": "Group.Read.All",
        "98830695-27a2-44f7-8c18-0c3ebc9698f6": "GroupMember.Read.All",
        "246dd0d5-5bd0-4def-940b-0421030a5b68": "Policy.Read.All",
        "d5fe8ce8-684c-4c83-a52c-46e882ce4be1": "RoleAssignmentSchedule.Read.Directory",
        "ff278e11-4a33-4d0c-83d2-d01dc58929a5": "RoleEligibilitySchedule.Read.Directory",
        "483bed4a-2ad3-4361-a73b-c83ccdbdc53c": "RoleManagement.Read.Directory",
        "fdc4c997-9942-4479-bfcb-75a36d1138df": "RoleManagementPolicy.Read.Directory",
        "df021288-bdef-4463-88db-98f22de89214": "User.Read.All",
    }
)
