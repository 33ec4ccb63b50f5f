"""What privileged identity management of Azure roles lists: somebody's role, or its policy."""

from typing import Any, NamedTuple

from simulator.tenant.estate import Subscription
from simulator.tenant.roles import BUILT_IN, PROVIDER


class Instance(NamedTuple):
    """One eligible or active assignment, or one policy, of a role in a subscription."""

    subscription: Subscription
    role: str
    collection: str
    name: str

    @property
    def id(self) -> str:
        """ARM id as Azure writes it."""
        return f"{self.subscription.scope}/{PROVIDER}/{self.collection}/{self.name}"

    @property
    def definition(self) -> str:
        """ARM id of the role."""
        return f"{self.subscription.scope}/{PROVIDER}/roleDefinitions/{self.role}"

    @property
    def expanded(self) -> dict[str, Any]:
        """Names of the scope and of the role, for people."""
        return {
            "scope": {
                "id": self.subscription.scope,
                "displayName": self.subscription.name,
                "type": "subscription",
            },
            "roleDefinition": {
                "id": self.definition,
                "displayName": BUILT_IN[self.role][0],
                "type": "BuiltInRole",
            },
        }

    def at(self, collection: str) -> str:
        """Lower-case ARM path of a list of this subscription."""
        return f"{self.subscription.scope}/{PROVIDER}/{collection}".lower()

    def element(self, kind: str, properties: dict[str, Any]) -> dict[str, Any]:
        """The instance as an element of its list."""
        return {
            "properties": properties,
            "name": self.name,
            "id": self.id,
            "type": f"Microsoft.Authorization/{kind}",
        }
