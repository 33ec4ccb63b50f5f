"""From a sealed record and its raw bodies back to the exchanges it was made from."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.evidence.record import instant
from collectors.kit import TENANT, Attempt, Exchange, GapKind, Scope


def scope_of(record: Mapping[str, Any]) -> Scope:
    """The scope a record speaks for."""
    subscription = record["what"]["scope"]["subscription_id"]
    return Scope(subscription) if subscription else TENANT


def exchanges_of(record: Mapping[str, Any], raw: Callable[[str], bytes]) -> tuple[Exchange, ...]:
    """Rebuild the exchanges of a record. `raw` gives a body by its SHA-256."""
    return tuple(_exchange(source, raw(source["raw_sha256"])) for source in record["source"])


def _exchange(source: Mapping[str, Any], body: bytes) -> Exchange:
    request = source["request_body"]
    return Exchange(
        read=source["read"],
        subject=source["subject"],
        method=source["method"],
        url=source["url"],
        api_version=source["api_version"],
        request_body=request.encode() if request is not None else None,
        status=source["status"],
        headers={"date": source["server_date"]} if source["server_date"] else {},
        body=body,
        started_at=instant(source["started_at"]),
        finished_at=instant(source["finished_at"]),
        attempts=tuple(
            Attempt(status=a["status"], waited=timedelta(milliseconds=a["waited_ms"]))
            for a in source["attempts"]
        ),
        fault=GapKind(source["fault"]) if source["fault"] else None,
    )
