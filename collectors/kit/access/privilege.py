"""Whether a role can change who may do what: told, denied, or not to be told."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Privilege:
    """What is known of a role."""

    held: bool | None
    """None where neither Microsoft's documents nor a definition that was read says so."""
    name: str
    """The role's name for people."""
    grants: bool | None = None
    """Whether it lets its holder give roles away, to themselves too."""

    @property
    def possible(self) -> bool:
        """Whether a question about privileged roles is about this one."""
        return self.held is not False
