"""What routes take from a request: the installation behind it, and the parameters they share."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Header, Path, Query, Request
from pydantic import BeforeValidator

from app.api.http.cursors import USUAL, Cursor, Cursors, Limit, Listing
from app.schedule.connection import Connection
from app.services.connections.register import find_connection
from app.services.home.background import Background
from app.services.home.installation import Ports
from app.services.home.shared_answers import SharedAnswers
from app.services.packing.on_request import PackRequests

T = TypeVar("T")
NAMED = r"^[a-z0-9][a-z0-9-]{0,40}$"
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _iso_day(value: Any) -> Any:
    """Only 2026-11-23: pydantic alone would take numbers for seconds since 1970."""
    if isinstance(value, str) and not ISO_DAY.fullmatch(value):
        raise ValueError("a day is written 2026-11-23")
    return value


Day = Annotated[date, BeforeValidator(_iso_day)]
From = Annotated[Day | None, Query(alias="from", description="First day, UTC, inclusive.")]
To = Annotated[Day | None, Query(alias="to", description="Last day, UTC, inclusive.")]
Named = Annotated[
    str | None,
    Query(
        alias="connection",
        pattern=NAMED,
        description="Name or id; may be left out when there is one connection.",
    ),
]
RecordId = Annotated[str, Path(pattern=r"^[0-9A-Za-z-]{1,64}$")]
IdempotencyKey = Annotated[
    str | None,
    Header(
        pattern=r"^[A-Za-z0-9._:-]{1,80}$",
        description="The same key gives the same answer instead of a second run or pack.",
    ),
]


def _ports(request: Request) -> Ports:
    ports: Ports = request.app.state.ports
    return ports


def _background(request: Request) -> Background:
    background: Background = request.app.state.background
    return background


def _answers(request: Request) -> SharedAnswers:
    answers: SharedAnswers = request.app.state.answers
    return answers


def _working(request: Request) -> Ports:
    ports: Ports = request.app.state.working
    return ports


def _pack_requests(request: Request) -> PackRequests:
    requests: PackRequests = request.app.state.pack_requests
    return requests


def _cursors(request: Request) -> Cursors:
    cursors: Cursors = request.app.state.cursors
    return cursors


Installation = Annotated[Ports, Depends(_ports)]
Working = Annotated[Ports, Depends(_working)]
"""The same installation, with the connections of what costs much: for `Answers` and `Worker`."""
Answers = Annotated[SharedAnswers, Depends(_answers)]
Worker = Annotated[Background, Depends(_background)]
Requested = Annotated[PackRequests, Depends(_pack_requests)]
Places = Annotated[Cursors, Depends(_cursors)]


def _one(ports: Installation, connection: Named = None) -> Connection:
    return find_connection(ports, connection)


def _any(ports: Installation, connection: Named = None) -> Connection | None:
    return find_connection(ports, connection) if connection else None


OneConnection = Annotated[Connection, Depends(_one)]
AnyConnection = Annotated[Connection | None, Depends(_any)]


def list_name(*parts: object) -> str:
    """Name of a list with the filters it was asked with: its cursors are good for no other."""
    return "\n".join(map(str, parts))


@dataclass(frozen=True, kw_only=True, slots=True)
class PartOfList:
    """Which part of a list is asked for."""

    places: Cursors
    limit: int
    cursor: str | None

    def of(self, rows: Sequence[T], *named: object) -> Listing[T]:
        """That part of a whole list that does not change between two requests.

        `named` is the list with the filters it was asked with.
        """
        return self.places.part(rows, self.cursor, self.limit, list_name(*named))


def _part(places: Places, limit: Limit = USUAL, cursor: Cursor = None) -> PartOfList:
    return PartOfList(places=places, limit=limit, cursor=cursor)


Part = Annotated[PartOfList, Depends(_part)]
