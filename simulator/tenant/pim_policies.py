"""Privileged identity management of Azure roles: what activating a role demands."""

from typing import Any

from simulator.tenant.dice import Ledger
from simulator.tenant.estate import Estate, Fragment
from simulator.tenant.pim_instance import Instance
from simulator.tenant.pim_rules import ACTIVATION, arm_rules
from simulator.tenant.roles import BUILT_IN, PRIVILEGED, PROVIDER


def generate(estate: Estate) -> Fragment:
    """The policies of every subscription (api-version 2020-10-01).

    Every role has one; only those of privileged roles are judged.
    """
    ledger = Ledger(estate.dice)
    policies = [
        Instance(
            one,
            role,
            "roleManagementPolicyAssignment",
            f"{estate.dice.guid('policy', one.id, role)}_{role}",
        )
        for one in estate.subscriptions
        for role in BUILT_IN
    ]
    judged = [one.id for one in policies if one.role in PRIVILEGED]
    bad = {name: ledger.decide(f"access.pim_azure.{name}", judged) for name in ACTIVATION}
    arm: dict[str, Any] = {}
    for one in policies:
        faults = {name for name, failing in bad.items() if one.id in failing}
        element = one.element("RoleManagementPolicyAssignment", _body(estate, one, faults))
        arm.setdefault(one.at("roleManagementPolicyAssignments"), []).append(element)
    return Fragment(arm=arm, truth=ledger.truth)


def _body(estate: Estate, one: Instance, faults: set[str]) -> dict[str, Any]:
    policy = (
        f"{one.subscription.scope}/{PROVIDER}/roleManagementPolicies/{one.name.split('_', 1)[0]}"
    )
    editor = {"id": None, "displayName": "Admin", "type": None, "email": None}
    return {
        "scope": one.subscription.scope,
        "roleDefinitionId": one.definition,
        "policyId": policy,
        "effectiveRules": arm_rules(estate.dice, one.id, faults),
        "policyAssignmentProperties": one.expanded
        | {"policy": {"id": policy, "lastModifiedBy": editor, "lastModifiedDateTime": None}},
    }
