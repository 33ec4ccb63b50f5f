"""Judges from a table: each names the values it knows, anything else is unknown and named.

They compare as strictly as `match` does: JSON 1 is not True, "true" is no boolean, and a value of
another spelling is another value. A judge whose logic is no table stays a function.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from collectors.kit.absence import Absence
from collectors.kit.spec import (
    Expectations,
    Item,
    Judge,
    Status,
    Verdict,
    failed,
    passed,
    unknown,
)
from collectors.kit.values.amounts import whole
from collectors.kit.values.tls import tls_at_least, tls_version

Absences: TypeAlias = Mapping[str, Absence]
"""What absence means, by path: what `documented` makes, the `ABSENT` of a source."""
NONE: Absences = MappingProxyType({})
LONGEST = 60
"""Characters of an unknown value that a reason quotes."""


def toggle(
    path: str,
    *,
    passes: str,
    fails: str,
    good: bool = True,
    words: tuple[str, str] | None = None,
    absent: Absences = NONE,
) -> Judge:
    """A switch that should stand at `good`; `words` are good and bad where Azure writes words."""
    right, wrong = words or (good, not good)
    answers: dict[bool | str | int, Verdict] = {right: passed(passes), wrong: failed(fails)}
    return setting(path, answers, absent=absent)


def setting(
    path: str, answers: Mapping[bool | str | int, Verdict], *, absent: Absences = NONE
) -> Judge:
    """A value from a list of known ones; what is not in it is unknown."""
    known = tuple((type(value), value, verdict) for value, verdict in answers.items())

    def judge(item: Item, _: Expectations) -> Verdict:
        found = item[path]
        for kind, value, verdict in known:
            if type(found) is kind and found == value:
                return verdict
        return unread(item, path, absent)

    return judge


def present(path: str, *names: str, passes: str, fails: str, absent: Absences = NONE) -> Judge:
    """A list of at least one object, each with a text under these names; an empty one has none."""

    def whole_object(one: object) -> bool:
        if not isinstance(one, Mapping) or not one:
            return False
        texts = [one.get(name) for name in names]
        return all(isinstance(text, str) and text.strip() for text in texts)

    def judge(item: Item, _: Expectations) -> Verdict:
        found = item[path]
        if isinstance(found, list) and not found:
            return failed(fails)
        if isinstance(found, list) and all(map(whole_object, found)):
            return passed(passes)
        return unread(item, path, absent)

    return judge


def tls(path: str, *, absent: Absences = NONE) -> Judge:
    """The lowest TLS version accepted, against the expectation `minimum_tls`."""

    def judge(item: Item, expectations: Expectations) -> Verdict:
        found, wanted = item[path], expectations["minimum_tls"]
        enough = tls_at_least(found, wanted)
        if enough is None:
            return unread(item, path, absent)
        major, minor = tls_version(found) or (0, 0)
        if enough:
            return passed(f"the lowest TLS version accepted is {major}.{minor}")
        return failed(f"accepts TLS {major}.{minor}, older than {wanted}")

    return judge


def at_least(path: str, expectation: str, said: str, *, absent: Absences = NONE) -> Judge:
    """A whole number, against an expectation; `said` has a place for it: "kept for {} days"."""

    def judge(item: Item, expectations: Expectations) -> Verdict:
        found, wanted = whole(item[path]), expectations[expectation]
        if found is None or found < 0:
            return unread(item, path, absent)
        if found >= wanted:
            return passed(said.format(found))
        return failed(f"{said.format(found)}, {wanted} are expected")

    return judge


def all_of(*judges: Judge) -> Judge:
    """What is good only where each judge says so: the first fail, else the first unknown."""

    def judge(item: Item, expectations: Expectations) -> Verdict:
        verdicts = [one(item, expectations) for one in judges]
        for status in (Status.FAIL, Status.UNKNOWN):
            for verdict in verdicts:
                if verdict.status is status:
                    return verdict
        return verdicts[0]

    return judge


def first_known(*judges: Judge) -> Judge:
    """The first judge that knows; the last one's answer when none does."""

    def judge(item: Item, expectations: Expectations) -> Verdict:
        verdict = unknown("nothing was asked")
        for one in judges:
            verdict = one(item, expectations)
            if verdict.status is not Status.UNKNOWN:
                return verdict
        return verdict

    return judge


def unread(item: Item, path: str, absent: Absences = NONE) -> Verdict:
    """The verdict on a value no judge knows: absent as documented, or unknown and named."""
    found = item[path]
    if found is None:
        row = _missing(item, path, absent)
        return row.verdict(item) if row else unknown(f"Azure returned no {_name(path)}")
    return unknown(f"Azure returned {_name(path)} {quoted(found)}, a value that is not known")


def _missing(item: Item, path: str, absent: Absences) -> Absence | None:
    """What is documented of the property, or of one above it that is left out altogether."""
    above = path.rpartition(".")[0]
    while above:
        if above in absent and item[above] is None:
            return absent[above]
        above = above.rpartition(".")[0]
    return absent.get(path)


def quoted(value: Any) -> str:
    """A value from Azure as a reason shows it."""
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"


def _name(path: str) -> str:
    return path.rsplit(".", 1)[-1]
