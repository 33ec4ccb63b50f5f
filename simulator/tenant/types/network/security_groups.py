"""Network security groups; what their rules are like is told in `network.security_rules`."""

from typing import Any

from simulator.tenant.kit import Categories, Fault, ResourceType, Scene
from simulator.tenant.network.parts import VERSIONS
from simulator.tenant.network.security_rules import CHECK, default_rules, own_rules


def body(scene: Scene) -> dict[str, Any]:
    """A group whose rules are as its verdicts ask for: they can only be judged together."""
    return {
        "properties": {
            "provisioningState": "Succeeded",
            "resourceGuid": scene.guid("nsg"),
            "securityRules": own_rules(scene),
            "defaultSecurityRules": list(default_rules(scene.resource)),
            "networkInterfaces": [],
        }
    }


TYPE = ResourceType(
    type="Microsoft.Network/networkSecurityGroups",
    naming="nsg-{short}-{env}-{n:03}",
    weight=9,
    versions=VERSIONS,
    logs=Categories(audit=("NetworkSecurityGroupEvent", "NetworkSecurityGroupRuleCounter")),
    body=body,
    faults={
        f"{CHECK}management_ports": Fault(),
        f"{CHECK}database_ports": Fault(),
        f"{CHECK}any_port": Fault(),
    },
)
