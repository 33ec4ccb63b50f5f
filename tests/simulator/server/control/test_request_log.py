"""The request log: what was sent, byte for byte."""

import hashlib
from typing import Any


def test_each_request_is_one_line_with_the_digest_of_what_was_sent(caller: Any) -> None:
    path = f"/subscriptions/{caller.process.subscriptions[0]}/resources?api-version=2021-04-01"
    answer = caller.get(path)
    entry = caller.process.log()[-1]
    assert entry == {
        "ts": entry["ts"],
        "method": "GET",
        "path": path,
        "api_version": "2021-04-01",
        "host": "arm",
        "status": 200,
        "sha256": hashlib.sha256(answer.content).hexdigest(),
        "bytes": len(answer.content),
        "fault": None,
    }


def test_refusals_are_logged_and_levers_are_not(caller: Any) -> None:
    caller.http.get("/v1.0/applications")
    caller.http.get("/_sim/truth")
    entry = caller.process.log()[-1]
    assert (entry["host"], entry["status"]) == ("graph", 401)
    assert caller.http.get("/_sim/log").text.count("\n") == len(caller.process.log())


def test_no_token_or_secret_is_logged(caller: Any) -> None:
    caller.token("arm")
    text = caller.process.log_file.read_text("utf-8")
    assert caller.process.client_secret not in text
    assert caller.token("arm") not in text
