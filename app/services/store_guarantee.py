"""What the store guarantees and when that was last put to the test, as people are told."""

from dataclasses import replace

from app.db.log import events
from app.services.ports import Ports
from app.store.guarantee import Guarantee


def store_guarantee(ports: Ports, before: int | None = None) -> Guarantee:
    """The guarantee read back now, with the last `verify-worm` among the entries before `before`.

    Raises UnavailableError when the store does not answer.
    """
    read_back = ports.store.guarantee()
    return replace(read_back, detail=f"{read_back.detail} {_proved(ports, before)}")


def _proved(ports: Ports, before: int | None) -> str:
    with ports.database.read() as session:
        found = events(session, "worm_verified")
    known = [one.event for one in found if before is None or one.seq < before]
    if not known:
        return "It was not yet put to the test with `annexa verify-worm`."
    last = known[-1]
    return f"Put to the test on {last.at:%Y-%m-%d %H:%M} UTC: {last.detail['verdict']}."
