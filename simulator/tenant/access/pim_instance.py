"""What privileged identity management of Azure roles lists: somebody's role, or its policy."""

from typing import Any, NamedTuple

from simulator.tenant.access.roles import PROVIDER


class Instance(NamedTuple):
    """One eligible or active assignment, or one policy, of a role at a scope."""

    scope: str
    """What the assignment or the policy is on."""
    at: str
    """The subscription or management group in whose list it stands."""
    role: str
    role_name: str
    collection: str
    name: str
    custom: bool = False

    @property
    def id(self) -> str:
        """ARM id as Azure writes it."""
        return f"{self.scope.rstrip('/')}/{PROVIDER}/{self.collection}/{self.name}"

    @property
    def definition(self) -> str:
        """ARM id of the role."""
        return f"{self.at}/{PROVIDER}/roleDefinitions/{self.role}"

    @property
    def expanded(self) -> dict[str, Any]:
        """Names of the scope and of the role, for people."""
        kind = "managementgroup" if "managementGroups" in self.scope else "subscription"
        return {
            "scope": {
                "id": self.scope,
                "displayName": self.scope.rsplit("/", 1)[-1],
                "type": "resourcegroup" if "/resourceGroups/" in self.scope else kind,
            },
            "roleDefinition": {
                "id": self.definition,
                "displayName": self.role_name,
                "type": "CustomRole" if self.custom else "BuiltInRole",
            },
        }

    def listed(self, collection: str) -> str:
        """Lower-case ARM path of the list in which it stands."""
        return f"{self.at}/{PROVIDER}/{collection}".lower()

    def element(self, kind: str, properties: dict[str, Any]) -> dict[str, Any]:
        """The instance as an element of its list."""
        return {
            "properties": properties,
            "name": self.name,
            "id": self.id,
            "type": f"Microsoft.Authorization/{kind}",
        }
