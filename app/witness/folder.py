"""A witness's folder: its key, the logs that it watches, the newest checkpoint cosigned of each.

witness.key.pem, witness.vkey           the key (0600), and what it is verified with
logs/<SHA-256 of the origin>/log.vkey   keys of a log, as the log's people gave them
logs/<…>/checkpoint                     newest checkpoint cosigned, with the cosignature
logs/<…>/lock                           held while one request of this log is judged
"""

import fcntl
import hashlib
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from app.errors import RefusedError, UnavailableError, UsageError
from app.evidence.tree.cosignature import (
    cosign,
    parse_witness_vkey,
    signature_lines,
    witness_key,
)
from app.evidence.tree.note import (
    CheckpointBody,
    NoteError,
    NoteSignature,
    SignedNote,
    VerifierKey,
    format_note,
    format_vkeys,
    open_checkpoint,
    parse_note,
    parse_vkeys,
)
from app.trust.keys.durable_files import PUBLIC, place_file, place_folder
from app.witness.decision import WitnessRefusalError, decide, read_request

_KEY, _VKEY, _LOG, _CHECKPOINT = "witness.key.pem", "witness.vkey", "log.vkey", "checkpoint"
Clock = Callable[[], datetime]


@dataclass(frozen=True, kw_only=True, slots=True)
class Witness:
    """A witness, opened. Safe for several threads and processes: each log has a lock."""

    folder: Path
    key: VerifierKey
    now: Clock
    private: Ed25519PrivateKey = field(repr=False)

    def add_checkpoint(self, data: bytes) -> bytes:
        """Signature lines over the checkpoint of a request (c2sp.org/tlog-witness).

        The newest checkpoint is durable before they are returned. Raises WitnessRefusalError, and
        OSError when it cannot be kept.
        """
        request, claimed = read_request(data)
        place = self._place(claimed.origin)
        if not (place / _LOG).is_file():
            raise WitnessRefusalError(404, f"the log {claimed.origin} is not watched here")
        with _locked(place):
            key = _log_key(place)
            decide(request, key, _last(place, key))
            note = parse_note(request.note)
            signature = cosign(note.text, self.key, self.private, int(self.now().timestamp()))
            kept = format_note(note.text, [_signed_by(key, note), signature])
            place_file(place / _CHECKPOINT, kept, PUBLIC)
        return signature_lines([signature])

    def checkpoint(self, origin_sha256: str) -> bytes | None:
        """The newest checkpoint cosigned of a log, by the digest of its origin; None for none."""
        known = {path.name: path for path in self._logs()}
        place = known.get(origin_sha256)
        if place is None or not (place / _CHECKPOINT).is_file():
            return None
        return (place / _CHECKPOINT).read_bytes()

    def watch(self, vkeys: str) -> VerifierKey:
        """Watch a log from now on, or take its new keys: the lines of its log.vkey.

        A log that was seen before keeps its checkpoint, which the new keys have to verify: so a
        stranger's keys cannot begin the log anew. Raises UsageError, RefusedError.
        """
        try:
            key = parse_vkeys(vkeys)
        except NoteError as error:
            raise UsageError(f"that is no log.vkey: {error}") from error
        place = self._place(key.name)
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(place):
            try:
                _last(place, key)
            except NoteError as error:
                raise RefusedError(
                    f"these keys do not verify the checkpoint that was cosigned of {key.name}: "
                    f"{error}. A log that changes its key names the former one in log.vkey"
                ) from error
            place_file(place / _LOG, format_vkeys(key).encode(), PUBLIC)
        return key

    def _place(self, origin: str) -> Path:
        return self.folder / "logs" / hashlib.sha256(origin.encode()).hexdigest()

    def _logs(self) -> Iterator[Path]:
        yield from sorted((self.folder / "logs").glob("*"))


def create_witness(folder: Path, name: str, now: Clock) -> Witness:
    """Make a witness's key, once. Raises UsageError, RefusedError when there is one."""
    if folder.exists():
        raise RefusedError(f"{folder} is there already: a witness keeps its key; name another")
    private = Ed25519PrivateKey.generate()
    try:
        key = witness_key(name, private.public_key().public_bytes_raw())
    except NoteError as error:
        raise UsageError(f"a witness cannot be named so: {error}") from error
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    try:
        place_folder(folder, {_KEY: pem, _VKEY: f"{key}\n".encode()})
    except OSError as error:
        raise UnavailableError(f"{folder} cannot be written: {error.strerror}") from error
    return Witness(folder=folder, key=key, private=private, now=now)


def open_witness(folder: Path, now: Clock) -> Witness:
    """A witness as it was made. Raises UsageError."""
    try:
        if stat.S_IMODE((folder / _KEY).stat().st_mode) & 0o077:
            raise UsageError(f"others may read {_KEY}; close it with: chmod 600 {folder / _KEY}")
        key = parse_witness_vkey((folder / _VKEY).read_text("utf-8"))
        private = load_pem_private_key((folder / _KEY).read_bytes(), password=None)
    except OSError as error:
        raise UsageError(
            f"there is no witness in {folder} ({error.strerror}); make one: annexa witness init"
        ) from error
    except ValueError as error:
        raise UsageError(f"the key in {folder} cannot be read; restore it from a backup") from error
    if not isinstance(private, Ed25519PrivateKey) or (
        private.public_key().public_bytes_raw() != key.public
    ):
        raise UsageError(f"{_KEY} and {_VKEY} in {folder} do not belong together")
    return Witness(folder=folder, key=key, private=private, now=now)


@contextmanager
def _locked(place: Path) -> Iterator[None]:
    """One request of a log at a time, in any thread or process: size and state change as one."""
    with (place / "lock").open("ab") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _log_key(place: Path) -> VerifierKey:
    return parse_vkeys((place / _LOG).read_text("utf-8"))


def _signed_by(key: VerifierKey, note: SignedNote) -> NoteSignature:
    """The log's own line, verified before; what else came with the request is not kept."""
    keys = {(one.name, one.key_id) for one in (key, *(former.key for former in key.former))}
    return next(one for one in note.signatures if (one.name, one.key_id) in keys)


def _last(place: Path, key: VerifierKey) -> CheckpointBody | None:
    """What was cosigned last. Raises NoteError for a file that the log's key does not verify."""
    try:
        data = (place / _CHECKPOINT).read_bytes()
    except FileNotFoundError:
        return None
    return open_checkpoint(data, key)
