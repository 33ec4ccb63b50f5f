"""Where each token of a JSON document stands: below which members, and if it names one. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from app.evidence.redaction.commitment import Parts

_DEEPEST = 3
"""Names that a path tells at most: deep nesting costs no more than shallow."""


@dataclass(frozen=True, kw_only=True, slots=True)
class TokenPlace:
    """One token's place."""

    path: tuple[bytes, ...]
    """Names of the three outermost members that it stands below; places in lists do not count."""
    within: bool
    """Whether it stands below a member of a name that was asked for, at any depth."""
    names: bool
    """Whether it is itself the name of a member."""


@dataclass(slots=True)
class _Open:
    """An object or list that has not ended."""

    path: tuple[bytes, ...]
    within: bool
    is_list: bool
    name: bytes | None = None
    """The member that is being told; None in lists, and before the first name of an object."""
    valued: bool = False
    """Whether the colon behind that name has come."""


def token_places(parts: Parts, asked: Collection[bytes]) -> Iterator[TokenPlace]:
    """The place of each token, in turn. `asked` are names of members, as they are written.

    What only looks like JSON has places as well, of no meaning; nothing is raised.
    """
    stack = [_Open(path=(), within=False, is_list=True)]
    for text, token in zip(parts.between, parts.tokens, strict=False):
        for sign in text:
            _take(chr(sign), stack, asked)
        here = stack[-1]
        if here.is_list or here.valued:
            path, within = _below(here, asked)
            yield TokenPlace(path=path, within=within, names=False)
        else:
            here.name = token[1:-1]
            yield TokenPlace(path=here.path, within=here.within, names=True)


def _take(sign: str, stack: list[_Open], asked: Collection[bytes]) -> None:
    here = stack[-1]
    match sign:
        case "{" | "[":
            path, within = _below(here, asked)
            stack.append(_Open(path=path, within=within, is_list=sign == "["))
        case "}" | "]" if len(stack) > 1:
            stack.pop()
        case ":":
            here.valued = True
        case ",":
            here.valued, here.name = False, None
        case _:
            pass


def _below(here: _Open, asked: Collection[bytes]) -> tuple[tuple[bytes, ...], bool]:
    """Path and `within` of what stands at this place of an object or list."""
    if here.name is None:
        return here.path, here.within
    return (*here.path, here.name)[:_DEEPEST], here.within or here.name in asked
