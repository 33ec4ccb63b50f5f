"""The pack as PDF, unsealed, and the files attached to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from app.controls.catalogue import load_crosswalk
from app.controls.ground import Facts
from app.controls.observed import Night
from app.controls.period import Period
from app.evidence.basis import BasisChange
from app.packs.page.render import render_pdf
from app.packs.view.assembly import build_view
from app.packs.view.facts import Criteria, Engagement, GivenOut, Issue, Limits
from app.packs.view.populations import pack_attachments
from app.packs.view.verification import verification_commands
from app.schedule.connection import Connection
from app.services.home.installation import Ports
from app.services.log.checkpoints import Checkpoint
from app.services.nights.tool import tool
from app.services.packing.facts import checkpoint_facts, connection_facts, store_facts
from app.services.packing.principal_names import principal_names, with_names
from app.services.reading.policy_states import agreement_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """What one issue of a pack adds to its evidence."""

    pack_id: str
    at: datetime
    checkpoint: Checkpoint
    waiting: Sequence[Night]
    """Nights that are due and not begun."""
    limits: Limits
    given_out: Sequence[GivenOut]
    """Checkpoints that others hold."""
    changes: Sequence[BasisChange]


def draw_pack(
    ports: Ports,
    connection: Connection,
    engagement: Engagement,
    observed: Facts,
    occasion: Occasion,
) -> tuple[bytes, dict[str, bytes]]:
    """PDF and attachments by name. Every word comes from sealed entries."""
    period = Period(first=engagement.first, last=engagement.last)
    names = principal_names(ports.store, ports.collectors, observed.records)
    observed = with_names(observed, names)
    agreement = agreement_of(
        ports.store,
        ports.collectors,
        observed.records,
        observed.intervals,
        min(record.slot for record in observed.records),
    )
    attached = pack_attachments(
        collectors=ports.collectors,
        intervals=observed.intervals,
        records=observed.records,
        nights=observed.nights,
        period=period,
        agreement=agreement,
        history=observed.history,
    )
    view = build_view(
        Issue(
            pack_id=occasion.pack_id,
            organisation=ports.settings.organisation,
            engagement=engagement,
            connection=connection_facts(ports, connection, observed),
            store=store_facts(ports, occasion.checkpoint),
            checkpoint=checkpoint_facts(ports, occasion.checkpoint, observed),
            commands=verification_commands(occasion.pack_id),
            tool_version=str(tool()["version"]),
            generated_at=occasion.at,
            names_of=names.night,
            waiting=occasion.waiting,
            limits=occasion.limits,
            given_out=occasion.given_out,
            changes=occasion.changes,
        ),
        Criteria(
            collectors=ports.collectors,
            catalogue=ports.catalogue,
            crosswalk=load_crosswalk(ports.catalogue),
            expectations=ports.expectations,
            not_applicable=ports.settings.not_applicable,
        ),
        observed,
        attached,
        agreement,
    )
    return render_pdf(view, attached), attached
