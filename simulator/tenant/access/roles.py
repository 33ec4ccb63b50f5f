"""Azure roles that Northgate Health uses, with the ids Microsoft gave them.

Source: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
"""

from typing import NamedTuple

PROVIDER = "providers/Microsoft.Authorization"
"""Path of the authorization provider below a scope."""
OWNER = "8e3af657-a8ff-443c-a75c-2fe8c4bcb635"
PRIVILEGED = {
    OWNER: ("Owner", ("*",)),
    "b24988ac-6180-42a0-ab88-20f7382dd24c": ("Contributor", ("*",)),
    "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": (
        "User Access Administrator",
        ("*/read", "Microsoft.Authorization/*", "Microsoft.Support/*"),
    ),
    "f58310d9-a9f6-439a-9e8d-f62e7b41a168": (
        "Role Based Access Control Administrator",
        ("Microsoft.Authorization/roleAssignments/write", "*/read"),
    ),
}
MODEST = {
    "acdd72a7-3385-48ef-bd42-f606fba81ae7": ("Reader", ("*/read",)),
    "73c42c96-874c-492b-b04d-ab87d138a893": ("Log Analytics Reader", ("*/read",)),
    "39bc4728-0917-49c7-9d2c-d95423bc2eb4": (
        "Security Reader",
        ("Microsoft.Authorization/*/read", "Microsoft.Security/*/read"),
    ),
    "9980e02c-c2be-4d73-94e8-173b1dc7cf3c": (
        "Virtual Machine Contributor",
        ("Microsoft.Compute/virtualMachines/*", "Microsoft.Network/networkInterfaces/*"),
    ),
}
BUILT_IN = PRIVILEGED | MODEST

CUSTOM = (
    "Imaging Archive Operator",
    "Telehealth Release Engineer",
    "Portal Support Analyst",
    "Appointments Integrator",
    "Backup Verifier",
    "Network Change Reviewer",
    "Cost Reporter",
    "Break Glass Observer",
)
"""Names of the company's own roles."""

BLOBS = "Microsoft.Storage/storageAccounts/blobServices"


class Allowed(NamedTuple):
    """What a role of the company's own allows, and what that amounts to."""

    actions: tuple[str, ...]
    on_data: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    """`notActions`."""
    privileged: bool = False
    """Lets its holder change everything, or who may do what."""
    grants: bool = False
    """Lets its holder give roles away: as good as Owner."""


NARROW = (
    Allowed(("Microsoft.Storage/storageAccounts/read", "Microsoft.Insights/metrics/read")),
    Allowed(("*/read",)),
    Allowed(
        (
            "Microsoft.Compute/virtualMachines/*/read",
            "Microsoft.Compute/virtualMachines/restart/action",
        )
    ),
    Allowed(
        ("*/read", "Microsoft.Authorization/roleAssignments/write"), privileged=True, grants=True
    ),
    Allowed(
        (
            "Microsoft.RecoveryServices/Vaults/backupJobs/read",
            "Microsoft.Resources/deployments/read",
        )
    ),
    Allowed(("*/read",), (f"{BLOBS}/containers/blobs/read", f"{BLOBS}/*/read")),
    Allowed(
        ("Microsoft.Authorization/roleAssignments/write", "*/read"),
        taken=("microsoft.authorization/ROLEASSIGNMENTS/write",),
    ),
)
WILD = (
    Allowed(("*",), privileged=True, grants=True),
    Allowed(("Microsoft.Resources/deployments/read", "Microsoft.Storage/*")),
    Allowed(("*/read", "Microsoft.Network/networkSecurityGroups/*")),
    Allowed(
        ("*",),
        taken=("Microsoft.Authorization/*/Write", "Microsoft.Authorization/*/Delete"),
        privileged=True,
    ),
    Allowed(("Microsoft.Storage/storageAccounts/read",), (f"{BLOBS}/*",)),
    Allowed(("*/read",), ("*/read",)),
    Allowed(("Microsoft.Authorization/*",), privileged=True, grants=True),
)
