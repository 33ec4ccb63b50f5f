"""What a provider says of its versions is read as far as it can be."""

import asyncio
import json
from datetime import UTC, datetime

import pytest

from app.services.nights.absence.proof_questions import Questions
from collectors.azure.collect import Asker
from collectors.azure.gateway import Ask
from collectors.azure.intake import Intake, Unstored
from collectors.kit import Exchange, ResourceGraph
from tests.services.table_gateway import take_whole

AT = datetime(2026, 11, 28, 2, tzinfo=UTC)
THING = "/subscriptions/s/resourceGroups/g/providers/Contoso.Farm/fields/one"
KNOWN = {"resourceType": "fields", "apiVersions": ["2020-01-01", "2024-05-01"]}


class Provider:
    """Describes its types in this way, and knows no thing."""

    def __init__(self, types: object) -> None:
        self._types = types

    async def ask(self, ask: Ask, intake: Intake) -> tuple[Exchange, ...]:
        about = ask.parent.id if ask.parent else ""
        provider = about.endswith("/providers/contoso.farm")
        body = {"resourceTypes": self._types} if provider else {"error": {"code": "NotFound"}}
        raw = json.dumps(body).encode()
        await take_whole(intake, raw)
        page = Exchange(
            read=ask.name,
            subject=about,
            method="GET",
            url=f"https://management.azure.com{about}",
            api_version=getattr(ask.read, "api_version", ""),
            status=200 if provider else 404,
            body=raw,
            started_at=AT,
            finished_at=AT,
        )
        return (page,)

    async def close(self) -> None:
        """Nothing is open."""


async def version_asked(types: object) -> str | None:
    asker = Asker(Provider(types), Unstored)
    list_of_all = ResourceGraph(table="resources", types=())
    *_, answer = await Questions(asker).thing(THING, list_of_all)
    return answer.api_version


@pytest.mark.parametrize("odd", [None, "fields", ["fields"], {}, {"resourceType": 7}])
def test_an_odd_element_hides_no_other_type(odd: object) -> None:
    assert asyncio.run(version_asked([odd, KNOWN])) == "2024-05-01"


@pytest.mark.parametrize("types", [None, "fields", [None], [{"resourceType": "fields"}]])
def test_a_description_without_the_type_stops_no_night(types: object) -> None:
    assert asyncio.run(version_asked(types)) == "2021-04-01"
