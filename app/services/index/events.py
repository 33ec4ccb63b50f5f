"""Events outside a night: appended, sealed and indexed in one step."""

from collections.abc import Callable

from app.evidence.events.fact import Fact, event_of
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up


def record_event(
    ports: Ports,
    fact: Fact,
    *,
    actor: str,
    allowed: Callable[[], None] = lambda: None,
) -> int:
    """Append one fact, sign a checkpoint over it, index it. Returns its place in the log.

    `allowed` is asked once the store is ours and the index is up to date; it raises to refuse.
    Raises WriterBusyError when another annexa writes to the store.
    """
    with ports.writer(fact.KIND.replace("_", " ")):
        log = ports.open_log()
        catch_up(ports, log)
        allowed()
        entry = log.append(event_of(fact, at=ports.now(), actor=actor).sealed)
        log.seal(ports.now, ports.authorities)
        catch_up(ports, log)
        return entry.seq
