"""What Azure Policy says of resources, for the built-in definitions that our own checks name.

A second judge: its states stand beside our verdicts, and where the two differ people are told.
States are as old as Azure's last evaluation (every 24 hours and after changes), and only where a
definition is assigned. https://learn.microsoft.com/azure/governance/policy/concepts/compliance-states

No check stands on them. A state is an answer and no thing: it goes with its resource, with its
assignment or with our right to read, and no question tells which (Azure has none about one state).
A verdict on states would end, or pass, without a proof.
"""

from collectors.kit import Collector, ResourceGraph
from collectors.kit.catalogue.policies import NAMED_BY_CHECKS

COLLECTOR = Collector(
    id="posture.policy_states",
    title="Azure Policy's own states of resources",
    reads={
        "states": ResourceGraph(
            table="policyresources",
            types=("microsoft.policyinsights/policystates",),
            among=NAMED_BY_CHECKS,
            project=(
                "id",
                "subscriptionId",
                "resource=properties.resourceId",
                "definition=properties.policyDefinitionId",
                "state=properties.complianceState",
                "evaluated=properties.timestamp",
                "effect=properties.policyDefinitionAction",
                "assignment=properties.policyAssignmentId",
                "reference=properties.policyDefinitionReferenceId",
            ),
            needs=("Microsoft.PolicyInsights/policyStates/queryResults/read",),
        ),
    },
    checks=(),
)
