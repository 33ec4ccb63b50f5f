"""Which gaps the missing things leave: in their own list, and in what is asked of each of them."""

from collections.abc import Iterator, Sequence

from collectors.kit.level import parent_read
from collectors.kit.missing.things import LEFT_OUT, Absence
from collectors.kit.spec import Arm, Gap, GapKind, Read
from collectors.kit.values.arm_ids import type_of

SHORT = "the list left out what Azure has, so it may lack more that nobody knows of"


def gaps_of(name: str, read: Read, absent: Sequence[Absence]) -> Iterator[Gap]:
    """Gaps of one read. What is proved to be gone leaves none, of it and of what belonged to it.

    A list that left out a thing that Azure has is not believed in anything else it does not show.
    """
    own = [one for one in absent if one.missing.read == name and not one.proved]
    yield from (one.gap for one in own)
    if any(is_short(one) for one in own):
        yield short(name)
    of = parent_read(read)
    for one in absent:
        if one.missing.read == of and not one.proved and _asked(read, one):
            subject = None if one.missing.all_of_them else one.missing.id
            yield Gap(read=name, subject=subject, kind=one.kind, detail=_of_parent(one))


def short(name: str) -> Gap:
    """The gap of a list that left out what there is."""
    return Gap(read=name, subject=None, kind=GapKind.TRUNCATED, detail=SHORT)


def is_short(absence: Absence) -> bool:
    """True when Azure has the thing that its list left out."""
    return (absence.kind, absence.detail) == (GapKind.TRUNCATED, LEFT_OUT)


def _asked(read: Read, parent: Absence) -> bool:
    """Would the read be asked of this parent? By its type alone: no more is known of it tonight."""
    if not isinstance(read, Arm) or not read.types or parent.missing.all_of_them:
        return True
    return type_of(parent.missing.id) in read.types


def _of_parent(parent: Absence) -> str:
    return f"it belongs to what could not be seen: {parent.detail}"
