"""What a client asked and what the simulator answers, free of any HTTP library."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from simulator.server.mint import Principal

JSON_TYPE = "application/json; charset=utf-8"


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """One request, after the front has read it."""

    method: str
    path: str
    """Decoded path, double slashes collapsed, no trailing slash, in the client's letter case."""
    query: Mapping[str, str]
    """Names in lower case."""
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes
    base_url: str
    """Scheme and host the client used; next links stay on it."""
    now: datetime
    request_id: str
    principal: Principal | None = None

    @property
    def lower_path(self) -> str:
        """The path as ARM and Graph compare it: letter case means nothing."""
        return self.path.lower()


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One response: its bytes are what goes over the wire."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE


def json_bytes(document: Any) -> bytes:
    """A document as the simulator writes it: compact, UTF-8."""
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def reply(document: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """A JSON answer."""
    return Answer(status=status, body=json_bytes(document), headers=headers or {})


def refuse(
    status: int,
    code: str,
    message: str,
    *,
    headers: Mapping[str, str] | None = None,
    details: list[dict[str, Any]] | None = None,
) -> Answer:
    """An error in ARM's shape (RPC contract, "error response content")."""
    error: dict[str, Any] = {"code": code, "message": message}
    if details:
        error["details"] = details
    return reply({"error": error}, status=status, headers=headers)


def next_link(question: Question, skip_token: str) -> str:
    """The asked address with another `$skiptoken`, on the host the client used."""
    query = {**question.query, "$skiptoken": skip_token}
    return f"{question.base_url}{question.path}?{urlencode(query, safe='$')}"
