"""What an archive of rules answers, in JSON lines: the frozen way from pages to verdicts.

This module is the only part of an archive that whoever runs it may name. The protocol is written
down in docs/rules-protocol.md; version 1 never changes. Everything behind it may: an archive that
was sealed years ago brings its own kit along and is spoken to as on the day it was sealed.

    PYTHONPATH=rules.zip python3 -m collectors.kit.perform < requests.ndjson
"""

import base64
import json
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from collectors.kit.answers.exchange import Attempt, Exchange
from collectors.kit.catalogue.registry import all_collectors, collector_by_id
from collectors.kit.interpret import Seen, interpret, unseen
from collectors.kit.judge import judge
from collectors.kit.level import is_tenant_wide, leans_on, parent_read, reads_in
from collectors.kit.missing.things import missing_of, plain
from collectors.kit.spec import Collector, Expectations, Gap, GapKind, Item, Scope

PROTOCOL = 1


def load() -> None:
    """Import every collector now: an archive may be run where later nothing can be opened."""
    all_collectors()


def answer(line: str) -> str:
    """The reply to one request, both one JSON object: `ok`, or `error` in a sentence."""
    try:
        return json.dumps({"ok": _answer(json.loads(line))})
    except Exception as error:  # noqa: BLE001 - whatever a judge raises is an answer too
        return json.dumps({"error": f"{type(error).__name__}: {error}"})


def main() -> int:
    """Answer the requests on standard input until it ends."""
    load()
    for line in sys.stdin:
        sys.stdout.write(answer(line) + "\n")
        sys.stdout.flush()
    return 0


def _answer(request: Mapping[str, Any]) -> Any:
    if request.get("protocol") != PROTOCOL:
        asked = request.get("protocol")
        raise ValueError(f"these rules speak protocol {PROTOCOL}, asked was {asked!r}")
    match request.get("ask"):
        case "describe":
            return [_described(collector) for collector in all_collectors()]
        case "perform":
            return _performed(request)
        case other:
            raise ValueError(f"these rules answer describe and perform, asked was {other!r}")


def _described(collector: Collector) -> dict[str, Any]:
    """What a collector asks and judges, as far as an assessment needs it."""
    return {
        "id": collector.id,
        "title": collector.title,
        "reads": {
            name: {
                "kind": type(read).__name__,
                "of": parent_read(read),
                "leans_on": leans_on(read),
                "tenant_wide": is_tenant_wide(read),
            }
            for name, read in collector.reads.items()
        },
        "checks": [
            {
                "id": check.id,
                "title": check.title,
                "on": check.on,
                "uses": check.uses,
                "beside": check.beside,
                "controls": check.controls,
                "remedy": check.remedy,
                "owner": check.owner.value,
            }
            for check in collector.checks
        ],
    }


def _performed(request: Mapping[str, Any]) -> dict[str, Any]:
    """Items, completeness, gaps and verdicts of one record, from its exchanges alone."""
    collector = collector_by_id(request["collector"])
    scope = Scope(request["subscription"])
    at = datetime.fromisoformat(request["as_of"])
    seen = _seen(collector, scope, request)
    judged = judge(collector, scope, seen, Expectations(values=request["expectations"], as_of=at))
    return {
        "title": collector.title,
        "controls": sorted({c for check in collector.checks for c in check.controls}),
        "items": {
            name: [_item(item) for item in seen.items[name]] for name in reads_in(collector, scope)
        },
        "context": sorted(seen.context),
        "gaps": [
            {"read": g.read, "subject": g.subject, "kind": g.kind.value, "detail": g.detail}
            for g in seen.gaps
        ],
        "not_applicable": [
            {"read": one.read, "subject": one.subject, "detail": one.detail}
            for one in seen.not_applicable
        ],
        "missing": [plain(one) for one in seen.absent],
        "completeness": {
            name: {"pages": c.pages, "received": c.received, "announced": c.announced}
            for name, c in seen.completeness.items()
        },
        "verdicts": [
            [j.check_id, j.subject, j.subject_name, j.verdict.status.value, j.verdict.reason]
            for j in judged
        ],
    }


def _seen(collector: Collector, scope: Scope, request: Mapping[str, Any]) -> Seen:
    """What the pages show; with a `cause` nothing could be asked, so there is nothing to read."""
    cause = request["cause"]
    missing = [missing_of(one) for one in request.get("missing", ())]
    if cause is None:
        pages = [_exchange(page) for page in request["exchanges"]]
        return interpret(collector, scope, pages, missing)
    gap = Gap(
        read=cause["read"],
        subject=cause["subject"],
        kind=GapKind(cause["kind"]),
        detail=cause["detail"],
    )
    return unseen(collector, scope, gap, missing)


def _item(item: Item) -> dict[str, Any]:
    parent = item.parent.id if item.parent else None
    return {"id": item.id, "parent": parent, "data": item.data}


def _exchange(page: Mapping[str, Any]) -> Exchange:
    body = page["request_body"]
    return Exchange(
        read=page["read"],
        subject=page["subject"],
        method=page["method"],
        url=page["url"],
        api_version=page["api_version"],
        request_body=body.encode() if body is not None else None,
        status=page["status"],
        headers=page["headers"],
        body=base64.b64decode(page["body"]),
        started_at=datetime.fromisoformat(page["started_at"]),
        finished_at=datetime.fromisoformat(page["finished_at"]),
        attempts=tuple(
            Attempt(status=status, waited=timedelta(milliseconds=waited))
            for status, waited in page["attempts"]
        ),
        fault=GapKind(page["fault"]) if page["fault"] else None,
    )


if __name__ == "__main__":
    sys.exit(main())
