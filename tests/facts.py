"""A fact to be sealed where any will do."""

from app.evidence.events.connection_events import ScheduleMeaningTold


def told(sentence: str = "something happened") -> ScheduleMeaningTold:
    """One that nothing follows from."""
    return ScheduleMeaningTold(connection_id="c", sentence=sentence)
