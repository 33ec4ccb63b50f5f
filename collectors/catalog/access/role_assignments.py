"""Role assignments: how many owners, who holds privilege for good, and home-made roles.

Resource Graph shows an activation that is under way like any other assignment; the lists of
Privileged Identity Management tell the two apart, by the same rule as `access.pim_azure` does.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from collectors.kit import (
    Check,
    Collector,
    Expectations,
    GraphBatch,
    Item,
    Owner,
    as_far_as_seen,
    in_groups,
)
from collectors.kit.access.assignments import standing_of
from collectors.kit.access.holders import (
    GROUP,
    MEMBERS,
    SERVICE,
    USER,
    Existence,
    existence,
    holder_id,
    holder_ids,
    people_in,
    privileged_group_ids,
)
from collectors.kit.access.owners import owners_limit
from collectors.kit.access.privilege import Privilege
from collectors.kit.access.roles import BUILT_IN, CUSTOM, azure_privilege, role_id
from collectors.kit.catalogue.lists import (
    CONTAINERS,
    ROLE_ASSIGNMENTS,
    ROLE_DEFINITIONS,
    SUBSCRIPTIONS,
)
from collectors.kit.settings import quoted
from collectors.kit.verdicts import Verdict, failed, passed, unknown

KINDS = ("actions", "dataActions")
"""Lists of what a role allows: on resources, and on the data in them."""
GONE = "a principal that no longer exists"


@as_far_as_seen
def privileged_to_people(assignment: Item, expectations: Expectations) -> Verdict:
    """People activate privilege when they need it (PIM), they do not hold it.

    A group's members count, those of nested groups too. A service principal is no person, whether
    it is still there or not: how long it may hold a role is asked by `access.pim_azure`, and
    whether it exists by `identity.principals`.
    """
    definition = assignment["properties.roleDefinitionId"]
    if role_id(definition) is None:
        return unknown("Azure returned no role of the assignment")
    role = azure_privilege(definition, assignment.near("definitions"))
    if role.held is False:
        return passed(f"{role.name} is not a privileged role")
    return _by_holder(assignment, role, expectations)


def _by_holder(assignment: Item, role: Privilege, expectations: Expectations) -> Verdict:
    kind, there = assignment["properties.principalType"], _existence(assignment)
    if kind == "Unknown" and there is Existence.THERE:
        kind = _kind_told(assignment)
    match kind:
        case "ServicePrincipal" | "ManagedIdentity":
            return passed(f"{role.name} is held by a service principal, not by a person")
        case "User" | "Group" | "Unknown":
            return _held(assignment, role, kind, there, expectations)
        case "ForeignGroup":
            return unknown(f"{role.name} is held by a group of another tenant, not seen from here")
        case None:
            return unknown("Azure returned no principalType")
        case other:
            return unknown(f"{role.name} is held by a {quoted(other)}, a kind that is not known")


def _existence(assignment: Item) -> Existence:
    return existence(holder_id(assignment), assignment.near("principals"))


def _kind_told(assignment: Item) -> Any:
    """What the directory calls a holder whose kind the assignment does not tell."""
    found = assignment.near("principals").get(holder_id(assignment) or "")
    told = None if found is None else found.data.get("@odata.type")
    known = {USER: "User", GROUP: "Group", SERVICE: "ServicePrincipal"}
    return known.get(told.lower(), told) if isinstance(told, str) else told


def _held(
    assignment: Item, role: Privilege, kind: str, there: Existence, expectations: Expectations
) -> Verdict:
    """The verdict on people, groups, and those who are gone."""
    if role.held is None:
        return unknown(f"whether {role.name} is privileged could not be told")
    if there is Existence.GONE:
        lent = standing_of(assignment, role.name, expectations)
        return lent or failed(f"{role.name} is held by {GONE}")
    if kind == "Unknown":
        return unknown(f"{role.name} is held by a principal of which Azure tells no kind")
    if kind == "Group":
        return _group(assignment, role, expectations)
    lent = standing_of(assignment, role.name, expectations)
    holder = holder_id(assignment)
    return lent or failed(f"the person {holder} holds {role.name} for good, without activating it")


def _group(assignment: Item, role: Privilege, expectations: Expectations) -> Verdict:
    group = holder_id(assignment)
    people = None if group is None else people_in(group, assignment.near("members"))
    if people is None:
        return unknown(f"{role.name} is held by a group whose members could not all be told")
    if not people:
        return passed(f"{role.name} is held by a group without people")
    lent = standing_of(assignment, role.name, expectations)
    return lent or failed(f"people in the group {group} hold {role.name} for good ({people})")


def may_be_custom(definition: Item) -> bool:
    """Roles the organisation made, and those of which Azure did not say who made them."""
    return bool(definition["properties.type"] != BUILT_IN)


def custom_role_wildcard(definition: Item, _: Expectations) -> Verdict:
    """A home-made role names what it allows; wildcards for reading are fine.

    Microsoft's rule a451c1ef asks something else: it denies every custom role.
    """
    name = definition["properties.roleName"] or definition.name
    permissions = definition["properties.permissions"]
    if not permissions or definition["properties.type"] != CUSTOM:
        return unknown("Azure returned no type or no permissions of the role")
    if not isinstance(permissions, list):
        return unknown(f"Azure returned the permissions {quoted(permissions)}, which are no list")
    wide = [w for permission in permissions for w in _wildcards(permission)]
    if wide:
        return failed(f"the role {name} allows {wide[0]}, which also covers what comes later")
    for permission in permissions:
        for kind in KINDS:
            if not _all_told(permission, kind):
                return unknown(f"Azure did not list the {kind} of the role {name}")
    if not any(_told(permission, kind) for permission in permissions for kind in KINDS):
        return unknown(f"Azure listed no action of the role {name}, and every role has some")
    return passed(f"the role {name} names each action that it allows")


def _wildcards(permission: Any) -> Iterator[str]:
    """Actions that leave open what they allow. To read all data is wide, to read settings not."""
    for action in _told(permission, "actions"):
        if "*" in action and not action.lower().endswith("/read"):
            yield action
    for action in _told(permission, "dataActions"):
        if "*" in action and (action.startswith("*") or not action.lower().endswith("/read")):
            yield f"{action} on data"


def _told(permission: Any, kind: str) -> list[str]:
    """Those that can be read, whatever stands beside them."""
    listed = permission.get(kind) if isinstance(permission, Mapping) else None
    return [one for one in listed if isinstance(one, str)] if isinstance(listed, list) else []


def _all_told(permission: Any, kind: str) -> bool:
    listed = permission.get(kind) if isinstance(permission, Mapping) else None
    return isinstance(listed, list) and all(isinstance(one, str) and "/" in one for one in listed)


COLLECTOR = Collector(
    id="access.role_assignments",
    title="Azure role assignments and definitions",
    owner=Owner.SECURITY,
    reads={
        "assignments": ROLE_ASSIGNMENTS,
        "definitions": ROLE_DEFINITIONS,
        "subscriptions": SUBSCRIPTIONS,
        "containers": CONTAINERS,
        # Asked once a night: of the subscriptions too.
        "active": replace(
            in_groups(
                "containers",
                "Microsoft.Authorization/roleAssignmentScheduleInstances",
                "2020-10-01",
            ),
            types=(),
        ),
        "principals": GraphBatch(
            of=("assignments",),
            ids=holder_ids,
            # Directory.Read.All would read everything there is; these read the three kinds of
            # holders, and of a kind that may not be read Graph still tells that it exists.
            needs=("Application.Read.All", "GroupMember.Read.All", "User.Read.All"),
        ),
        "members": GraphBatch(
            of=("definitions", "assignments"),
            ids=privileged_group_ids,
            path=MEMBERS,
            needs=("GroupMember.Read.All",),
        ),
    },
    checks=(
        Check(
            id="owners_limit",
            title="Subscriptions have few owners",
            uses=("subscriptions", "definitions", "containers"),
            judge_all=owners_limit,
            controls=("A.5.15", "A.8.2"),
            expectation="max_owners",
            remedy="az role assignment delete --role <role> --assignee <id> --scope <subscription>",
            policy="4f11b553-d42e-4e3a-89be-32ca364cad4c",
            differs=(
                "who owns by inheritance counts too, and so does who holds a custom role that can"
                " give roles away; Microsoft counts holders of the built-in Owner alone"
            ),
        ),
        Check(
            id="privileged_to_people",
            title="No person holds a privileged role for good",
            beside=(
                "definitions",
                "principals",
                "members",
                "active",
                "containers",
                "subscriptions",
            ),
            judge=privileged_to_people,
            # Not A.8.2: there `access.pim_azure` asks how long privilege is held, by whomever.
            controls=("A.5.18",),
            remedy=(
                "Azure portal > Privileged Identity Management > Azure resources > <scope> >"
                " Assignments: make it eligible, then remove the active assignment; where the"
                " holder no longer exists: az role assignment delete --ids <id>"
            ),
        ),
        Check(
            id="custom_role_wildcard",
            title="Custom roles name each action they allow",
            on="definitions",
            when=may_be_custom,
            judge=custom_role_wildcard,
            controls=("A.5.3", "A.8.2"),
            remedy="az role definition update --role-definition <file that names each action>",
        ),
    ),
)
