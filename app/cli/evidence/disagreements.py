"""disagreements: where Azure Policy and our verdicts differ."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.cli.edge import OUT, Json, print_json
from app.cli.opened import opened
from app.controls.azure_policy.agreement import Disagreement
from app.packs.verify.checks import printable
from app.services.connections.register import find_connection
from app.services.reading.policy_states import newest_agreement


def disagreements(
    ctx: typer.Context,
    connection: Annotated[str | None, typer.Argument(help="Where there are several.")] = None,
    *,
    as_json: Json = False,
) -> None:
    """Where Azure Policy's own states differ from the verdicts of the newest night, and why."""
    with opened(ctx) as ports:
        found = newest_agreement(ports, find_connection(ports, connection))
    if as_json:
        print_json(None if found is None else asdict(found) | {"sentence": found.sentence})
        return
    if found is None:
        OUT.print("No night has asked Azure Policy yet; the next one will.")
        return
    OUT.print(f"Night {found.night:%Y-%m-%d %H:%M} UTC: {found.sentence}.")
    for one in found.disagreements:
        OUT.print(_told(one))
    if found.stateless:
        OUT.print(f"Azure Policy has no state of these definitions: {', '.join(found.stateless)}.")


def _told(one: Disagreement) -> str:
    theirs = one.state or "no state"
    said = f"{one.subject_name}: {one.status} here ({one.reason}), {theirs} in Azure"
    lines = (
        f"  {one.check_id}  {said}",
        f"    {one.cause}: {one.explanation}",
        f"    {one.subject}",
    )
    return "\n".join(printable(line) for line in lines)
