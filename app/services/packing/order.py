"""What a bundle is asked to hold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.evidence.observed import SealedRecord
from app.packs.view.facts import Engagement
from app.schedule.connection import Connection
from app.services.log.checkpoints import Checkpoint


@dataclass(frozen=True, kw_only=True, slots=True)
class Order:
    """A period of a connection, for one engagement."""

    pack_id: str
    connection: Connection
    engagement: Engagement
    records: Sequence[SealedRecord]
    entries: Sequence[int]
    """Numbers of all entries it holds: records, the events of their nights, and the chain of the
    connection, which shows that none of them is left out."""
    evidence: Checkpoint
    """The smallest one over these entries, which the PDF names."""
    issued_at: datetime
    assessments: Mapping[str, Any]
    """The controls over the period, as `app.controls.document` writes them."""
