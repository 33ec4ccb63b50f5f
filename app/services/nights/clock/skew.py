"""How far our clock was from Azure's: each record says it, and here it is judged."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from app.evidence.canonical import sealed_json
from app.evidence.observed import SealedRecord
from app.evidence.record import entry_key
from app.services.home.installation import Ports

TENANT_WIDE = "tenant"


@dataclass(frozen=True, kw_only=True, slots=True)
class Skew:
    """The widest difference between our clock and the Date header of Azure's answers."""

    milliseconds: int
    """Positive: ours was ahead."""
    slot: datetime
    suspect: bool
    """True when it is wider than the setting `clock_skew` accepts."""

    @property
    def sentence(self) -> str:
        """For people."""
        way = "ahead of" if self.milliseconds > 0 else "behind"
        said = (
            f"our clock was up to {abs(self.milliseconds) / 1000:.1f} s {way} Azure's "
            f"(night of {self.slot:%Y-%m-%d})"
        )
        return f"times of collection are doubtful: {said}" if self.suspect else said


def widest_skew(ports: Ports, records: Iterable[SealedRecord]) -> Skew | None:
    """Of the tenant-wide records, which every night has; None when Azure told no time in them.

    A Date header has whole seconds, so a second of difference means nothing.
    """
    widest: tuple[int, datetime] | None = None
    for record in records:
        if record.scope != TENANT_WIDE:
            continue
        entry = sealed_json(ports.store.get(entry_key(record.seq)))
        skew = entry["time"]["clock"]["azure_skew_ms"]
        if skew is not None and (widest is None or abs(skew) > abs(widest[0])):
            widest = (skew, record.slot)
    if widest is None:
        return None
    suspect = timedelta(milliseconds=abs(widest[0])) > ports.settings.clock_skew
    return Skew(milliseconds=widest[0], slot=widest[1], suspect=suspect)
