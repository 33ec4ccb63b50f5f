"""The questions by which one thing, or the permissions in one scope, are asked for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.kit import TENANT, Arm, Exchange, Graph, Item, Read, Scope
from collectors.kit.answers import Answer, read_answer
from collectors.kit.api_versions import API_VERSIONS, PROVIDER_VERSION, newest_stable
from collectors.kit.arm_ids import is_arm, subscription_path, type_of
from collectors.kit.missing import PROOF, RIGHTS
from collectors.kit.rights import API_VERSION, PERMISSIONS_PATH


class Questions:
    """Asks through the night's asker; every answer bears what it is about."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._versions: dict[str, str] = dict(API_VERSIONS)

    async def thing(self, item_id: str, read: Read) -> Exchange:
        """Whether one thing is there: its last answer. `read` is the list that should hold it."""
        if not is_arm(item_id):
            path = getattr(read, "path", "")
            one: Read = Graph(path=f"{path}/{item_id}")
            pages = await self._asker.exchanges(Ask(name=PROOF, read=one, scope=TENANT))
        else:
            version = await self._version(item_id)
            pages = await self._arm(PROOF, item_id, "{id}", version)
        return replace(pages[-1], read=PROOF, subject=item_id)

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

    async def _version(self, item_id: str) -> str:
        """A version that the thing's provider answers; asked of the provider if need be."""
        kind = type_of(item_id)
        if kind not in self._versions:
            namespace, _, _ = kind.partition("/")
            home = subscription_path(item_id) or ""
            about = f"{home}/providers/{namespace}"
            pages = await self._arm(PROOF, about, "{id}", PROVIDER_VERSION)
            self._versions |= _versions(namespace, pages[-1])
            self._versions.setdefault(kind, PROVIDER_VERSION)
        return self._versions[kind]


def _versions(namespace: str, page: Exchange) -> dict[str, str]:
    """Newest stable version of each type, from a provider's description."""
    answer = read_answer(Arm(path="{id}", api_version=PROVIDER_VERSION, per="resource"), page)
    told: Mapping[str, Any] = answer.body if isinstance(answer, Answer) else {}
    listed = told.get("resourceTypes")
    found: dict[str, str] = {}
    for one in listed if isinstance(listed, list) else ():
        name, versions = one.get("resourceType"), one.get("apiVersions")
        if isinstance(name, str) and isinstance(versions, list):
            newest = newest_stable([text for text in versions if isinstance(text, str)])
            if newest is not None:
                found[f"{namespace}/{name}".lower()] = newest
    return found
