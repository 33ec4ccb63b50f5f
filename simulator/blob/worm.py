"""What immutability forbids.

Container level (Learn: "Container-level WORM policies"): nothing of a retained blob can be
overwritten, deleted or described anew. Version level ("Version-level WORM policies"): writing over
a protected version makes a new one, deleting the current one only demotes it; the protected
version itself can neither be deleted nor get other metadata.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime

from simulator.blob.errors import StorageError, invalid_header, missing_header
from simulator.blob.state import Container, Policy, Version

UNTIL = "x-ms-immutability-policy-until-date"
MODE = "x-ms-immutability-policy-mode"
HOLD = "x-ms-legal-hold"
_LONGEST = timedelta(days=146_000)


def refuse_change(container: Container, version: Version, now: datetime) -> None:
    """Raise StorageError 409 while this version may not be altered or deleted."""
    if version.legal_hold or container.legal_hold:
        raise StorageError(
            409,
            "BlobImmutableDueToLegalHold",
            "This operation is not permitted as the blob is immutable due to one or more legal"
            " holds.",
        )
    if _retained_until(container, version) > now:
        raise _immutable(
            "This operation is not permitted as the blob is immutable due to a policy."
        )


def refuse_overwrite(container: Container, current: Version, now: datetime) -> None:
    """Raise StorageError 409 when writing over the current version would destroy it."""
    if container.level != "version":
        refuse_change(container, current, now)


def policy_asked(headers: Mapping[str, str], container: Container, now: datetime) -> Policy | None:
    """The policy that an upload or Set Blob Immutability Policy asks for.

    Without one a new version inherits the container's default. Raises StorageError.
    """
    until, mode = headers.get(UNTIL), headers.get(MODE, "unlocked").lower()
    if until is None:
        if MODE in headers:
            raise missing_header(UNTIL)
        return _inherited(container, now)
    _require_version_level(container)
    if mode not in {"unlocked", "locked"}:
        raise invalid_header(MODE)
    try:
        instant = parsedate_to_datetime(until)
    except ValueError:
        raise invalid_header(UNTIL) from None
    if not now < instant < now + _LONGEST:
        raise invalid_header(UNTIL)
    return Policy(until=instant, locked=mode == "locked")


def hold_asked(headers: Mapping[str, str], container: Container) -> bool | None:
    """The legal hold asked for; None when none is spoken of. Raises StorageError."""
    text = headers.get(HOLD)
    if text is None:
        return None
    _require_version_level(container)
    if text.lower() not in {"true", "false"}:
        raise invalid_header(HOLD)
    return text.lower() == "true"


def change_policy(version: Version, wanted: Policy) -> None:
    """Set or extend. Raises StorageError 409 when a locked one would be shortened or unlocked."""
    held = version.policy
    if held is not None and held.locked and (not wanted.locked or wanted.until < held.until):
        # Azure documents no code of its own for this one
        raise _immutable("A locked immutability policy can only be extended.")
    version.policy = wanted


def drop_policy(version: Version) -> None:
    """Remove an unlocked policy. Raises StorageError 409 for a locked one."""
    if version.policy is not None and version.policy.locked:
        raise StorageError(
            409,
            "ImmutabilityPolicyDeleteOnLockedPolicy",
            "A locked immutability policy cannot be deleted.",
        )
    version.policy = None


def shown(version: Version, date: str | None) -> dict[str, str]:
    """The headers that tell of a version's protection. `date` is its policy's end, as HTTP."""
    headers = {}
    if version.policy is not None and date is not None:
        headers = {UNTIL: date, MODE: "locked" if version.policy.locked else "unlocked"}
    if version.legal_hold:
        headers[HOLD] = "true"
    return headers


def _retained_until(container: Container, version: Version) -> datetime:
    if container.level == "version" and version.policy is not None:
        return version.policy.until
    if container.level == "container" and container.retention is not None:
        return version.created + timedelta(days=container.retention.days)
    return version.created


def _inherited(container: Container, now: datetime) -> Policy | None:
    if container.level != "version" or container.retention is None:
        return None
    until = (now + timedelta(days=container.retention.days)).replace(microsecond=0)
    return Policy(until=until, locked=container.retention.locked)


def _require_version_level(container: Container) -> None:
    if container.level != "version":  # Azure documents no code of its own for this one
        raise StorageError(
            409,
            "OperationNotAllowedOnContainer",
            "Immutable storage with versioning is not enabled on the container.",
        )


def _immutable(message: str) -> StorageError:
    return StorageError(409, "BlobImmutableDueToPolicy", message)
