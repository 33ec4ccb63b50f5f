"""Trying again: bounded, obedient to what Azure asks for, and recorded."""

import asyncio
import base64
from datetime import timedelta

import pytest

from collectors.azure.gateway import Ask
from collectors.azure.intake import Unstored
from collectors.azure.live import LiveGateway
from collectors.azure.transport.limits import Limits, Waiting
from collectors.kit import TENANT, Arm, Attempt, GapKind, ResourceGraph
from tests.collectors.azure.fake_azure import FakeAzure, Kept, Open, Time, Told
from tests.patience import PATIENCE

PATH = "/things"
THINGS = Ask(name="things", read=Arm(path=PATH, api_version="1", per="tenant"), scope=TENANT)
QUERY = "/providers/Microsoft.ResourceGraph/resources"
ROWS = Ask(name="rows", read=ResourceGraph(table="resources"), scope=TENANT)
THROTTLED = Told(status=429, body=b'{"error":{"code":"TooManyRequests"}}')


def seconds(*values: float, status: int | None = 429) -> tuple[Attempt, ...]:
    return tuple(Attempt(status=status, waited=timedelta(seconds=value)) for value in values)


async def test_retry_after_is_obeyed_to_the_second(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, passing: Time
) -> None:
    azure.tell(PATH, Told(status=429, headers={"Retry-After": "7"}), Told(body=b"{}"))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.attempts) == (200, seconds(7))
    assert passing.slept == [7]
    assert kept.bodies == [b"{}"]


async def test_retry_after_may_be_a_date(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    date = "Mon, 23 Nov 2026 01:00:11 GMT"  # the clock of the test stands at 01:00:00
    azure.tell(PATH, Told(status=503, headers={"Retry-After": date}), Told(body=b"{}"))

    (answer,) = await gateway.ask(THINGS, kept)

    assert answer.attempts == seconds(11, status=503)


async def test_a_429_that_asks_for_nothing_is_backed_off_from_and_ends_as_it_is(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, passing: Time
) -> None:
    azure.tell(PATH, THROTTLED)

    (answer,) = await gateway.ask(THINGS, kept)

    assert passing.slept == [1, 2, 4, 8, 16]
    assert (answer.status, answer.fault) == (429, None)
    assert answer.body == THROTTLED.body
    assert len(azure.asked(PATH)) == 6
    assert answer.attempts == seconds(1, 2, 4, 8, 16)


async def test_a_wait_longer_than_the_cap_is_not_waited(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, passing: Time
) -> None:
    azure.tell(PATH, Told(status=429, headers={"Retry-After": "3600"}))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.headers["retry-after"]) == (429, "3600")
    assert passing.slept == []


async def test_a_throttled_query_waits_until_its_quota_resets(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    quota = {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:04"}
    azure.tell(QUERY, Told(status=429, headers=quota), Told(body=b'{"data":[]}'))

    (answer,) = await gateway.ask(ROWS, kept)

    assert (answer.status, answer.attempts) == (200, seconds(4))


async def test_no_query_is_sent_into_a_quota_that_is_used_up(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, passing: Time
) -> None:
    quota = {"x-ms-user-quota-remaining": "0", "x-ms-user-quota-resets-after": "00:00:03"}
    azure.tell(QUERY, Told(body=b'{"data":[]}', headers=quota), Told(body=b'{"data":[]}'))

    await gateway.ask(ROWS, kept)
    (second,) = await gateway.ask(ROWS, kept)

    assert passing.slept == [3]
    assert second.attempts == ()


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504])
async def test_a_server_error_is_tried_again_for_lists_and_queries(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, status: int
) -> None:
    for path, ask in ((PATH, THINGS), (QUERY, ROWS)):
        azure.tell(path, Told(status=status), Told(body=b"{}"))

        (answer,) = await gateway.ask(ask, kept)

        assert answer.attempts == seconds(1, status=status)


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 409])
async def test_a_refusal_is_an_answer_and_is_not_tried_again(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept, status: int
) -> None:
    azure.tell(PATH, Told(status=status, body=b'{"error":1}', headers={"Location": "/x"}))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.fault, answer.body) == (status, None, b'{"error":1}')
    assert len(azure.heard) == 1


