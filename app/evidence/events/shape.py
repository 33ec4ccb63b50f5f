"""How a sealed fact is written as JSON and read again: by the fields of its dataclass.

What an annexa of another time sealed is read as well: a field that came later has a default, which
is what it means where it is missing; fields of times to come are kept in `further`. Pure.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import UTC, date, datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, Self, TypeAlias, get_args, get_origin

from app.errors import VerificationFailedError
from app.evidence.record import instant, utc

SELDOM: Mapping[str, Any] = {"seldom": True}
"""Metadata of a field that is left out where it is None."""
_FURTHER = "further"

Reader: TypeAlias = Callable[[Any], Any]


class MalformedEventError(VerificationFailedError):
    """What was sealed is no fact of its kind: a field is missing or of another type."""

    code = "record_malformed"


@contextmanager
def naming(entry: str) -> Iterator[None]:
    """What is malformed within is told with the entry that it stands in, and what to do next."""
    try:
        yield
    except MalformedEventError as error:
        raise MalformedEventError(f"{entry}: {error}; see `annexa verify`") from error


def named(name: str, *, seldom: bool = False) -> Mapping[str, Any]:
    """Metadata of a field that is sealed under another name than Python allows or we say."""
    return {"name": name, "seldom": seldom}


@dataclass(frozen=True, kw_only=True, slots=True)
class Shape:
    """What is sealed as one JSON object. Fields are its keys, but for those that are `named`."""

    further: Mapping[str, Any] = field(default_factory=dict)
    """Keys that this annexa does not know, as they were sealed."""

    def detail(self) -> dict[str, Any]:
        """As the log keeps it: JSON of strings, integers, booleans, null, lists and objects."""
        found = dict(self.further)
        for one in sealed_fields(type(self)):
            value = getattr(self, one.name)
            if value is not None or not is_seldom(one):
                found[sealed_name(one)] = _plain(value)
        return found

    @classmethod
    def of(cls, detail: object) -> Self:
        """The inverse of `detail`, also of what earlier and later versions sealed.

        Raises MalformedEventError for what is none.
        """
        if not isinstance(detail, Mapping):
            raise MalformedEventError(f"{cls.__name__} is {_said(detail)}, not an object")
        values: dict[str, Any] = {}
        known = sealed_fields(cls)
        for one in known:
            name = sealed_name(one)
            if name in detail:
                values[one.name] = _read(cls, one, detail[name])
            elif is_needed(one):
                raise MalformedEventError(f"{cls.__name__} has no `{name}`")
        names = {sealed_name(one) for one in known}
        rest = {name: value for name, value in detail.items() if name not in names}
        return cls(further=rest, **values)


def sealed_fields(shape: type[Shape]) -> tuple[Field[Any], ...]:
    """The fields that are sealed, in the order of the class."""
    return tuple(one for one in fields(shape) if one.name != _FURTHER)


def sealed_name(one: Field[Any]) -> str:
    """The key that a field is sealed under."""
    return str(one.metadata.get("name", one.name))


def is_seldom(one: Field[Any]) -> bool:
    """Whether a field is left out where it is None."""
    return bool(one.metadata.get("seldom", False))


def is_needed(one: Field[Any]) -> bool:
    """Whether no sealed fact of its kind was ever without the field."""
    return one.default is MISSING and one.default_factory is MISSING


def _read(cls: type[Shape], one: Field[Any], value: object) -> object:
    wanted: Any = one.type
    try:
        return _reader(wanted)(value)
    except (TypeError, ValueError) as error:
        said = f"`{sealed_name(one)}` of {cls.__name__} is {_said(value)}, not {error}"
        raise MalformedEventError(said) from error


@cache
def _reader(wanted: Any) -> Reader:
    """How a value of this type is read. It raises TypeError saying what is wanted."""
    arguments = get_args(wanted)
    if isinstance(wanted, UnionType):
        (inner,) = (one for one in arguments if one is not NoneType)
        return lambda value: None if value is None else _reader(inner)(value)
    if get_origin(wanted) is tuple:
        each = _reader(arguments[0])
        return lambda value: tuple(each(one) for one in _is(value, list, "a list"))
    if get_origin(wanted) is Mapping:
        return _texts
    if issubclass(wanted, Shape):
        shape: type[Shape] = wanted
        return shape.of
    return _READERS[wanted]


def _is(value: object, kind: type, what: str) -> Any:
    if type(value) is not kind:  # True is no integer
        raise TypeError(what)
    return value


def _texts(value: object) -> Mapping[str, str]:
    told = _is(value, dict, "an object of texts")
    return {name: _is(one, str, "an object of texts") for name, one in told.items()}


def _instant(value: object) -> datetime:
    said = "an instant with its zone"
    try:
        read = instant(_is(value, str, said))
    except ValueError as error:
        raise TypeError(said) from error
    if read.tzinfo is None:
        raise TypeError(said)
    try:
        return read.astimezone(UTC)
    except OverflowError as error:  # of a year that UTC does not have
        raise TypeError(said) from error


def _day(value: object) -> date:
    try:
        return date.fromisoformat(_is(value, str, "a day"))
    except ValueError as error:
        raise TypeError("a day") from error


_READERS: Mapping[type, Reader] = {
    str: lambda value: _is(value, str, "a text"),
    int: lambda value: _is(value, int, "a whole number"),
    bool: lambda value: _is(value, bool, "true or false"),
    datetime: _instant,
    date: _day,
}


def _plain(value: object) -> object:
    match value:
        case Shape():
            return value.detail()
        case datetime():
            return utc(value)
        case date():
            return value.isoformat()
        case tuple():
            return [_plain(one) for one in value]
        case Mapping():
            return dict(value)
        case _:
            return value


def _said(value: object) -> str:
    return f"{value!r:.80}"
