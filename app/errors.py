"""One tree of errors. Each has a stable code, an HTTP status, a CLI exit code and a sentence.

AppError
├── UsageError            400, exit 2: the request or the settings are wrong
├── NotFoundError         404, exit 3
├── RefusedError          409, exit 3: right question, wrong moment or state
│   ├── StoreConflictError    an object exists with other bytes
│   └── WriterBusyError       another annexa writes to this store
├── UnavailableError      503, exit 3: disk full, store unwritable, Azure unreachable
│   ├── OverloadedError       this annexa has as much to do as it takes on
│   └── StoppedError          told to stop in the middle; goes on at the next start
└── VerificationFailedError  422, exit 5
"""

from collections.abc import Sequence
from typing import ClassVar


class AppError(Exception):
    """A failure a person can act on: what broke, what was found, the next step. Never a secret."""

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 500
    exit_code: ClassVar[int] = 3

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kind = code or self.code
        """Stable code of this very error; falls back to the class's."""


class UsageError(AppError):
    """The request or the settings are wrong."""

    code = "usage"
    status = 400
    exit_code = 2


class NotFoundError(AppError):
    """What was named does not exist."""

    code = "not_found"
    status = 404


class RefusedError(AppError):
    """Understood, and refused in this state."""

    code = "refused"
    status = 409


class StoreConflictError(RefusedError):
    """An object exists under this key with other bytes: sealed evidence is never replaced."""

    code = "store_conflict"


class WriterBusyError(RefusedError):
    """Another annexa writes to this store."""

    code = "writer_busy"


class UnavailableError(AppError):
    """Something outside does not work: a disk, a store, a network."""

    code = "unavailable"
    status = 503


class IndexUnavailableError(UnavailableError):
    """The index cannot be read or written. The store holds all evidence."""


class OverloadedError(UnavailableError):
    """As much waits as this annexa takes on. Nothing of what was asked was begun or kept."""

    code = "overloaded"


class StoppedError(UnavailableError):
    """Told to stop in the middle of something that goes on at the next start."""

    code = "stopped"


class VerificationFailedError(AppError):
    """Evidence did not verify."""

    code = "verification_failed"
    status = 422
    exit_code = 5

    def __init__(
        self, message: str, *, code: str | None = None, faults: Sequence[str] = ()
    ) -> None:
        super().__init__(message, code=code)
        self.faults = tuple(faults)
        """Stable codes of all that does not hold, in the order of the verifier."""
