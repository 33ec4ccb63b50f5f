"""Words of the Kusto query language, as far as the simulator reads it."""

import re
from dataclasses import dataclass
from typing import Literal, NoReturn

_WORD = re.compile(
    r"""
    (?P<space>\s+|//[^\n]*)
  | (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
  | (?P<number>\d+)
  | (?P<sign>!in~|in~|!in\b|=~|!~|==|!=|[|(),=.\[\]])
  | (?P<name>[A-Za-z_$][A-Za-z0-9_$]*)
    """,
    re.VERBOSE,
)


class QueryError(ValueError):
    """A query the simulator does not understand: it says so instead of guessing."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position
        """Offset of the offending word in the query text."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a query and where it stands."""

    kind: Literal["text", "number", "sign", "name", "end"]
    value: str
    position: int


class Words:
    """Reads a query word by word."""

    def __init__(self, query: str) -> None:
        self._words = _split(query)
        self._here = 0

    @property
    def next(self) -> Word:
        """The word to come."""
        return self._words[self._here]

    def take(self, *values: str) -> Word | None:
        """The next word if it is one of these (letter case means nothing to names), else None."""
        word = self.next
        if word.kind in ("name", "sign") and word.value.lower() in values:
            self._here += 1
            return word
        return None

    def need(self, *values: str) -> Word:
        """The next word, which must be one of these."""
        word = self.take(*values)
        if word is None:
            self.fail(f"expected {' or '.join(values)}")
        return word

    def kind(self, kind: str) -> Word:
        """The next word, which must be of this kind."""
        word = self.next
        if word.kind != kind:
            self.fail(f"expected a {kind}")
        self._here += 1
        return word

    def fail(self, message: str) -> NoReturn:
        """Refuse the query at the next word."""
        word = self.next
        found = "the end of the query" if word.kind == "end" else repr(word.value)
        raise QueryError(f"{message}, found {found}", word.position)


def _split(query: str) -> list[Word]:
    words: list[Word] = []
    position = 0
    while position < len(query):
        match = _WORD.match(query, position)
        if match is None or match.lastgroup is None:
            raise QueryError(f"cannot read {query[position : position + 10]!r}", position)
        if match.lastgroup != "space":
            words.append(_word(match))
        position = match.end()
    words.append(Word("end", "", len(query)))
    return words


def _word(match: re.Match[str]) -> Word:
    value = match[0]
    if match.lastgroup == "text":
        return Word("text", re.sub(r"\\(.)", r"\1", value[1:-1]), match.start())
    if match.lastgroup == "number":
        return Word("number", value, match.start())
    return Word("sign" if match.lastgroup == "sign" else "name", value, match.start())