@pytest.mark.parametrize(
    ("told", "fault"),
    [
        (Told(cut=True), GapKind.TRUNCATED),
        (Told(drop=True), GapKind.UNAVAILABLE),
        (Told(delay=2.0), GapKind.TIMEOUT),
    ],
    ids=["truncated", "dropped", "slow"],
)
async def test_an_answer_that_never_arrives_whole_is_a_fault_after_all_tries(
    azure: FakeAzure, open_gateway: Open, kept: Kept, told: Told, fault: GapKind
) -> None:
    azure.tell(PATH, told)
    gateway = open_gateway(limits=Limits(tries=3, answer=timedelta(seconds=0.2)))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.body, answer.fault) == (None, b"", fault)
    assert answer.attempts == seconds(1, 2, status=None)
    assert answer.url == f"{azure.base}{PATH}?api-version=1"
    assert "x-ms-client-request-id" in answer.headers
    assert kept.bodies == [b""]


async def test_an_answer_that_arrives_whole_at_last_has_no_fault(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(PATH, Told(cut=True), Told(cut=True), Told(body=b'{"value":[1]}'))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.fault, answer.body) == (200, None, b'{"value":[1]}')
    assert answer.attempts == seconds(1, 2, status=None)


async def test_pages_before_a_fault_are_handed_back(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(PATH, Told(body=f'{{"value":[1],"nextLink":"{azure.base}/two"}}'.encode()))
    azure.tell("/two", Told(drop=True))

    first, last = await gateway.ask(THINGS, kept)

    assert (first.status, first.fault) == (200, None)
    assert (last.status, last.fault) == (None, GapKind.UNAVAILABLE)


async def test_no_more_requests_fly_at_once_than_allowed(
    azure: FakeAzure, open_gateway: Open, kept: Kept
) -> None:
    azure.tell(PATH, Told(delay=0.02))
    gateway = open_gateway(concurrency=3)

    await asyncio.gather(*(gateway.ask(THINGS, kept) for _ in range(12)))

    assert azure.most_at_once <= 3


MEGABYTE = 1 << 20


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "chunked"])
async def test_an_answer_beyond_its_bound_is_truncated_at_once_and_nothing_of_it_is_kept(
    azure: FakeAzure, open_gateway: Open, kept: Kept, *, chunked: bool
) -> None:
    azure.tell(PATH, Told(body=b" " * (2 * MEGABYTE), chunked=chunked))
    gateway = open_gateway(limits=Limits(tries=3, answer_bytes=MEGABYTE))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.body, answer.fault) == (None, b"", GapKind.TRUNCATED)
    assert (answer.attempts, kept.bodies) == ((), [b""])
    assert (kept.begun, kept.dropped) == (2, 1), "what had come was dropped"
    assert len(azure.asked(PATH)) == 1, "what is too large is not asked for again"


async def test_who_sends_more_than_is_taken_is_hung_up_on(
    azure: FakeAzure, open_gateway: Open, kept: Kept
) -> None:
    azure.tell(PATH, Told(body=bytes(40 * MEGABYTE), chunked=True))

    await open_gateway(limits=Limits(answer_bytes=MEGABYTE)).ask(THINGS, kept)

    await asyncio.wait_for(azure.hung_up.wait(), PATIENCE)


async def test_an_answer_as_large_as_its_bound_is_kept(
    azure: FakeAzure, open_gateway: Open, kept: Kept
) -> None:
    body = b'{"value":[]}'.ljust(MEGABYTE)
    azure.tell(PATH, Told(body=body))
    gateway = open_gateway(limits=Limits(answer_bytes=MEGABYTE))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.body, answer.fault) == (200, body, None)


async def test_a_list_beyond_its_bound_is_truncated_at_the_next_page(
    azure: FakeAzure, open_gateway: Open, kept: Kept
) -> None:
    link = f"{azure.base}{PATH}?page="
    pages = [b'{"value":[],"nextLink":"%s%d"}' % (link.encode(), n) for n in range(9)]
    azure.tell(PATH, *(Told(body=page.ljust(MEGABYTE)) for page in pages))
    gateway = open_gateway(limits=Limits(list_bytes=3 * MEGABYTE))

    *answers, last = await gateway.ask(THINGS, kept)

    assert [answer.status for answer in answers] == [200, 200, 200]
    assert (last.status, last.fault) == (None, GapKind.TRUNCATED)
    assert len(azure.asked(PATH)) == 3


