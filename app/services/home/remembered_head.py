"""The newest checkpoint signed by this installation, kept in its home folder."""

import os
from pathlib import Path

import structlog

from app.db.engine.database import Database
from app.db.rows.log import remembered_checkpoint as newest_indexed
from app.errors import UnavailableError
from app.evidence.tree.note import CheckpointBody, NoteError, parse_checkpoint, parse_note
from app.services.home.private_files import private_file

FILE_NAME = "last-checkpoint"
REBUILT = "index-rebuilt"
"""Beside it while the index was made from the store alone: then the index remembers nothing."""
LOG = structlog.get_logger()


class HomeHead:
    """A file in the home folder, and the checkpoints of the index should the file be lost."""

    def __init__(self, home: Path, database: Database, origin: str) -> None:
        self._path, self._database, self._origin = home / FILE_NAME, database, origin

    def newest(self) -> CheckpointBody | None:
        """Of both the larger. Raises UnavailableError.

        An index that was made from the store, while there was no file, says of the store what the
        store says of itself, and is not asked; nor is one that cannot be used and is only judged.
        """
        known = [head for head in (self._filed(), self._own()) if head is not None]
        return max(known, key=lambda head: head.size, default=None)

    def keep(self, note: bytes) -> None:
        """Replace the file at once. Evidence is sealed already: a full disk is only logged."""
        try:
            if self._path.is_file() and self._path.read_bytes() == note:
                return
            made = self._path.with_name(f".{FILE_NAME}-{os.getpid()}")
            made.unlink(missing_ok=True)
            with private_file(made) as file:
                file.write(note)
            made.replace(self._path)
            self._path.with_name(REBUILT).unlink(missing_ok=True)
        except OSError as error:
            LOG.warning("checkpoint_not_remembered", file=str(self._path), reason=error.strerror)

    def index_rebuilt(self) -> None:
        """The index is about to be made from the store alone. Raises UnavailableError."""
        if self.newest() is not None:
            return
        try:
            with private_file(self._path.with_name(REBUILT)):
                pass
        except FileExistsError:
            return
        except OSError as error:
            raise UnavailableError(
                f"the home folder cannot be written: {error.strerror}"
            ) from error

    def only_indexed(self) -> bool:
        """Whether the index remembers the log and the file does not."""
        return self._filed() is None and self._own() is not None

    def _own(self) -> CheckpointBody | None:
        unasked = self._database.fault is not None or self._path.with_name(REBUILT).exists()
        return None if unasked else self._indexed()

    def _filed(self) -> CheckpointBody | None:
        try:
            return parse_checkpoint(parse_note(self._path.read_bytes()).text)
        except (OSError, NoteError):
            return None  # never written, lost or damaged: the index remembers too

    def _indexed(self) -> CheckpointBody | None:
        with self._database.read() as session:
            row = newest_indexed(session)
        if row is None:
            return None
        root = bytes.fromhex(row.root)
        return CheckpointBody(origin=self._origin, size=row.size, root=root)
