"""More protection for objects that are stored already: holds, longer retention, locks.

No part of the Store port. It needs a right that the identity of the nightly run should not have;
nothing here shortens, unlocks or deletes.
"""

from datetime import datetime
from typing import Protocol

from app.store.base import Protection


class Protector(Protocol):
    """A store that can protect single objects. Safe for several threads.

    Each call returns what was read back. All raise NotFoundError, UnavailableError, and
    RefusedError when the store or the identity cannot do it.
    """

    def hold(self, key: str, *, on: bool) -> Protection:
        """Set or clear the legal hold of an object."""
        ...

    def extend(self, key: str, until: datetime, *, locked: bool) -> Protection:
        """Keep an object until this instant. Raises RefusedError for an earlier one than it has."""
        ...

    def lock(self, key: str) -> Protection:
        """Lock an object's policy, for ever; one without a policy is left as it is."""
        ...
