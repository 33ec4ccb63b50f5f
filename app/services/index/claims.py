"""Times that the log claims and our clock has not reached: one of the two is wrong."""

from datetime import datetime

from app.db.rows.log import newest_claim, newest_event
from app.errors import RefusedError
from app.evidence.events.log_events import ClockCorrected
from app.evidence.record import utc
from app.packs.verify.period.left_open import STEP_BACK
from app.services.home.installation import Ports


def claimed_ahead(ports: Ports) -> datetime | None:
    """What the entries since the last correction claim beyond now; None when nothing."""
    with ports.database.read() as session:
        last = newest_event(session, ClockCorrected)
        claimed = newest_claim(session, after=-1 if last is None else last.seq)
    return None if claimed is None or claimed <= ports.now() + STEP_BACK else claimed


def need_forward_clock(ports: Ports) -> None:
    """What nights are planned from must not be sealed as of a time before the nights themselves.

    Raises RefusedError (clock_wrong).
    """
    claimed = claimed_ahead(ports)
    if claimed is not None:
        raise RefusedError(
            f"this computer's clock says {utc(ports.now())}, yet an entry of the log says "
            f"{utc(claimed)}: set the clock right; if it is right now and had run ahead, say so "
            "with `annexa time correct`",
            code="clock_wrong",
        )
