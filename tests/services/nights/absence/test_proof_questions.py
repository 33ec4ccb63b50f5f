"""Each thing is asked by a version that its provider knows, looked up once where none is known."""

import asyncio

from app.services.nights.absence.proof_questions import Questions
from collectors.azure.collect import Asker
from collectors.azure.intake import Unstored
from collectors.kit import Exchange, Graph, Read, ResourceGraph
from collectors.kit.missing.rights import API_VERSION, PERMISSIONS_PATH
from collectors.kit.missing.things import PROOF, RIGHTS, VERSIONS, proofs_of
from collectors.kit.spec import GapKind
from tests.services.table_gateway import NOT_FOUND, REFUSED, Said, TableGateway

S = "/subscriptions/11111111-1111-1111-1111-111111111111"
G = f"{S}/resourceGroups/a"
READ = ResourceGraph(table="resources")
DISK = f"{G}/providers/Microsoft.Compute/disks/one"
LOOMS = [f"{G}/providers/Microsoft.Loom/looms/{number}" for number in range(12)]
"""Of a type of which no version is known."""
UNKNOWN: Said = (400, {"error": {"code": "InvalidApiVersionParameter", "message": "no"}})
PREVIEW, STABLE = "2025-02-01-preview", "2024-05-05"


def asked(gateway: TableGateway, *ids: str, read: Read = READ) -> list[tuple[Exchange, ...]]:
    questions = Questions(Asker(gateway, Unstored))

    async def ask() -> list[tuple[Exchange, ...]]:
        return list(await asyncio.gather(*(questions.thing(one, read) for one in ids)))

    return asyncio.run(ask())


def provider(namespace: str, kind: str, *known: str) -> TableGateway:
    """Knows these versions of one type, and that nothing of it is there."""

    def answer(address: str, version: str) -> Said:
        if address.endswith(f"/providers/{namespace}"):
            listed = {"resourceType": kind, "apiVersions": list(known)}
            return (200, {"namespace": namespace, "resourceTypes": [listed]})
        return NOT_FOUND if version in known else UNKNOWN

    return TableGateway(answer)


def kind_of(pages: tuple[Exchange, ...], item_id: str) -> GapKind | None:
    return proofs_of(pages).told[item_id.lower()][0]


def test_a_thing_of_a_known_type_is_one_question() -> None:
    gateway = TableGateway()
    ((page,),) = asked(gateway, DISK)
    assert gateway.asked == [DISK]
    assert (page.read, page.subject) == (PROOF, DISK)
    assert kind_of((page,), DISK) is GapKind.GONE


def test_versions_of_an_unknown_type_are_looked_up_once() -> None:
    gateway = provider("microsoft.loom", "looms", PREVIEW, STABLE)

    told = asked(gateway, *LOOMS)

    assert gateway.times("/providers/microsoft.loom") == 1 + len(LOOMS)
    assert sum(one.endswith("/providers/microsoft.loom") for one in gateway.asked) == 1
    for item_id, pages in zip(LOOMS, told, strict=True):
        assert [page.read for page in pages] == [VERSIONS, PROOF]
        assert pages[-1].api_version == STABLE, "the newest that is no preview"
        assert kind_of(pages, item_id) is GapKind.GONE


def test_a_type_that_has_previews_alone_is_asked_by_the_newest() -> None:
    gateway = provider("microsoft.loom", "looms", "2023-01-01-preview", PREVIEW)
    (pages,) = asked(gateway, LOOMS[0])
    assert pages[-1].api_version == PREVIEW
    assert kind_of(pages, LOOMS[0]) is GapKind.GONE


def test_a_version_that_the_provider_no_longer_knows_is_replaced() -> None:
    gateway = provider("microsoft.compute", "disks", "2031-01-01")
    (pages,) = asked(gateway, DISK)
    assert [page.read for page in pages] == [VERSIONS, VERSIONS, PROOF]
    assert sorted(page.status or 0 for page in pages) == [200, 400, 404]
    assert kind_of(pages, DISK) is GapKind.GONE


def test_a_provider_that_tells_no_version_proves_nothing() -> None:
    for said in (REFUSED, (200, {}), (200, {"resourceTypes": None}), NOT_FOUND):

        def answer(address: str, _: str, said: Said = said) -> Said:
            return said if address.endswith("/providers/microsoft.loom") else UNKNOWN

        gateway = TableGateway(answer)
        (pages,) = asked(gateway, LOOMS[0])
        assert kind_of(pages, LOOMS[0]) not in {GapKind.GONE, None}
        assert len(gateway.asked) <= 3


def test_policies_of_roles_are_asked_under_the_name_that_answers() -> None:
    listed = f"{S}/providers/Microsoft.Authorization/roleManagementPolicyAssignment/p_r"
    gateway = TableGateway()
    ((page,),) = asked(gateway, listed)
    assert gateway.asked == [listed.replace("PolicyAssignment/", "PolicyAssignments/")]
    assert page.subject == listed


def test_an_object_of_microsoft_graph_is_asked_below_its_list() -> None:
    one = "44444444-4444-4444-4444-444444444444"
    gateway = TableGateway(lambda _, __: (200, {"id": one}))
    (pages,) = asked(gateway, one, read=Graph(path="/applications"))
    assert gateway.asked == [f"/applications/{one}"]
    assert kind_of(pages, one) is None


def test_permissions_bear_the_scope_they_are_about() -> None:
    gateway = TableGateway(lambda _, __: (200, {"value": [{"actions": ["*/read"]}]}))
    questions = Questions(Asker(gateway, Unstored))
    (page,) = asyncio.run(questions.permissions(G.lower()))
    assert gateway.asked == [f"{G.lower()}{PERMISSIONS_PATH}"]
    assert (page.read, page.subject, page.api_version) == (RIGHTS, G.lower(), API_VERSION)
    assert proofs_of([page]).allows(DISK, "Microsoft.Compute/disks/read") is True
