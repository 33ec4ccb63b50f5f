"""The simulator's own levers under /_sim: faults, nights, log and truth. They need no token.

What a tenant may lose (rights, resources, rows of lists) is in `simulator.server.control.losses`.
"""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from simulator.server.faults.rules import FaultRuleError, parse_rules_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from simulator.server.control.request_log import RequestLog
    from simulator.server.simulation import Simulation
    from simulator.tenant.model import Tenant


def control_routes(
    simulation: "Simulation",
    log: "RequestLog",
    *,
    least: "Callable[[Tenant], dict[str, Any]]",
) -> list[web.RouteDef]:
    """Routes of the control interface. `least` counts the fewest requests a tenant needs."""

    async def add_faults(request: web.Request) -> web.Response:
        try:
            rules = parse_rules_text(await request.read())
        except FaultRuleError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        simulation.faults.add(rules)
        return web.json_response({"added": len(rules)})

    async def clear_faults(_: web.Request) -> web.Response:
        simulation.faults.clear()
        return web.json_response({})

    async def set_night(request: web.Request) -> web.Response:
        try:
            asked = json.loads(await request.read())
            night, as_of = int(asked["night"]), parse_instant(asked["as_of"])
        except (ValueError, KeyError, TypeError) as error:
            raise web.HTTPBadRequest(
                text=f'wanted {{"night": 1, "as_of": "2026-01-31T02:00:00Z"}}: {error}'
            ) from error
        simulation.set_night(night, as_of)
        return web.json_response({"night": night, "as_of": as_of.isoformat()})

    async def show_truth(_: web.Request) -> web.Response:
        return web.json_response(truth_rows(simulation.tenant))

    async def show_least(_: web.Request) -> web.Response:
        return web.json_response(least(simulation.tenant))

    async def show_log(_: web.Request) -> web.StreamResponse:
        return web.Response(body=log.path.read_bytes(), content_type="application/x-ndjson")

    return [
        web.post("/_sim/faults", add_faults),
        web.delete("/_sim/faults", clear_faults),
        web.post("/_sim/night", set_night),
        web.get("/_sim/truth", show_truth),
        web.get("/_sim/least", show_least),
        web.get("/_sim/log", show_log),
    ]


def truth_rows(tenant: "Tenant") -> list[dict[str, str]]:
    """The truth file's rows: subject, check, expected."""
    return [asdict(each) for each in tenant.truth]


def parse_instant(text: str) -> datetime:
    """An ISO 8601 instant with its zone, in UTC. ValueError otherwise."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError(f"{text!r} has no time zone: write 2026-01-31T02:00:00Z")
    return instant.astimezone(UTC)
