"""Speaks for archives of rules that were sealed before they had a protocol of their own.

Those hold no `collectors/kit/perform.py`; the modules named below are what such an archive has
inside, under the names of that day (commit caa3bc1 and before). Nothing here may follow the kit of
today: tests/golden holds a home of that day, which is never made anew. It runs in the child of
`rules_worker`, so it imports nothing but the standard library and the archive.
"""

import base64
import json
from datetime import datetime, timedelta
from typing import Any


def load() -> None:
    """Everything that would be loaded when first needed: later nothing can be."""
    from collectors.kit import interpret, judge, level
    from collectors.kit.registry import all_collectors

    del interpret, judge, level
    all_collectors()


def answer(line: str) -> str:
    """The reply to one request: `ok`, or `error` with what the rules raised."""
    try:
        asked = json.loads(line)
        found = describe() if asked["ask"] == "describe" else perform(asked)
        return json.dumps({"ok": found})
    except Exception as error:  # noqa: BLE001 - whatever strange rules raise is an answer too
        return json.dumps({"error": f"{type(error).__name__}: {error}"})


def describe() -> list[dict[str, Any]]:
    """What the rules ask and judge, as far as an assessment needs it."""
    from collectors.kit.level import is_tenant_wide, parent_read
    from collectors.kit.registry import all_collectors

    return [
        {
            "id": collector.id,
            "title": collector.title,
            "reads": {
                name: {
                    "kind": type(read).__name__,
                    "of": parent_read(read),
                    "leans_on": [parent_read(read)] if parent_read(read) else [],
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
                    "beside": [],
                    "controls": check.controls,
                    "remedy": check.remedy,
                    "owner": check.owner.value,
                }
                for check in collector.checks
            ],
        }
        for collector in all_collectors()
    ]


def perform(asked: dict[str, Any]) -> dict[str, Any]:
    """Items, completeness, gaps and verdicts of one record, from its exchanges alone.

    A `cause` in the request says why nothing could be asked: then there is nothing to read.
    """
    from collectors.kit import Expectations, Scope
    from collectors.kit.interpret import interpret
    from collectors.kit.judge import judge
    from collectors.kit.level import reads_in
    from collectors.kit.registry import collector_by_id

    collector = collector_by_id(asked["collector"])
    scope = Scope(asked["subscription"])
    if asked["cause"] is None:
        seen = interpret(collector, scope, [_exchange(page) for page in asked["exchanges"]])
    else:
        seen = _blind(collector, scope, asked["cause"])
    expectations = Expectations(
        values=asked["expectations"], as_of=datetime.fromisoformat(asked["as_of"])
    )
    return {
        "title": collector.title,
        "controls": sorted({c for check in collector.checks for c in check.controls}),
        "items": {
            name: [
                {"id": i.id, "parent": i.parent.id if i.parent else None, "data": i.data}
                for i in seen.items[name]
            ]
            for name in reads_in(collector, scope)
        },
        "context": sorted(seen.context),
        "gaps": [
            {"read": g.read, "subject": g.subject, "kind": g.kind.value, "detail": g.detail}
            for g in seen.gaps
        ],
        "not_applicable": [],
        "completeness": {
            name: {"pages": c.pages, "received": c.received, "announced": c.announced}
            for name, c in seen.completeness.items()
        },
        "verdicts": [
            [j.check_id, j.subject, j.subject_name, j.verdict.status.value, j.verdict.reason]
            for j in judge(collector, scope, seen, expectations)
        ],
    }


def _exchange(page: dict[str, Any]) -> Any:
    from collectors.kit import Attempt, Exchange, GapKind

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


def _blind(collector: Any, scope: Any, cause: dict[str, Any]) -> Any:
    from collectors.kit import Gap, GapKind
    from collectors.kit.interpret import unseen

    gap = Gap(
        read=cause["read"],
        subject=cause["subject"],
        kind=GapKind(cause["kind"]),
        detail=cause["detail"],
    )
    return unseen(collector, scope, gap)
