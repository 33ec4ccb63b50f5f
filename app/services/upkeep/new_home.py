"""Make a home: settings, keys, an empty store and its log."""

import contextlib
import secrets
import shutil
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256

from app.errors import AppError, RefusedError, UnavailableError, UsageError
from app.evidence.events.log_events import LogCreated
from app.services.home.installation import Clock, open_ports
from app.services.home.private_files import FOLDER, private_file, private_folder
from app.services.home.vault_signers import remote_keys
from app.services.index.events import record_event
from app.settings import FILE_NAME, load_settings
from app.trust.keys.keyring import create_trust

TEMPLATE = """\
# Settings of this installation. Environment variables ANNEXA_<NAME> win over this file.
# Secrets never stand here: a connection names the variable or file that holds one.

organisation = {organisation}

# Name of the log in its checkpoints. Never change it: checkpoints given to auditors carry it.
log_origin = {origin}

# Cron line of the nights of every connection that has no schedule of its own.
schedule = "0 2 * * *"

# A SQLite file in this folder, or postgresql+psycopg://user@host/name
database = "index.sqlite"

[store]
# A folder ({label}), or https://<account>.blob.core.windows.net/<container>
url = "store"

# Without a time authority the built-in development authority stamps. It proves NOTHING about time.
# [[time_authorities]]
# name = "Example TSA"
# url = "https://tsa.example/rfc3161"
# roots = ["example-tsa-root.pem"]
# assurance = "public"          # or "qualified"

# Your own criteria, over the defaults (evidence_templates/expectations.toml lists them).
# [expectations]
# log_retention_days = 365
"""

NOT_TEXT = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories no name has: controls, halves of characters, line and paragraph separators."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """What `init` made, and what to note out of band."""

    home: Path
    origin: str
    root_file: Path
    vkey_file: Path
    vkey: str
    root_sha256: str


def initialise(home: Path, organisation: str, now: Clock) -> Home:
    """Make a new home; an annexa.toml that was prepared there is kept and followed.

    Raises UsageError for a name that is no text, RefusedError when keys are there already,
    UnavailableError when it cannot be written.
    """
    if (home / "trust").exists():
        raise RefusedError(
            f"{home} is an Annexa home already and was not changed; name another folder with --home"
        )
    if any(unicodedata.category(character) in NOT_TEXT for character in organisation):
        raise UsageError("the organisation's name has a control character or is not UTF-8 text")
    _make_private(home)
    if not (home / FILE_NAME).exists():
        _write_settings(home, organisation)
    settings = load_settings(home)
    origin = settings.log_origin
    trust = create_trust(
        home / "trust",
        origin,
        now,
        remote=remote_keys(settings, home, now),
        organisation=settings.organisation,
    )
    try:
        _first_entry(home, settings.organisation, now)
    except AppError:
        # Keys that have signed nothing are worth nothing: a second `init` starts anew.
        shutil.rmtree(home / "trust")
        raise
    return Home(
        home=home,
        origin=origin,
        root_file=home / "trust" / "root.pem",
        vkey_file=home / "trust" / "log.vkey",
        vkey=trust.vkey,
        root_sha256=trust.root.fingerprint(SHA256()).hex(),
    )


def _make_private(home: Path) -> None:
    try:
        private_folder(home)
        with contextlib.suppress(PermissionError):  # a mount of another account; its files are ours
            home.chmod(FOLDER)
    except OSError as error:
        raise UnavailableError(f"{home} cannot be written: {error.strerror}") from error


def _write_settings(home: Path, organisation: str) -> None:
    text = TEMPLATE.format(
        organisation=_toml(organisation),
        origin=_toml(f"annexa.invalid/{secrets.token_hex(8)}"),
        label="tamper-evident only",
    )
    try:
        with private_file(home / FILE_NAME) as file:
            file.write(text.encode("utf-8"))
    except OSError as error:
        raise UnavailableError(f"{home} cannot be written: {error.strerror}") from error


def _first_entry(home: Path, organisation: str, now: Clock) -> None:
    ports = open_ports(home, now)
    try:
        created = LogCreated(organisation=organisation, origin=ports.trust.origin)
        record_event(ports, created, actor="annexa init")
    finally:
        ports.close()


def _toml(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
