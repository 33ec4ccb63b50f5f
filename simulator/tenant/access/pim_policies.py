"""Privileged identity management of Azure roles: what activating a role demands.

Every scope has a policy for every role that can be given there, management groups included.
https://learn.microsoft.com/rest/api/authorization/role-management-policy-assignments/list-for-scope
"""

from collections.abc import Iterator
from typing import Any

from simulator.tenant.access.custom_roles import custom_roles
from simulator.tenant.access.pim_instance import Instance
from simulator.tenant.access.roles import BUILT_IN, PRIVILEGED, PROVIDER
from simulator.tenant.estate import management_groups
from simulator.tenant.estate.dice import Ledger
from simulator.tenant.estate.estate import Estate, Fragment
from simulator.tenant.identity.pim_rules import ACTIVATION, arm_rules

COLLECTION = "roleManagementPolicyAssignments"
BY_GROUP = {name: name.replace("activation", "group") for name in ACTIVATION}
"""The same demands, asked of a management group's policies."""


def generate(estate: Estate) -> Fragment:
    """The policies of every scope (api-version 2020-10-01); only privileged roles are judged."""
    ledger = Ledger(estate.dice)
    privileged = {one.guid for one in custom_roles(estate) if one.allowed.privileged}
    privileged |= set(PRIVILEGED)
    here, above = tuple(_of_subscriptions(estate)), tuple(_of_groups(estate))
    arm: dict[str, Any] = {}
    for policies, names in ((here, {name: name for name in ACTIVATION}), (above, BY_GROUP)):
        judged = [one.id for one in policies if one.role in privileged]
        bad = {
            name: ledger.decide(f"access.pim_azure.{check}", judged)
            for name, check in names.items()
        }
        for one in policies:
            faults = {name for name, failing in bad.items() if one.id in failing}
            element = one.element("RoleManagementPolicyAssignment", _body(estate, one, faults))
            arm.setdefault(one.listed(COLLECTION), []).append(element)
    return Fragment(arm=arm, truth=ledger.truth)


def _of_subscriptions(estate: Estate) -> Iterator[Instance]:
    for one in estate.subscriptions:
        for role, (title, _) in BUILT_IN.items():
            yield _policy(estate, one.scope, role, title)
        for custom in custom_roles(estate):
            if custom.scope == one.scope:
                yield _policy(estate, one.scope, custom.guid, custom.name, custom=True)


def _of_groups(estate: Estate) -> Iterator[Instance]:
    for scope in management_groups.scopes(estate):
        for role, (title, _) in BUILT_IN.items():
            yield _policy(estate, scope, role, title)


def _policy(estate: Estate, scope: str, role: str, title: str, *, custom: bool = False) -> Instance:
    name = f"{estate.dice.guid('policy', scope, role)}_{role}"
    return Instance(scope, scope, role, title, "roleManagementPolicyAssignment", name, custom)


def _body(estate: Estate, one: Instance, faults: set[str]) -> dict[str, Any]:
    policy = f"{one.scope}/{PROVIDER}/roleManagementPolicies/{one.name.split('_', 1)[0]}"
    editor = {"id": None, "displayName": "Admin", "type": None, "email": None}
    return {
        "scope": one.scope,
        "roleDefinitionId": one.definition,
        "policyId": policy,
        "effectiveRules": arm_rules(estate.dice, one.id, faults),
        "policyAssignmentProperties": one.expanded
        | {"policy": {"id": policy, "lastModifiedBy": editor, "lastModifiedDateTime": None}},
    }
