"""A new key for the log: said in the log, signed by the old key, then proven by the new one."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from app.errors import RefusedError, UnavailableError
from app.evidence.events.fact import event_of
from app.evidence.events.log_events import LogKeyInUse, LogKeyRotated
from app.evidence.tree.note import ED25519
from app.services.home.installation import Ports, open_ports
from app.services.index.catch_up import catch_up
from app.trust.keys.keyring import load_trust
from app.trust.keys.rotation import prepare_rotation, rotate


@dataclass(frozen=True, kw_only=True, slots=True)
class Rotated:
    """What auditors are to be told, out of band."""

    old_vkey: str
    until: int
    """The largest checkpoint of the old key."""
    vkey: str
    vkey_file: Path


def rotate_log_key(home: Path, now: Callable[[], datetime], actor: str) -> Rotated:
    """Give the log a new key. Safe to repeat after a crash.

    The event is under a checkpoint of the old key, the next event under one of the new key. Raises
    RefusedError for a key in a vault, WriterBusyError, UnavailableError.
    """
    ports = open_ports(home, now)
    folder, old = ports.trust.folder, ports.trust.log.key
    try:
        if old.kind != ED25519:
            raise RefusedError(
                "the log's key is in Key Vault and is not rotated here; begin a new log with a new "
                "key version, or keep this one"
            )
        with ports.writer("rotating the log's key"):
            new = prepare_rotation(folder, old.name)
            log = ports.open_log()
            catch_up(ports, log)
            rotated = LogKeyRotated(old_vkey=str(old), new_vkey=str(new))
            log.append(event_of(rotated, at=now(), actor=actor).sealed)
            until = log.seal(now, ports.authorities).size
            catch_up(ports, log)
            rotate(folder, old, new, until)
            _prove(replace(ports, trust=load_trust(folder)), actor)
    except OSError as error:
        raise UnavailableError(
            f"the new key cannot be written to {folder}: {error.strerror}; the old one is in use "
            "unless log.vkey names the new one already. Run it again"
        ) from error
    finally:
        ports.close()
    return Rotated(old_vkey=str(old), until=until, vkey=str(new), vkey_file=folder / "log.vkey")


def _prove(ports: Ports, actor: str) -> None:
    """The new key signs at once: whoever still holds the old one in memory is refused from here."""
    log = ports.open_log()
    in_use = LogKeyInUse(vkey=ports.trust.vkey)
    log.append(event_of(in_use, at=ports.now(), actor=actor).sealed)
    log.seal(ports.now, ports.authorities)
    catch_up(ports, log)
