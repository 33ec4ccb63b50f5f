"""Roles of the company's own: what they allow is decided before anybody holds one."""

from dataclasses import dataclass

from simulator.tenant.access.roles import CUSTOM, NARROW, PROVIDER, WILD, Allowed
from simulator.tenant.estate.estate import Estate

WILDCARD = "access.role_assignments.custom_role_wildcard"


@dataclass(frozen=True, kw_only=True, slots=True)
class CustomRole:
    """One role."""

    guid: str
    name: str
    scope: str
    """The only subscription it can be given in."""
    allowed: Allowed
    wild: bool
    """Whether it leaves open what it allows."""

    @property
    def id(self) -> str:
        """Its id as Resource Graph writes it."""
        return f"/{PROVIDER}/RoleDefinitions/{self.guid}"


def custom_roles(estate: Estate) -> tuple[CustomRole, ...]:
    """One role for each subscription, and never fewer than there are names."""
    dice = estate.dice
    amount = max(len(CUSTOM), len(estate.subscriptions))
    guids = [dice.guid("custom role", index) for index in range(amount)]
    ids = {f"/{PROVIDER}/RoleDefinitions/{guid}": guid for guid in guids}
    wild = {ids[one] for one in dice.bad(WILDCARD, ids)}
    made = []
    for index, guid in enumerate(guids):
        suffix = "" if index < len(CUSTOM) else f" {index // len(CUSTOM) + 1}"
        options = WILD if guid in wild else NARROW
        made.append(
            CustomRole(
                guid=guid,
                name=f"Northgate {CUSTOM[index % len(CUSTOM)]}{suffix}",
                scope=estate.subscriptions[index % len(estate.subscriptions)].scope,
                # Of the narrow ones each kind is met, so that every tenant has both.
                allowed=dice.pick(options, "actions", guid)
                if guid in wild
                else options[index % len(options)],
                wild=guid in wild,
            )
        )
    return tuple(made)
