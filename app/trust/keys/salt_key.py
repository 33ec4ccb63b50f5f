"""The secret that commitments are salted with: a file of the trust folder, made once."""

import contextlib
import secrets
from pathlib import Path

from app.errors import UnavailableError, UsageError
from app.evidence.redaction.salts import KEY_BYTES, Salts
from app.trust.keys.durable_files import SALT_KEY, place_new


def new_salt_key() -> bytes:
    """What the file of a new home holds."""
    return secrets.token_bytes(KEY_BYTES)


def read_salts(folder: Path) -> Salts | None:
    """The salts of this trust folder; None for one of before there were any. It writes nothing.

    Raises UsageError for a file that is no such secret or cannot be read.
    """
    path = folder / SALT_KEY
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error
    if len(key) != KEY_BYTES:
        raise UsageError(
            f"{path} is not the {KEY_BYTES} bytes that commitments are salted with; "
            "restore it from your backup"
        )
    return Salts(key=key)


def need_salts(folder: Path) -> Salts:
    """The same, made where it is missing: for who writes to the log anyway.

    The file appears whole or not at all, and of two who make it at once one wins.
    Raises UnavailableError when the folder cannot be written.
    """
    known = read_salts(folder)
    if known is not None:
        return known
    try:
        with contextlib.suppress(FileExistsError):
            place_new(folder / SALT_KEY, new_salt_key())
    except OSError as error:
        raise UnavailableError(
            f"{folder / SALT_KEY} cannot be written: {error.strerror}; "
            "records are salted with it, make the folder writable for one start"
        ) from error
    found = read_salts(folder)
    if found is None:
        raise UnavailableError(f"{folder / SALT_KEY} was removed while it was made")
    return found
