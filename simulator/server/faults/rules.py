"""Faults on demand: which request goes wrong, how, and how often."""

import json
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, Literal, get_args

Kind = Literal[
    "status",
    "throttle",
    "license",
    "denied",
    "not_registered",
    "delay",
    "drop",
    "truncate",
    "malformed",
    "fewer",
    "empty",
    "duplicate",
    "wrong_total",
]
"""The last four are silent: a whole answer of status 200 that is not true."""


Place = Literal["error", "top", "detail", "inner", "message"]
"""Under `error`, at the top, in `details`, in `innererror`, or in a message that is JSON itself."""


class FaultRuleError(ValueError):
    """A rule that cannot be understood; the text says which part."""


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultRule:
    """One way in which matching requests go wrong.

    `path` is searched (a regular expression, any letter case) in path and query; `body`, when
    given, in the request body. `times` None means for ever.
    """

    path: str
    kind: Kind = "status"
    name: str = ""
    method: str | None = None
    body: str | None = None
    service: str | None = None
    """entra, arm, graph, logs, vault or blob; None for any."""
    status: int | None = None
    code: str | None = None
    message: str | None = None
    place: Place = "error"
    """Where the code stands in the answer of Resource Manager: services differ."""
    headers: Mapping[str, str] = field(default_factory=dict)
    match: str | None = None
    """Elements that kind "fewer" drops (a regular expression over their JSON); None: the last."""
    recount: bool = False
    """Whether kind "fewer" lowers the announced total as well, so that nothing shows."""
    retry_after: int | None = None
    """Seconds in Retry-After; None sends none."""
    times: int | None = None
    delay_ms: int = 0
    """Waited before the fault; the only effect of kind "delay"."""
    probability: float = 1.0
    seed: int = 0

    @property
    def label(self) -> str:
        """What the request log calls this fault."""
        return self.name or self.kind


def parse_rules(document: Any) -> tuple[FaultRule, ...]:
    """Rules from JSON: one object, a list, or {"rules": […]}. Raises FaultRuleError."""
    if isinstance(document, dict) and "rules" in document:
        document = document["rules"]
    rows = document if isinstance(document, list) else [document]
    return tuple(_rule(row) for row in rows)


def parse_rules_text(text: str | bytes) -> tuple[FaultRule, ...]:
    """Rules from JSON text. Raises FaultRuleError."""
    try:
        return parse_rules(json.loads(text))
    except json.JSONDecodeError as error:
        raise FaultRuleError(f"fault rules are not JSON: {error}") from error


def _rule(row: Any) -> FaultRule:
    if not isinstance(row, dict) or not isinstance(row.get("path"), str):
        raise FaultRuleError("a fault rule is an object with a `path` (a regular expression)")
    known = {each.name for each in fields(FaultRule)}
    if strange := sorted(set(row) - known):
        raise FaultRuleError(f"a fault rule has no {', '.join(strange)}; it has {sorted(known)}")
    rule = FaultRule(**row)
    if rule.kind not in get_args(Kind):
        raise FaultRuleError(f"fault kind {rule.kind!r} is not one of {list(get_args(Kind))}")
    if rule.place not in get_args(Place):
        raise FaultRuleError(f"fault place {rule.place!r} is not one of {list(get_args(Place))}")
    if rule.kind == "status" and rule.status is None:
        raise FaultRuleError("a fault of kind status needs `status`")
    for pattern in filter(None, (rule.path, rule.body, rule.match)):
        try:
            re.compile(pattern)
        except re.error as error:
            raise FaultRuleError(f"{pattern!r} is not a regular expression: {error}") from error
    return rule


class FaultBox:
    """The rules in force. The first that matches and fires decides."""

    def __init__(self) -> None:
        self._rules: list[_Armed] = []

    def add(self, rules: tuple[FaultRule, ...]) -> None:
        """Put rules in force, after those already there."""
        self._rules.extend(_Armed(rule) for rule in rules)

    def clear(self) -> None:
        """No more faults."""
        self._rules.clear()

    @property
    def reads_bodies(self) -> bool:
        """True when some rule looks into request bodies."""
        return any(armed.rule.body for armed in self._rules)

    def strike(self, *, service: str, method: str, path: str, body: bytes) -> FaultRule | None:
        """The fault for this request, counted against its rule's `times`; None for none."""
        for armed in self._rules:
            if armed.matches(service, method, path, body) and armed.fires():
                return armed.rule
        return None


class _Armed:
    def __init__(self, rule: FaultRule) -> None:
        self.rule = rule
        self._path = re.compile(rule.path, re.IGNORECASE)
        self._body = re.compile(rule.body, re.IGNORECASE) if rule.body else None
        self._left = rule.times
        self._dice = random.Random(rule.seed)

    def matches(self, service: str, method: str, path: str, body: bytes) -> bool:
        rule = self.rule
        return (
            rule.service in (None, service)
            and rule.method in (None, method)
            and self._path.search(path) is not None
            and (
                self._body is None or self._body.search(body.decode("utf-8", "replace")) is not None
            )
        )

    def fires(self) -> bool:
        if self._left == 0 or self._dice.random() >= self.rule.probability:
            return False
        if self._left is not None:
            self._left -= 1
        return True
