"""What one night leaves unasked comes first in another: nothing waits for ever."""

import asyncio

from app.services.nights.absence.census import Census
from app.services.nights.absence.proof_questions import Questions
from app.services.nights.absence.seeker import Seeker
from collectors.azure.collect import Asker
from collectors.azure.intake import Unstored
from collectors.kit import GapKind
from tests.services.nights.absence.test_seeker import DISK, SITE, denying, fates, in_group, sought
from tests.services.table_gateway import TableGateway


def test_what_is_gone_is_proved_within_some_nights_though_others_beside_it_are_refused() -> None:
    gateway = TableGateway(denying(f"/providers/{DISK}"))
    refused, gone = sought(in_group("a", DISK, 12)), sought(in_group("a", SITE, 4))
    left = list(gone)

    for night in range(40):
        seeking = Seeker(Questions(Asker(gateway, Unstored)), Census(), 200, turn=f"night {night}")
        asyncio.run(seeking.seek([*refused, *left]))
        told = fates(seeking, left)
        left = [one for one, kind in zip(left, told, strict=True) if kind is not GapKind.GONE]

    assert left == []


def test_a_budget_of_one_reaches_everything_in_the_end() -> None:
    gateway = TableGateway(denying("/never"))
    wanted = sought([f"/subscriptions/{n}/resourceGroups/g" for n in range(3)])
    asked = set()
    for night in range(30):
        seeking = Seeker(Questions(Asker(gateway, Unstored)), Census(), 1, turn=f"night {night}")
        asyncio.run(seeking.seek(wanted))
        asked |= {one.subject for one in seeking.pages(one.missing for one in wanted)}
    assert len(asked) == 3
