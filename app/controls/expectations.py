"""The organisation's own criteria: defaults of the product, and what the organisation changed."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeAlias

from app.controls.catalogue import TEMPLATES
from app.errors import UsageError

Value: TypeAlias = str | int

TLS_VERSIONS = ("1.0", "1.1", "1.2", "1.3")


@dataclass(frozen=True, kw_only=True, slots=True)
class Expectation:
    """A criterion that checks measure against."""

    key: str
    value: Value
    title: str
    unit: str
    why: str
    changed: bool = False
    """True when the organisation set another value than the product's default."""


def load_expectations(
    overrides: Mapping[str, object] | None = None,
    path: Path = TEMPLATES / "expectations.toml",
) -> dict[str, Expectation]:
    """Defaults with the organisation's overrides.

    Raises UsageError, in one sentence, for an unknown key or a value of the wrong type.
    """
    table = tomllib.loads(path.read_text("utf-8"))
    expectations = {key: Expectation(key=key, **row) for key, row in table.items()}
    for key, value in (overrides or {}).items():
        expectations[key] = _changed(expectations, key, value)
    return expectations


def expectation_values(expectations: Mapping[str, Expectation]) -> dict[str, Value]:
    """Plain values by key, as judges read them."""
    return {key: expectation.value for key, expectation in expectations.items()}


def _changed(known: Mapping[str, Expectation], key: str, value: object) -> Expectation:
    if key not in known:
        raise UsageError(f"There is no expectation {key!r}; known are {', '.join(sorted(known))}.")
    default = known[key]
    if isinstance(default.value, str):
        if value not in TLS_VERSIONS:
            raise UsageError(f"{key} must be one of {', '.join(TLS_VERSIONS)}, not {value!r}.")
        return replace(default, value=str(value), changed=value != default.value)
    # bool is an int in Python; "true days" is a mistake, not one day
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 36_500:
        raise UsageError(f"{key} must be a whole number of {default.unit}, not {value!r}.")
    return replace(default, value=value, changed=value != default.value)
