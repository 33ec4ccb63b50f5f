"""From a sealed record and its raw bodies back to the exchanges it was made from."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from app.evidence.record import instant
from collectors.kit import TENANT, Attempt, Exchange, GapKind, Scope
from collectors.kit.missing.things import Missing, missing_of


def scope_of(record: Mapping[str, Any]) -> Scope:
    """The scope a record speaks for."""
    subscription = record["what"]["scope"]["subscription_id"]
    return Scope(subscription) if subscription else TENANT


def exchanges_of(record: Mapping[str, Any], raw: Callable[[str], bytes]) -> tuple[Exchange, ...]:
    """Rebuild the exchanges of a record. `raw` gives a body by its SHA-256."""
    return tuple(_exchange(source, raw(source["raw_sha256"])) for source in record["source"])


def missing_in(record: Mapping[str, Any]) -> tuple[Missing, ...]:
    """What was known to be missing from a record's lists, before anything was asked about it.

    None in records of commit 55d35cf and before: they believed every list.
    """
    return tuple(missing_of(one) for one in record["what"].get("missing", ()))


def unaccounted_in(record: Mapping[str, Any]) -> tuple[Missing, ...]:
    """What a record missed of its lists and could not prove to be gone."""
    told = record["what"].get("missing", [])
    return tuple(
        missing_of(one)
        for one in told
        if one["kind"] != GapKind.GONE.value and not one["all_of_them"]
    )


def removed_in(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Ids of things that a record proves to be gone, each once."""
    told = record["what"].get("missing", [])
    return tuple(dict.fromkeys(one["id"] for one in told if one["kind"] == GapKind.GONE.value))


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
