"""The child process that runs the rules of an archive, cut off from files, network and processes.

Run as `python -I -S -B rules_worker.py ARCHIVE`, with an empty environment in an empty folder. It
reads one JSON request a line and answers with one JSON line. Only Python's standard library and
the archive are within its reach: this file imports nothing else of Annexa, and once the rules are
loaded the kernel lets it open nothing at all. That bounds mistakes and curious code; it is no
prison for an attacker who knows a flaw of Python itself.
"""

import base64
import json
import os
import resource
import sys
from datetime import datetime, timedelta
from typing import Any

MEMORY = 8 << 30
"""Bytes of address space."""
SECONDS = 3600
"""Of CPU, for all requests together."""
HARMLESS = frozenset(
    {
        "builtins.id",
        "code.__new__",
        "compile",
        "exec",
        "function.__new__",
        "import",
        "marshal.loads",
        "object.__delattr__",
        "object.__getattr__",
        "object.__setattr__",
        "sys._getframe",
        "sys._getframemodulename",
    }
)
"""Audit events of Python that plain computing raises (PEP 578); all others are refused."""
READING = frozenset({"open", "os.listdir", "os.scandir"})


def main() -> int:
    """Answer requests until the parent hangs up."""
    archive = sys.argv[1]
    requests, replies = sys.stdin, os.fdopen(os.dup(1), "w", encoding="ascii")
    with open(os.devnull, "w", encoding="ascii") as nowhere:  # noqa: PTH123 - pathlib stays unloaded
        sys.stdout = sys.stderr = nowhere  # what rules print is no answer
        confine(archive)
        for line in requests:
            replies.write(json.dumps(answer(line)) + "\n")
            replies.flush()
    return 0


def confine(archive: str) -> None:
    """Load the rules, and from then on open nothing: neither file nor socket nor process."""
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(limit, (value, value))
    within = (archive, os.path.dirname(os.__file__) + os.sep)  # noqa: PTH120 - the same
    lowering: list[bool] = []

    def refuse(event: str, arguments: tuple[Any, ...]) -> None:
        if event in HARMLESS:
            return
        if lowering and event == "resource.setrlimit":
            return
        if event in READING and str(arguments[0]).startswith(within):
            return
        raise PermissionError(f"rules may not do that: {event}")

    sys.addaudithook(refuse)
    sys.path.insert(0, archive)
    load()
    lowering.append(True)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    lowering.clear()


def load() -> None:
    """Everything that would be loaded when first needed: later nothing can be."""
    from collectors.kit import interpret, judge, level
    from collectors.kit.registry import all_collectors

    del interpret, judge, level
    all_collectors()
    datetime.strptime("2026+0000", "%Y%z")


def answer(line: str) -> dict[str, Any]:
    """The reply to one request: `ok`, or `error` with what the rules raised."""
    try:
        asked = json.loads(line)
        return {"ok": describe() if asked["ask"] == "describe" else perform(asked)}
    except Exception as error:  # noqa: BLE001 - whatever strange rules raise is an answer too
        return {"error": f"{type(error).__name__}: {error}"}


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


if __name__ == "__main__":
    sys.exit(main())
