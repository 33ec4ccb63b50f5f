"""What is missing from tonight's lists is asked for by itself, within a budget.

Nothing is asked that tonight's permissions no longer allow, nor what lies in something that is
gone. The questions are spread over groups and types; where one is refused the group's own
permissions are asked, and they answer for the rest of the group.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import chain, zip_longest

from app.services.nights.absence.census import Census
from app.services.nights.absence.proof_questions import Questions
from collectors.kit import Exchange, Gap, GapKind, Read
from collectors.kit.missing.things import RIGHTS, Absence, Missing, absences, gone_around, proofs_of
from collectors.kit.values.arm_ids import (
    ancestors,
    group_path,
    home_of,
    subscription_path,
    type_of,
)

ROLE_DEFINITION = "microsoft.authorization/roledefinitions"
REFUSALS = 2
"""Refused questions of one place after which the rest of it is not asked."""
TOO_BUSY = 3
"""Questions that Azure had no time for, after which a night asks no more."""
TOGETHER = 16
"""Questions that wait at the same time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Sought:
    """A missing thing, and its list."""

    missing: Missing
    read: Read
    gaps: tuple[Gap, ...] = ()
    """Of the list: what could not be read itself is not asked for piece by piece."""

    @property
    def place(self) -> str:
        """What answers alike: a resource group or subscription, a list of Microsoft Graph."""
        return home_of(self.missing.id) or getattr(self.read, "path", "")


class Seeker:
    """Asks for missing things, each once a night whoever misses it."""

    def __init__(
        self,
        questions: Questions,
        census: Census,
        budget: int,
        *,
        blinded: bool = False,
        turn: str = "",
    ) -> None:
        """`blinded`: a subscription that is known cannot be asked tonight.

        `turn` is another each night: so what one night leaves unasked comes first in another.
        """
        self._questions, self._census, self._left = questions, census, budget
        self._turn = turn
        self._blinded = blinded or census.forbids(ROLE_DEFINITION)
        self._proofs: dict[str, tuple[Exchange, ...]] = {}
        """By id, and by what an answer says is gone around it."""
        self._rights: dict[str, tuple[Exchange, ...]] = dict(census.rights)
        self._refused: dict[str, int] = defaultdict(int)
        self._busy = 0
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def seek(self, wanted: Sequence[Sought]) -> None:
        """Ask for what only a question can tell, containers before what lies in them."""
        singles = [one for one in wanted if not one.missing.all_of_them]
        # of two lists that miss a thing, the one that was read wants the question
        singles.sort(key=lambda one: bool(one.gaps), reverse=True)
        by_id = {one.missing.id.lower(): one for one in singles}
        inner = {one for one in by_id if any(scope in by_id for scope in ancestors(one))}
        roles = {one for one in by_id if _is_tenant_role(one)}
        for ids in (by_id.keys() - inner - roles, inner - roles):
            await self._seek([by_id[one] for one in self._in_turn(ids)])
        if not self._blinded and not any(self._refused.values()):
            await self._seek([by_id[one] for one in self._in_turn(roles)])

    def _in_turn(self, ids: Iterable[str]) -> list[str]:
        """By no order of their names: whoever is last by name would be left out every night."""
        return sorted(ids, key=lambda one: sha256(f"{self._turn} {one}".encode()).digest())

    def pages(self, missing: Iterable[Missing]) -> tuple[Exchange, ...]:
        """The answers that say what became of these, as a record keeps them."""
        found: dict[tuple[str, str], Exchange] = {}
        for one in missing:
            for scope in (one.id.lower(), *ancestors(one.id)):
                for page in self._proofs.get(scope, ()):
                    found[page.read, page.url] = page
                for place, told in enumerate(self._rights.get(scope, ())):
                    found[RIGHTS, f"{scope} {place}"] = told
        return tuple(found.values())

    async def _seek(self, wanted: Sequence[Sought]) -> None:
        """One of each place first: it may answer for the others."""
        await self._permissions(one for one in wanted if self._may_differ(one))
        first = {one.place: one for one in reversed(self._open(wanted))}
        await self._ask(list(first.values()))
        await self._permissions(one for one in wanted if self._refused[one.place])
        await self._ask(self._open(wanted))

    def _open(self, wanted: Sequence[Sought]) -> list[Sought]:
        """Those of which nothing asked so far tells what became of them, spread."""
        return list(_spread(one for one in wanted if self._is_open(one)))

    def _is_open(self, one: Sought) -> bool:
        untold = self._absence(one).kind is GapKind.NOT_ASKED
        return untold and self._refused[one.place] < REFUSALS

    def _may_differ(self, one: Sought) -> bool:
        """Whether the group may allow what its subscription does not."""
        group = group_path(one.missing.id)
        denied = self._absence(one).kind is GapKind.DENIED
        return group is not None and denied and self._census.permitted_apart(group)

    def _absence(self, one: Sought) -> Absence:
        proofs = proofs_of(self.pages([one.missing]), self._census.listed)
        (found,) = absences([one.missing], proofs, {}, one.gaps)
        return found

    async def _permissions(self, wanted: Iterable[Sought]) -> None:
        groups = {group_path(one.missing.id) for one in wanted}
        unknown = (one for one in groups if one and one not in self._rights)
        for group in self._in_turn(unknown):
            if self._spend():
                self._rights[group] = await self._questions.permissions(group)

    async def _ask(self, wanted: Sequence[Sought]) -> None:
        waiting = iter(wanted)

        async def work() -> None:
            for one in waiting:
                if not self._refused[one.place]:
                    await self._ask_one(one)
                    continue
                async with self._turns[one.place]:  # where one was refused, one after another
                    await self._ask_one(one)

        await asyncio.gather(*(work() for _ in range(min(TOGETHER, len(wanted)))))

    async def _ask_one(self, one: Sought) -> None:
        if not self._is_open(one) or not self._spend():
            return
        pages = await self._questions.thing(one.missing.id, one.read)
        told = proofs_of(pages, self._census.listed).told
        kind = told[one.missing.id.lower()][0]
        for gone in gone_around(kind, pages[-1]):
            self._proofs.setdefault(gone, pages)
        self._proofs[one.missing.id.lower()] = pages
        self._refused[one.place] += kind is GapKind.DENIED
        self._busy += kind in {GapKind.THROTTLED, GapKind.TIMEOUT}
        if self._busy >= TOO_BUSY:
            self._left = 0  # each has waited its patience already: the next night asks again

    def _spend(self) -> bool:
        self._left -= 1
        return self._left >= 0


def _is_tenant_role(item_id: str) -> bool:
    """A role definition named above all subscriptions.

    Of one that is assignable only where the identity may not read, Azure says 404 as of one that is
    gone: it is asked for only in a night in which nothing else was refused.
    """
    return type_of(item_id) == ROLE_DEFINITION and subscription_path(item_id) is None


def _spread(wanted: Iterable[Sought]) -> Iterator[Sought]:
    """One of each place and type, then the next of each: a budget reaches all of them."""
    kinds: dict[tuple[str, str], list[Sought]] = {}
    for one in wanted:
        kinds.setdefault((one.place, type_of(one.missing.id)), []).append(one)
    rounds = zip_longest(*kinds.values())
    return (one for one in chain.from_iterable(rounds) if one is not None)
