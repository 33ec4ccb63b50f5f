"""Leases on blobs (Learn: "Lease Blob")."""

from datetime import datetime, timedelta
from uuid import uuid4

from simulator.blob.call import Call, Reply, http_date
from simulator.blob.errors import StorageError, invalid_header, missing_header
from simulator.blob.state import Blob, Container, Lease


def lease_blob(container: Container, call: Call) -> Reply:
    """PUT ?comp=lease: acquire, renew, change, release or break."""
    blob = container.blob(call.blob)
    current = blob.current()
    action = call.headers.get("x-ms-lease-action", "").lower()
    match action:
        case "acquire":
            status, told = 201, _acquire(blob, call)
        case "renew":
            status, told = 200, _renew(blob, call)
        case "change":
            status, told = 200, _change(blob, call)
        case "release":
            status, told = 200, _release(blob, call)
        case "break":
            status, told = 202, _break(blob, call)
        case "":
            raise missing_header("x-ms-lease-action")
        case _:
            raise invalid_header("x-ms-lease-action")
    headers = {"ETag": current.etag, "Last-Modified": http_date(current.modified)}
    return Reply(status=status, headers=headers | told)


def check_lease(blob: Blob, call: Call) -> None:
    """Raise StorageError 412 unless a write shows the id of the lease that stands."""
    shown = call.headers.get("x-ms-lease-id")
    held = standing(blob.lease, call.now)
    if held and shown is None:
        raise StorageError(
            412,
            "LeaseIdMissing",
            "There is currently a lease on the blob and no lease ID was specified in the request.",
        )
    if held and shown != blob.lease.id:
        raise StorageError(
            412,
            "LeaseIdMismatchWithBlobOperation",
            "The lease ID specified did not match the lease ID for the blob.",
        )
    if not held and shown is not None:
        raise StorageError(
            412,
            "LeaseNotPresentWithBlobOperation",
            "There is currently no lease on the blob.",
        )


def standing(lease: Lease, now: datetime) -> bool:
    """Whether the lease holds others off."""
    return lease.id != "" and (lease.ends is None or now < lease.ends)


def lease_headers(lease: Lease, now: datetime) -> dict[str, str]:
    """What reads tell of a lease."""
    if standing(lease, now):
        state = "breaking" if lease.broken else "leased"
        kind = "infinite" if lease.duration == -1 else "fixed"
        headers = {"x-ms-lease-status": "locked", "x-ms-lease-state": state}
        return headers if lease.broken else headers | {"x-ms-lease-duration": kind}
    state = "available" if not lease.id else "broken" if lease.broken else "expired"
    return {"x-ms-lease-status": "unlocked", "x-ms-lease-state": state}


def _acquire(blob: Blob, call: Call) -> dict[str, str]:
    proposed = call.headers.get("x-ms-proposed-lease-id") or str(uuid4())
    if standing(blob.lease, call.now) and (blob.lease.broken or proposed != blob.lease.id):
        raise StorageError(409, "LeaseAlreadyPresent", "There is already a lease present.")
    duration = _whole(call, "x-ms-lease-duration")
    if duration != -1 and not 15 <= duration <= 60:
        raise invalid_header("x-ms-lease-duration")
    blob.lease = Lease(id=proposed, duration=duration, ends=_ends(call.now, duration))
    return {"x-ms-lease-id": proposed}


def _renew(blob: Blob, call: Call) -> dict[str, str]:
    lease = _own(blob, call)
    if lease.broken:
        raise StorageError(
            409,
            "LeaseIsBrokenAndCannotBeRenewed",
            "The lease ID matched, but the lease has been broken explicitly and cannot be renewed.",
        )
    lease.ends = _ends(call.now, lease.duration)
    return {"x-ms-lease-id": lease.id}


def _change(blob: Blob, call: Call) -> dict[str, str]:
    lease = _own(blob, call)
    proposed = call.headers.get("x-ms-proposed-lease-id")
    if not proposed:
        raise missing_header("x-ms-proposed-lease-id")
    lease.id = proposed
    return {"x-ms-lease-id": proposed}


def _release(blob: Blob, call: Call) -> dict[str, str]:
    _own(blob, call)
    blob.lease = Lease()
    return {}


def _break(blob: Blob, call: Call) -> dict[str, str]:
    lease = blob.lease
    if not lease.id:
        raise StorageError(
            409,
            "LeaseNotPresentWithLeaseOperation",
            "There is currently no lease on the blob.",
        )
    left = 0.0 if lease.ends is None else max(0.0, (lease.ends - call.now).total_seconds())
    if "x-ms-lease-break-period" in call.headers:
        asked = _whole(call, "x-ms-lease-break-period")
        left = asked if lease.ends is None else min(left, asked)
    lease.broken, lease.ends = True, call.now + timedelta(seconds=left)
    return {"x-ms-lease-time": str(int(left))}


def _own(blob: Blob, call: Call) -> Lease:
    shown = call.headers.get("x-ms-lease-id")
    if not shown:
        raise missing_header("x-ms-lease-id")
    if shown != blob.lease.id:
        raise StorageError(
            409,
            "LeaseIdMismatchWithLeaseOperation",
            "The lease ID specified did not match the lease ID for the blob.",
        )
    return blob.lease


def _ends(now: datetime, duration: int) -> datetime | None:
    return None if duration == -1 else now + timedelta(seconds=duration)


def _whole(call: Call, name: str) -> int:
    try:
        return int(call.headers[name])
    except KeyError:
        raise missing_header(name) from None
    except ValueError:
        raise invalid_header(name) from None
