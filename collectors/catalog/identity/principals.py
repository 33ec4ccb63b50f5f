"""Who is behind the ids: everybody whom roles name, as the directory knew them that night.

One record a night holds the names; people who read other records find them here. What a name was
another night stands in that night's record.
"""

from collectors.kit import Check, Collector, Expectations, GraphBatch, Item, Owner, as_far_as_seen
from collectors.kit.access.holders import holder_id, holder_ids
from collectors.kit.access.naming import LONGEST, role_of
from collectors.kit.catalogue.lists import DIRECTORY_ACTIVE, DIRECTORY_ELIGIBLE, ROLE_ASSIGNMENTS
from collectors.kit.settings import quoted
from collectors.kit.verdicts import Verdict, failed, passed, unknown

OF_THIS_TENANT = frozenset(
    {"User", "Group", "ServicePrincipal", "ManagedIdentity", "Device", "Unknown"}
)
"""Kinds of holders that this directory knows; it does not know a ForeignGroup."""


def looked_up(assignment: Item) -> bool:
    """The question is about the directory: an assignment by itself says nothing of its holder."""
    return "principals" in assignment.beside


@as_far_as_seen
def azure_holder_exists(assignment: Item, expectations: Expectations) -> Verdict:
    """Nobody who is gone still has a place in Azure."""
    kind = assignment["properties.principalType"]
    if kind is None or (isinstance(kind, str) and kind in OF_THIS_TENANT):
        return holder_exists(assignment, expectations)
    return unknown(f"{role_of(assignment)} is held by a {quoted(kind)}, not known in this tenant")


@as_far_as_seen
def holder_exists(assignment: Item, _: Expectations) -> Verdict:
    """Nobody who is gone still has a role."""
    return _exists(assignment, f"{role_of(assignment)} is held by")


@as_far_as_seen
def eligible_holder_exists(eligibility: Item, _: Expectations) -> Verdict:
    """Nobody who is gone may still activate a role."""
    return _exists(eligibility, f"{role_of(eligibility)} can be activated by")


def _exists(assignment: Item, told: str) -> Verdict:
    holder = holder_id(assignment)
    if holder is None:
        return unknown("Azure did not name the holder")
    found = assignment.near("principals").get(holder)
    if found is None:
        return failed(f"{told} {holder}, who no longer exists")
    return passed(f"{told} {found.name[:LONGEST]}")


COLLECTOR = Collector(
    id="identity.principals",
    title="Holders of roles and their names",
    owner=Owner.SECURITY,
    reads={
        "assignments": ROLE_ASSIGNMENTS,
        "eligible": DIRECTORY_ELIGIBLE,
        "active": DIRECTORY_ACTIVE,
        "principals": GraphBatch(
            of=("assignments", "eligible", "active"),
            ids=holder_ids,
            # Not Directory.Read.All: these three read the names of all kinds of holders.
            needs=("Application.Read.All", "GroupMember.Read.All", "User.Read.All"),
        ),
    },
    checks=(
        Check(
            id="azure_holders_exist",
            title="Every Azure role assignment has a holder who exists",
            beside=("principals",),
            when=looked_up,
            judge=azure_holder_exists,
            controls=("A.5.16", "A.5.18"),
            remedy="az role assignment delete --ids <id>",
        ),
        Check(
            id="directory_holders_exist",
            title="Every Entra ID role assignment has a holder who exists",
            on="active",
            beside=("principals",),
            when=looked_up,
            judge=holder_exists,
            controls=("A.5.16", "A.5.18"),
            remedy="Entra admin center > Roles & admins > <role> > Assignments: remove it",
        ),
        Check(
            id="eligible_holders_exist",
            title="Everybody who may activate an Entra ID role exists",
            on="eligible",
            beside=("principals",),
            when=looked_up,
            judge=eligible_holder_exists,
            controls=("A.5.16", "A.5.18"),
            remedy=(
                "Entra admin center > Identity Governance > Privileged Identity Management >"
                " Microsoft Entra roles > Assignments > Eligible: remove it"
            ),
        ),
    ),
)
