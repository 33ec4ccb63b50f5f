"""Events outside a night: appended, sealed and indexed in one step."""

from collections.abc import Callable, Mapping
from typing import Any

from app.evidence.record import Event
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up


def record_event(
    ports: Ports,
    kind: str,
    detail: Mapping[str, Any],
    *,
    actor: str,
    allowed: Callable[[], None] = lambda: None,
) -> int:
    """Append one event, sign a checkpoint over it, index it. Returns its place in the log.

    `allowed` is asked once the store is ours and the index is up to date; it raises to refuse.
    Raises WriterBusyError when another annexa writes to the store.
    """
    with ports.writer(kind.replace("_", " ")):
        log = ports.open_log()
        catch_up(ports, log)
        allowed()
        entry = log.append(Event(kind=kind, at=ports.now(), actor=actor, detail=detail).sealed)
        log.seal(ports.now, ports.authorities)
        catch_up(ports, log)
        return entry.seq
