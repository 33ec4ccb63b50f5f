"""What exists tonight by the routes that name everything, and what the identity may read of it.

Taken before any record is made: a list that lacks what another route names is not whole, and where
the permissions do not cover a list, its silence says nothing.
"""

import asyncio
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.services.nights.one_record import Job
from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.kit import TENANT, Exchange, Item, Read, ResourceGraph, Scope
from collectors.kit.catalogue.registry import collector_by_id
from collectors.kit.interpret import listed
from collectors.kit.level import lists_in, types_of
from collectors.kit.missing.rights import Rights, rights_of
from collectors.kit.missing.things import NOTHING, RIGHTS, Listed, Missing, listed_in
from collectors.kit.values.arm_ids import SUBSCRIPTION, subscription_path, type_of

INVENTORY, RESOURCES, LISTED = "inventory.resources", "resources", "listed"
RIGHTS_COLLECTOR, PERMISSIONS = "access.collector_rights", "permissions"


@dataclass(frozen=True, kw_only=True, slots=True)
class Census:
    """Ids by type, and permissions by subscription."""

    ids: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Of each type in lower case: ids as Azure spells them, by id in lower case."""
    rights: Mapping[str, tuple[Exchange, ...]] = field(default_factory=dict)
    """Pages that tell the permissions, by `/subscriptions/<id>` in lower case."""
    listed: Listed = NOTHING
    """What both inventories show to be there and readable."""

    def named(self, job: Job, shown: Mapping[str, Sequence[Item]]) -> Iterator[Missing]:
        """What a record's lists lack, though the census names it."""
        home = (
            None if job.scope == TENANT else f"/subscriptions/{job.scope.subscription_id}".lower()
        )
        for name in lists_in(job.collector, job.scope):
            there = {item.id.lower() for item in shown[name]}
            for one in self._of(types_of(job.collector.reads[name])):
                if home in {None, subscription_path(one)} and one.lower() not in there:
                    yield Missing(read=name, id=one)

    def forbidden(self, job: Job) -> Iterator[Missing]:
        """Subscriptions of which a whole list is in doubt: the permissions do not cover it.

        Resource Graph says nothing of that; other lists are refused by themselves.
        """
        for scope, rights in self._rights(job.scope).items():
            for name in lists_in(job.collector, job.scope):
                read = job.collector.reads[name]
                types = types_of(read) if _is_silent(read) else ()
                if not all(rights.may(f"{one}/read") for one in types):
                    yield Missing(read=name, id=scope, all_of_them=True)

    def forbids(self, kind: str) -> bool:
        """Whether the permissions of some subscription do not allow to read a type."""
        return any(not one.may(f"{kind}/read") for one in self._rights(TENANT).values())

    def permitted_apart(self, group: str) -> bool:
        """Whether things of a group are seen that the subscription's permissions do not cover."""
        subscription = subscription_path(group) or ""
        rights = rights_of(self.rights.get(subscription, ()))
        return rights is not None and any(
            not rights.may(f"{kind}/read")
            for kind, ids in self.ids.items()
            if any(one.startswith(f"{group}/") for one in ids)
        )

    def _of(self, types: Iterable[str]) -> Iterator[str]:
        for one in types:
            yield from self.ids.get(one, {}).values()

    def _rights(self, scope: Scope) -> dict[str, Rights]:
        found = {one: rights_of(pages) for one, pages in self.rights.items()}
        home = _home(scope)
        return {
            one: rights
            for one, rights in found.items()
            if rights is not None and home in {None, one}
        }


def _is_silent(read: Read) -> bool:
    """Whether a list leaves out without a word what permissions in a subscription do not cover."""
    tables = {"resources", "authorizationresources"}
    return isinstance(read, ResourceGraph) and read.table in tables


def _home(scope: Scope) -> str | None:
    return None if scope == TENANT else f"/subscriptions/{scope.subscription_id}".lower()


async def take_census(asker: Asker, subscriptions: Sequence[str]) -> Census:
    """Ask both inventories and the permissions of every subscription.

    The answers are shared with the records that are made of them: nothing is asked twice.
    """
    inventory, rights = collector_by_id(INVENTORY), collector_by_id(RIGHTS_COLLECTOR)
    ids: dict[str, dict[str, str]] = {}

    async def take(read: str, scope: Scope) -> tuple[Exchange, ...]:
        pages = await asker.exchanges(Ask(name=read, read=inventory.reads[read], scope=scope))
        for item in listed(inventory, scope, (read,), pages)[read]:
            kind = item.type or type_of(item.id)
            ids.setdefault(kind, {})[item.id.lower()] = item.id
            home = subscription_path(item.id)
            if home is not None:
                ids.setdefault(SUBSCRIPTION, {})[home] = home
        return pages

    async def look(subscription: str) -> tuple[str, tuple[Exchange, ...]]:
        scope = Scope(subscription)
        itself = Item(id=f"/subscriptions/{subscription}", data={})
        ask = Ask(name=PERMISSIONS, read=rights.reads[PERMISSIONS], scope=scope, parent=itself)
        told, pages = await asyncio.gather(asker.exchanges(ask), take(LISTED, scope))
        if rights_of(told) is None and pages[-1:] and pages[-1].status == 403:
            told = pages[-1:]
        about = f"/subscriptions/{subscription}".lower()
        return about, tuple(replace(page, read=RIGHTS, subject=about) for page in told)

    await take(RESOURCES, TENANT)
    found = await asyncio.gather(*map(look, subscriptions))
    listed_ids = (one for known in ids.values() for one in known)
    return Census(ids=ids, rights=dict(found), listed=listed_in(listed_ids))
