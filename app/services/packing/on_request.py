"""Packs that somebody asks for: drawn in the background, followed by their state."""

import threading
import uuid
from collections import OrderedDict
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime

from app.db.rows.packs import PackState
from app.errors import AppError, NotFoundError, RefusedError, UsageError
from app.packs.view.facts import Engagement
from app.packs.view.summary import period_until
from app.schedule.connection import Connection
from app.services.home.background import Background
from app.services.home.installation import Ports
from app.services.packing.pack import IssuedPack, issue_pack
from app.services.reading.controls import LONGEST

KEPT = 1_000
"""Requests remembered; the oldest is forgotten first. Issued packs are in the index for ever."""


@dataclass(frozen=True, kw_only=True, slots=True)
class PackRequest:
    """A pack that was asked for, and what became of it."""

    id: str
    connection_id: str
    engagement: Engagement
    requested_at: datetime
    state: PackState = PackState.RUNNING
    """running, ready or failed."""
    pack_id: str | None = None
    code: str | None = None
    """Error code of a failed one."""
    detail: str | None = None


class PackRequests:
    """The requests of this process. Safe for several threads."""

    def __init__(self, ports: Ports, background: Background) -> None:
        self._ports, self._background = ports, background
        self._known: OrderedDict[str, PackRequest] = OrderedDict()
        self._under_way: dict[tuple[str, Engagement], Future[IssuedPack]] = {}
        self._lock = threading.Lock()

    def ask(
        self, connection: Connection, engagement: Engagement, by: str, key: str | None
    ) -> PackRequest:
        """Begin a pack, or find the one that `by` asked for with this key before.

        Raises UsageError for a period that has not begun, ends before it begins or is too long,
        RefusedError for a key that was used for something else, OverloadedError when too much
        waits already: then nothing is kept.
        """
        _possible(engagement, self._ports.now())
        asked = PackRequest(
            id=str(uuid.uuid5(uuid.NAMESPACE_OID, f"{by}\n{key}") if key else uuid.uuid4()),
            connection_id=connection.id,
            engagement=engagement,
            requested_at=self._ports.now(),
        )
        with self._lock:
            known = self._known.get(asked.id)
            if known is not None:
                return _same_request(known, asked)
            drawn = self._drawing(connection, asked)
            self._keep(asked)
        drawn.add_done_callback(lambda done: self._finish(asked, done))
        return self.find(asked.id)

    def find(self, request_id: str) -> PackRequest:
        """What became of a request. Raises NotFoundError."""
        with self._lock:
            known = self._known.get(request_id)
        if known is None:
            raise NotFoundError(
                f"there is no pack and no request for one with the id {request_id}",
                code="pack_unknown",
            )
        return known

    def _drawing(self, connection: Connection, asked: PackRequest) -> "Future[IssuedPack]":
        """The pack that is drawn for this request, with whoever else awaits the same.

        While one is in work nothing else is sealed, so it covers what a second would. Raises
        OverloadedError and UnavailableError.
        """
        wanted = (connection.id, asked.engagement)
        under_way = self._under_way.get(wanted)
        if under_way is not None and not under_way.done():
            return under_way
        work = self._background.submit(
            f"a pack of {connection.name}",
            lambda: issue_pack(self._ports, connection, asked.engagement),
        )
        self._under_way = {each: one for each, one in self._under_way.items() if not one.done()}
        self._under_way[wanted] = work
        return work

    def _finish(self, asked: PackRequest, done: "Future[IssuedPack]") -> None:
        if done.cancelled():
            ended = replace(
                asked, state=PackState.FAILED, code="stopped", detail="annexa was stopped"
            )
        elif (error := done.exception()) is not None:
            ended = _failed(asked, error)
        else:
            ended = replace(asked, state=PackState.READY, pack_id=done.result().pack_id)
        with self._lock:
            self._known[asked.id] = ended

    def _keep(self, asked: PackRequest) -> None:
        self._known[asked.id] = asked
        while len(self._known) > KEPT:
            self._known.popitem(last=False)


def _possible(engagement: Engagement, now: datetime) -> None:
    period = period_until(engagement, now)
    if engagement.last - engagement.first > LONGEST:
        raise UsageError(f"a period is {LONGEST.days} days at most, {len(period.days())} passed")


def _failed(asked: PackRequest, error: BaseException) -> PackRequest:
    """What a person may read of it; the log has the rest."""
    if isinstance(error, AppError):
        return replace(asked, state=PackState.FAILED, code=error.kind, detail=error.message)
    return replace(
        asked, state=PackState.FAILED, code="error", detail="a fault of Annexa; its log tells"
    )


def _same_request(known: PackRequest, asked: PackRequest) -> PackRequest:
    if (known.connection_id, known.engagement) != (asked.connection_id, asked.engagement):
        raise RefusedError(
            "this Idempotency-Key was used for another pack; take a new key", code="key_reused"
        )
    return known
