"""What the nights showed, by the name the controls know it; the facts stand below the index."""

from app.evidence.observed import (
    Former,
    Interval,
    Night,
    NightCount,
    Removal,
    SealedRecord,
    SeenGap,
)

__all__ = ["Former", "Interval", "Night", "NightCount", "Removal", "SealedRecord", "SeenGap"]
