"""`annexa verify` finds a commitment that is to something else than what was sealed."""

from collections.abc import Callable
from typing import Any

import pytest

from app.evidence.canonical import canonical, sha256
from app.evidence.events.run_events import RunCompleted, RunFailed
from app.evidence.record import RECORD_SCHEMA, derived_key, raw_key
from app.evidence.redaction.salts import Salts
from app.services.redaction.sealed_commitments import SealedCommitments
from tests.services.memory import MemoryStore

SALTS = Salts(key=bytes(32))
PAGE, VERDICTS, EXPECTATIONS = b'{"value":["st0042"]}', b'[["c","s","s","pass",""]]', b'{"days":1}'
RUN = "7d4c1b0e-4a6f-4a7e-8e53-0a1f6f0c9a11"


def store() -> MemoryStore:
    made = MemoryStore()
    made.put_once(raw_key(sha256(PAGE)), PAGE)
    made.put_once(derived_key(sha256(VERDICTS)), VERDICTS)
    made.put_once(derived_key(sha256(EXPECTATIONS)), EXPECTATIONS)
    return made


def record() -> dict[str, Any]:
    return {
        "schema": RECORD_SCHEMA,
        "seq": 3,
        "salt_key": SALTS.key_id,
        "nonce": "5f" * 32,
        "run": {"run_id": RUN},
        "source": [{"raw_sha256": sha256(PAGE), "committed": SALTS.committed(PAGE)}],
        "verdicts": {"sha256": sha256(VERDICTS), "committed": SALTS.committed(VERDICTS)},
        "expectations": {
            "sha256": sha256(EXPECTATIONS),
            "committed": SALTS.committed(EXPECTATIONS),
        },
    }


def end(committed: dict[str, str] | None, kind: str = RunCompleted.KIND) -> dict[str, Any]:
    detail: dict[str, Any] = {
        "run_id": RUN,
        "connection_id": "c",
        "slot": "2026-03-14T02:00:00.000Z",
    }
    detail |= {"trigger": "t", "by": "b", "reason": "r"} if kind == RunFailed.KIND else {}
    detail |= {"records": 1, "gaps": 0} if kind == RunCompleted.KIND else {}
    if committed is not None:
        detail["committed"] = committed
    return {"schema": "urn:annexa:event:v1", "kind": kind, "detail": detail}


def told(sealed: dict[str, Any], ending: dict[str, Any], salts: Salts | None = SALTS) -> list[str]:
    checked = SealedCommitments(store(), salts)
    bodies = (sealed, ending)
    return [said for body in bodies for said in checked.faults(canonical(body), body)]


def good() -> dict[str, str]:
    return {"3": SALTS.committed(canonical(record()))}


@pytest.mark.parametrize("kind", [RunCompleted.KIND, RunFailed.KIND])
def test_what_is_committed_to_what_it_says_is_not_at_fault(kind: str) -> None:
    assert told(record(), end(good(), kind)) == []


CHANGES: dict[str, tuple[Callable[[dict[str, Any]], object], str]] = {
    "page": (lambda body: body["source"][0].update(committed="0" * 64), "page 0"),
    "no page": (lambda body: body["source"][0].pop("committed"), "page 0"),
    "verdicts": (lambda body: body["verdicts"].update(committed="0" * 64), "its verdicts"),
    "expectations": (lambda body: body["expectations"].update(committed=7), "its expectations"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_false_commitment_of_a_record_is_named(change: str) -> None:
    alter, what = CHANGES[change]
    body = record()
    alter(body)
    found = told(body, end({"3": SALTS.committed(canonical(body))}))
    assert found == [f"its commitment to {what} is to something else"]


def test_a_false_commitment_to_a_record_is_named() -> None:
    assert told(record(), end({"3": "0" * 64})) == [
        "its commitment to entry 3 is to something else"
    ]


@pytest.mark.parametrize("committed", [None, {}, {"4": "0" * 64}])
def test_a_record_that_no_end_commits_to_is_sound_and_cannot_be_redacted(
    committed: dict[str, str] | None,
) -> None:
    assert told(record(), end(committed)) == []


def test_another_secret_judges_nothing_and_counts() -> None:
    others = Salts(key=bytes([1]) * 32)
    checked = SealedCommitments(store(), others)
    assert list(checked.faults(canonical(record()), record())) == []
    assert checked.unknown == 1
    assert told(record(), end({"3": "0" * 64}), None) == []


def test_a_record_of_before_has_nothing_to_judge() -> None:
    body = record()
    del body["salt_key"]
    assert told(body, end(None)) == []
