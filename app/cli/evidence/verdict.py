"""verdict: what a check answered on one subject."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.edge import OUT, Json, parse_day, print_json
from app.cli.opened import opened
from app.controls.nights import ON_OR_BEFORE
from app.packs.verify.checks import printable
from app.services.connections.register import find_connection
from app.services.reading.verdict import SlotAnswer, look_up_verdict


def verdict(
    ctx: typer.Context,
    check: Annotated[str, typer.Argument(help="Check, as `annexa collectors` names it.")],
    subject: Annotated[str, typer.Argument(help="Whole id of the resource or object.")],
    connection: Annotated[str | None, typer.Option(help="Where there are several.")] = None,
    on: Annotated[str | None, typer.Option(help="Day in UTC [the newest night].")] = None,
    *,
    as_json: Json = False,
) -> None:
    """What a check answered on one subject, on a day and since when."""
    with opened(ctx) as ports:
        day = parse_day(on).date() if on else None
        found = look_up_verdict(ports, find_connection(ports, connection), check, subject, day)
    if as_json:
        print_json(asdict(found))
        return
    OUT.print(
        f"{found.status}  {printable(f'{found.subject_name}: {found.reason}')}\n"
        f"  night    {found.night:%Y-%m-%d %H:%M} UTC{', ' * bool(found.late)}{found.late}\n"
        f"  the same {'' if found.since_is == ON_OR_BEFORE else 'from '}{found.span}\n"
        f"  check    {found.check_id}\n  subject  {printable(found.subject)}\n"
        f"  record   {', '.join(found.record_ids)}"
    )
    if len(found.of_day) > 1:
        told = "; ".join(_of_day(one) for one in found.of_day)
        OUT.print(f"  that day {told}")
    if found.lost_since:
        OUT.print(
            f"  since    {found.lost_since} later "
            f"{'slots were' if found.lost_since != 1 else 'slot was'} not collected"
        )
    if found.former:
        OUT.print(f"  rules    {found.former.sentence}")


def _of_day(one: SlotAnswer) -> str:
    """`02:00 missed`, `14:00 complete: pass`."""
    said = f"{one.slot:%H:%M} {one.state.replace('_', ' ')}{' by hand' * one.manual}"
    return f"{said}: {one.status}" if one.status else said
