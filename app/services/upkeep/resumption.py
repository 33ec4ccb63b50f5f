"""A log that nothing here remembers goes on: after a restore, once somebody vouches for it."""

from app.errors import RefusedError, VerificationFailedError
from app.evidence.events.fact import event_of
from app.evidence.events.log_events import LogResumed
from app.evidence.tree.note import CheckpointBody, NoteError, open_checkpoint
from app.services.home.installation import Ports
from app.services.index.catch_up import catch_up
from app.services.log.evidence_log import EvidenceLog
from app.services.log.rollback import refuse_rolled_back


def resume_log(ports: Ports, note: bytes | None, by: str) -> LogResumed:
    """Let the log go on, and seal that it does. `note` is the newest checkpoint anybody holds.

    None: there is none, and whoever says so has confirmed it. Raises RefusedError when the log is
    remembered, VerificationFailedError when it does not continue that checkpoint, WriterBusyError.
    """
    with ports.writer("resuming the log"):
        if ports.head.newest() is not None:
            raise RefusedError(
                "the log is remembered here and goes on by itself; there is nothing to resume",
                code="log_remembered",
            )
        known = None if note is None else _shown(ports, note)
        log = EvidenceLog.open(ports.store, ports.trust.log)
        if known is not None:
            refuse_rolled_back(ports.store, known, log.checkpoint)
        catch_up(ports, log)
        fact = LogResumed(
            entries=log.size,
            known_size=None if known is None else known.size,
            known_root=None if known is None else known.root.hex(),
            by=by,
        )
        log.append(event_of(fact, at=ports.now(), actor="annexa log resume").sealed)
        ports.head.keep(log.seal(ports.now, ports.authorities).note)
        catch_up(ports, log)
        return fact


def _shown(ports: Ports, note: bytes) -> CheckpointBody:
    try:
        return open_checkpoint(note, ports.trust.log.key)
    except NoteError as error:
        raise VerificationFailedError(
            f"the given checkpoint is none of this log: {error}. Nothing was signed; take the "
            "newest one that anybody holds of it",
            code="checkpoint_foreign",
        ) from error