async def test_of_each_try_one_body_is_begun_and_only_the_last_is_kept(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    azure.tell(PATH, Told(status=503, body=b"busy"), Told(body=b"[1", cut=True), Told(body=b"[]"))

    (answer,) = await gateway.ask(THINGS, kept)

    assert [attempt.status for attempt in answer.attempts] == [503, None]
    assert (kept.bodies, answer.body) == ([b"[]"], b"[]")
    assert (kept.begun, kept.dropped) == (3, 2)


async def test_nothing_waits_with_a_refused_answer(azure: FakeAzure, open_gateway: Open) -> None:
    kept, held = Kept(), list[int]()

    async def sleep(_: float) -> None:
        held.append(kept.begun - kept.dropped)

    azure.tell(PATH, Told(status=503, body=b"busy"), Told(body=b"[]"))

    await open_gateway(waiting=Waiting(sleep=sleep)).ask(THINGS, kept)

    assert held == [0]


async def test_of_a_challenge_and_the_answer_after_it_the_answer_is_kept(
    azure: FakeAzure, gateway: LiveGateway, kept: Kept
) -> None:
    claims = base64.b64encode(b'{"access_token":{"nbf":{"value":"1"}}}').decode()
    challenge = {"WWW-Authenticate": f'Bearer error="insufficient_claims", claims="{claims}"'}
    azure.tell(PATH, Told(status=401, headers=challenge, body=b"again"), Told(body=b"[]"))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.body, answer.attempts) == (200, b"[]", ())
    assert (kept.begun, kept.dropped, kept.bodies) == (2, 1, [b"[]"])


async def test_what_hinders_the_keeping_reaches_the_asker_and_the_body_is_dropped(
    azure: FakeAzure, gateway: LiveGateway
) -> None:
    def refuse(_: bytes) -> None:
        raise StoreIsFullError

    azure.tell(PATH, Told(body=b"[]"))
    kept = Kept(refuse)

    with pytest.raises(StoreIsFullError):
        await gateway.ask(THINGS, kept)

    assert (kept.begun, kept.dropped, kept.bodies) == (1, 1, [])


async def test_what_hinders_the_writing_of_a_piece_reaches_the_asker_and_the_body_is_dropped(
    azure: FakeAzure, gateway: LiveGateway
) -> None:
    class Full(Unstored):
        dropped = 0

        async def write(self, piece: bytes) -> None:
            raise StoreIsFullError(len(piece))

        def drop(self) -> None:
            Full.dropped += 1

    azure.tell(PATH, Told(body=b"[]"))

    with pytest.raises(StoreIsFullError):
        await gateway.ask(THINGS, Full)

    assert Full.dropped == 1
    assert len(azure.asked(PATH)) == 1


async def test_an_asker_who_goes_away_leaves_no_body_behind(
    azure: FakeAzure, gateway: LiveGateway
) -> None:
    class Leaving(Unstored):
        dropped = 0

        async def write(self, piece: bytes) -> None:
            await super().write(piece)
            asking.cancel()

        def drop(self) -> None:
            Leaving.dropped += 1

    azure.tell(PATH, Told(body=b"[]"))
    asking = asyncio.create_task(gateway.ask(THINGS, Leaving))

    with pytest.raises(asyncio.CancelledError):
        await asking

    assert Leaving.dropped == 1


@pytest.mark.parametrize("method", ["write", "body"])
async def test_what_the_store_takes_is_not_counted_as_azures_time(
    azure: FakeAzure, open_gateway: Open, method: str
) -> None:
    class Slow(Unstored):
        async def write(self, piece: bytes) -> None:
            await asyncio.sleep(0.4 if method == "write" else 0)
            await super().write(piece)

        async def body(self) -> bytes:
            await asyncio.sleep(0.4 if method == "body" else 0)
            return await super().body()

    azure.tell(PATH, Told(body=b'{"value":[]}'))
    gateway = open_gateway(limits=Limits(answer=timedelta(seconds=0.3), tries=1))

    (answer,) = await gateway.ask(THINGS, Slow)

    assert (answer.status, answer.fault, answer.body) == (200, None, b'{"value":[]}')


async def test_azures_own_time_is_counted_on_when_a_piece_is_stored(
    azure: FakeAzure, open_gateway: Open, kept: Kept
) -> None:
    azure.tell(PATH, Told(body=b"first piece", drips=True))
    gateway = open_gateway(limits=Limits(answer=timedelta(seconds=0.3), tries=1))

    (answer,) = await gateway.ask(THINGS, kept)

    assert (answer.status, answer.fault) == (None, GapKind.TIMEOUT)
    assert (kept.begun - kept.dropped, kept.bodies) == (1, [b""])


class StoreIsFullError(Exception):
    """The disk under the store is full."""
