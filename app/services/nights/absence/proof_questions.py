"""The questions by which one thing, or the permissions in one scope, are asked for."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.kit import TENANT, Arm, Exchange, Graph, Item, Read, Scope
from collectors.kit.answers.answer import Answer, read_answer
from collectors.kit.answers.refusals import codes_in
from collectors.kit.missing.api_versions import API_VERSIONS, PROVIDER_VERSION, newest_stable
from collectors.kit.missing.rights import API_VERSION, PERMISSIONS_PATH
from collectors.kit.missing.things import PROOF, RIGHTS, VERSIONS
from collectors.kit.values.arm_ids import is_arm, subscription_path, type_of

UNKNOWN_VERSION = frozenset({"noregisteredproviderfound", "invalidapiversionparameter"})
"""Codes by which Azure refuses a version.
https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/error-register-resource-provider"""
_SINGULAR = re.compile(r"/roleManagementPolicyAssignment/", re.IGNORECASE)


class Questions:
    """Asks through the night's asker; every answer bears what it is about."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._versions: dict[str, str] = dict(API_VERSIONS)

    async def thing(self, item_id: str, read: Read) -> tuple[Exchange, ...]:
        """Whether one thing is there: the last answer says so.

        `read` is the list that should hold it. Answers before the last are about versions alone.
        """
        if not is_arm(item_id):
            path = getattr(read, "path", "")
            one: Read = Graph(path=f"{path}/{item_id}")
            pages = await self._asker.exchanges(Ask(name=PROOF, read=one, scope=TENANT))
        else:
            pages = await self._one(item_id)
        *before, last = pages
        looked_up = (replace(page, read=VERSIONS, subject=item_id) for page in before)
        return (*looked_up, replace(last, read=PROOF, subject=item_id))

    async def _one(self, item_id: str) -> tuple[Exchange, ...]:
        """Asked once more when the provider does not know the version."""
        address, kind = _asked_as(item_id), type_of(item_id)
        looked_up: tuple[Exchange, ...] = ()
        if kind not in self._versions:
            looked_up = await self._look_up(item_id)
        version = self._versions[kind]
        pages = await self._arm(PROOF, address, "{id}", version)
        if not _is_unknown_version(pages[-1]):
            return (*looked_up, *pages)
        looked_up += await self._look_up(item_id)
        if self._versions[kind] == version:
            return (*looked_up, *pages)
        again = await self._arm(PROOF, address, "{id}", self._versions[kind])
        return (*looked_up, *pages, *again)

    async def permissions(self, scope: str) -> tuple[Exchange, ...]:
        """What the identity may do in a resource group or subscription, by its id."""
        pages = await self._arm(RIGHTS, scope, f"{{id}}{PERMISSIONS_PATH}", API_VERSION)
        return tuple(replace(page, read=RIGHTS, subject=scope) for page in pages)

    async def _arm(self, name: str, about: str, path: str, version: str) -> tuple[Exchange, ...]:
        home = subscription_path(about)
        scope = TENANT if home is None else Scope(home.rsplit("/", 1)[-1])
        read = Arm(path=path, api_version=version, per="resource")
        parent = Item(id=about, data={})
        return await self._asker.exchanges(Ask(name=name, read=read, scope=scope, parent=parent))

    async def _look_up(self, item_id: str) -> tuple[Exchange, ...]:
        """Ask the provider which versions it answers, once a night."""
        kind = type_of(item_id)
        namespace, _, _ = kind.partition("/")
        about = f"{subscription_path(item_id) or ''}/providers/{namespace}"
        pages = await self._arm(PROOF, about, "{id}", PROVIDER_VERSION)
        self._versions |= _versions(namespace, pages[-1])
        self._versions.setdefault(kind, PROVIDER_VERSION)
        return pages


def _asked_as(item_id: str) -> str:
    """The address of a thing; Azure lists the policies of roles under ids in the singular.

    https://learn.microsoft.com/rest/api/authorization/role-management-policy-assignments/get
    """
    return _SINGULAR.sub("/roleManagementPolicyAssignments/", item_id)


def _is_unknown_version(page: Exchange) -> bool:
    codes = {code.lower() for code in codes_in(page.body)}
    return page.status == 400 and not codes.isdisjoint(UNKNOWN_VERSION)


def _versions(namespace: str, page: Exchange) -> dict[str, str]:
    """Newest stable version of each type, from a provider's description."""
    answer = read_answer(Arm(path="{id}", api_version=PROVIDER_VERSION, per="resource"), page)
    told: Mapping[str, Any] = answer.body if isinstance(answer, Answer) else {}
    listed = told.get("resourceTypes")
    found: dict[str, str] = {}
    for one in listed if isinstance(listed, list) else ():
        if not isinstance(one, Mapping):
            continue
        name, versions = one.get("resourceType"), one.get("apiVersions")
        if isinstance(name, str) and isinstance(versions, list):
            newest = newest_stable([text for text in versions if isinstance(text, str)])
            if newest is not None:
                found[f"{namespace}/{name}".lower()] = newest
    return found
